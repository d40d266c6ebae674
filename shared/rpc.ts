/**
 * How two processes of Kith speak: one argument object in, a Result out.
 *
 * `serve` parses every input with the contract's schema before a handler sees it and never rejects;
 * `connect` gives the caller a typed `call` and `on` over any transport. A transport only carries envelopes.
 */
import type { z } from 'zod'
import { type AnyCallFailure, type FailureKind, fail, type Result } from './failures.ts'

export { type Failure, type FailureKind, fail, failureKinds, ok, type Result } from './failures.ts'

/** Closes a switch over a union: a new member is a type error here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value of a closed union: ${typeof value}`)
}

/** One call: its question, its answer, and the failures of its own beside those of any call. */
type CallSchema = {
  readonly input: z.ZodType
  readonly output: z.ZodType
  readonly failures: readonly FailureKind[]
}
type Contract = {
  readonly calls: Readonly<Record<string, CallSchema>>
  readonly events: Readonly<Record<string, z.ZodType>>
}

/** The names of a contract's calls. */
export type CallName<C extends Contract> = keyof C['calls'] & string
/** The names of a contract's events. */
export type EventName<C extends Contract> = keyof C['events'] & string
/** A call's input as the caller gives it. */
export type Input<C extends Contract, N extends CallName<C>> = z.input<C['calls'][N]['input']>
/** A call's input as the handler gets it, defaults filled in. */
export type Parsed<C extends Contract, N extends CallName<C>> = z.output<C['calls'][N]['input']>
/** A call's value when it goes well. */
export type Output<C extends Contract, N extends CallName<C>> = z.output<C['calls'][N]['output']>
/** The failures that a call can give. */
type FailureOf<C extends Contract, N extends CallName<C>> = C['calls'][N]['failures'][number] | AnyCallFailure
/** What a call comes back with. */
type Answer<C extends Contract, N extends CallName<C>> = Result<Output<C, N>, FailureOf<C, N>>
/** What an event says. */
export type EventValue<C extends Contract, N extends EventName<C>> = z.output<C['events'][N]>

/** One function for each call. */
export type Handlers<C extends Contract> = {
  readonly [N in CallName<C>]: (input: Parsed<C, N>) => Promise<Answer<C, N>> | Answer<C, N>
}

/** What crosses: a call's name and input. `serve` trusts none of it. */
export type CallEnvelope = { readonly name: string; readonly input: unknown }
/** What crosses: an event's name and value. */
export type EventEnvelope = { readonly name: string; readonly value: unknown }

/** Carries envelopes between two processes. `listen` returns its undo. */
export interface Transport {
  send(envelope: CallEnvelope): Promise<unknown>
  listen(receive: (envelope: EventEnvelope) => void): () => void
}

/** The two functions of the bridge. */
export type Host<C extends Contract> = {
  call<N extends CallName<C>>(name: N, input: Input<C, N>): Promise<Answer<C, N>>
  on<N extends EventName<C>>(name: N, listener: (value: EventValue<C, N>) => void): () => void
}

/** Called when a handler throws: a bug. Gets the call's name and the error; the caller gets `internal`. */
type ReportBug = (name: string, error: unknown) => void

/**
 * Makes the function that a transport's far end calls. It resolves to a Result for every envelope, however malformed:
 * `badRequest` for an unknown name or an input that does not parse, `internal` when a handler throws.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  reportBug: ReportBug,
): (envelope: unknown) => Promise<Result<unknown>> {
  return async (envelope) => {
    const { name, input } = readEnvelope(envelope)
    // Own names only: `constructor` and its like come from an object's prototype and are no calls.
    if (name === undefined || !Object.hasOwn(contract.calls, name)) return fail('badRequest')
    const schema = contract.calls[name]
    const handler = handlers[name as CallName<C>] as ((input: unknown) => unknown) | undefined
    if (!schema || !handler) return fail('badRequest')
    try {
      const parsed = schema.input.safeParse(input)
      if (!parsed.success) return fail('badRequest', { fields: parsed.error.issues.map((i) => i.path.join('.')) })
      return (await handler(parsed.data)) as Result<unknown>
    } catch (error) {
      reportBug(name, error)
      return fail('internal')
    }
  }
}

function readEnvelope(envelope: unknown): { name?: string; input?: unknown } {
  if (typeof envelope !== 'object' || envelope === null) return {}
  const { name, input } = envelope as Record<string, unknown>
  return typeof name === 'string' ? { name, input } : {}
}

/** The caller's side: typed `call` and `on` over a transport. A transport that fails yields `internal`, never a rejection. */
export function connect<C extends Contract>(contract: C, transport: Transport): Host<C> {
  const listeners = new Map<string, Set<(value: never) => void>>()
  transport.listen(({ name, value }) => {
    if (!Object.hasOwn(contract.events, name)) return
    for (const listener of listeners.get(name) ?? []) listener(value as never)
  })
  return {
    async call(name, input) {
      try {
        return (await transport.send({ name, input })) as never
      } catch {
        return fail('internal')
      }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      return () => set.delete(listener)
    },
  }
}
