/**
 * How an operation is declared: its name, who may, its form and its work, once. The page, the SOAP service with its WSDL
 * and both command lines are adapters that are made from the declarations (index.ts).
 */
import { z } from 'zod'
import type { Change, Role } from '../../../shared/administration/change.ts'
import type { Checked } from '../../../shared/failures.ts'
import type { Clock } from '../../ground/clock.ts'
import type { Refusal } from '../../ground/refusals.ts'
import type { Config } from '../../settings/config.ts'
import type { Store } from '../../store/store.ts'
import type { Actor } from '../actor.ts'
import { type Note, ReasonNeeded } from '../audit.ts'
import type { PolicyPort } from '../keys/policy-tasks.ts'
import type { RunAs } from '../submit.ts'
import type { TokenScope } from '../tokens.ts'
import type { Fault } from '../work.ts'

/** One call: who calls, by which door, and with what. */
export type Desk = {
  readonly store: Store
  readonly config: Config
  readonly clock: Clock
  readonly actor: Actor
  readonly note: Note
  /** Has changes made as the caller. */
  readonly run: RunAs
  /** What the caller lacks for these changes; undefined where nothing. */
  readonly beyond: (changes: readonly Change[]) => Extract<Failure, { readonly kind: 'notAllowed' }> | undefined
  /** Whoever has the policy key at hand, in a process of its own or in this one. */
  readonly policy: PolicyPort
  /** Milliseconds that the caller waits for whoever holds the policy key. */
  readonly patience: number
  /** Aborted when the caller went away. */
  readonly gone: AbortSignal
  /** Whether the caller sits at the server, where everything is open. */
  readonly isAtServer: boolean
  /** Address of the server, for enrolment codes. */
  readonly url: () => string
  /** The server's certificate; absent over plain HTTP. */
  readonly cert?: string | undefined
}

/** Why an operation was not done; each door has a form of its own for it. */
export type Failure =
  /** The changes do not fit what is there; nothing was changed. */
  | { readonly kind: 'changes'; readonly faults: readonly Fault[] }
  /** The call fits its form, but what is there does not allow it. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** `scope`: which a token would need. */
  | { readonly kind: 'notAllowed'; readonly scope: TokenScope }
  /** The call does not fit its form at `place`. */
  | { readonly kind: 'malformed'; readonly place: string; readonly why: string }
  /** What was drafted is no longer what would be written: draft again. */
  | { readonly kind: 'movedOn' }

/** What every door gets back, to put into its own form. A failure is told, not thrown: what is thrown is a bug. */
export type OperationAnswer<T> = Checked<T, Failure>

/** The answer of an operation that failed. */
export function failedBy(fault: Failure): OperationAnswer<never> {
  return { ok: false, fault }
}

/** The answer of an operation that was refused for a reason that people have words for. */
export function refusedBy(refusal: Refusal): OperationAnswer<never> {
  return failedBy({ kind: 'refused', refusal })
}

/**
 * One declaration. `input` and `output` are also the forms from which SOAP's reader, its WSDL and the page's types
 * are made.
 */
export type Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> = {
  /** As SOAP and its WSDL have it. */
  readonly name: string
  /** The least role that does it on the page. */
  readonly role: Role
  /** What a token must open; changes are looked at one by one besides. */
  readonly scope: TokenScope
  readonly input: I
  readonly output: O
  /** Of the answer, what other programs are told. */
  readonly wire: z.ZodObject
  /** `given`: as it was read, not yet checked. */
  call(desk: Desk, given: unknown): Promise<OperationAnswer<z.output<O>>>
}

/** What a declaration says besides its work. Without `wire` other programs are told all of the answer. */
type Declared<I extends z.ZodObject, O extends z.ZodObject> = Omit<Operation<I, O>, 'call' | 'wire'> &
  Partial<Pick<Operation<I, O>, 'wire'>>

/** What changes something, or has somebody else do it. */
export function deed<I extends z.ZodObject, O extends z.ZodObject>({
  work,
  ...declared
}: Declared<I, O> & {
  readonly work: (desk: Desk, input: z.output<I>) => Promise<OperationAnswer<z.output<O>>>
}): Operation<I, O> {
  return {
    wire: declared.output,
    ...declared,
    async call(desk, given) {
      const parsed = declared.input.safeParse(given)
      if (!parsed.success) return failedBy(malformed(parsed.error))
      try {
        return await work(desk, parsed.data)
      } catch (error) {
        if (error instanceof ReasonNeeded) return refusedBy(error.refusal)
        throw error
      }
    },
  }
}

/** What only looks: always into a snapshot of the store, so that an answer is of one moment. For every role and, unless `scope` says more, every token. */
export function reading<I extends z.ZodObject, O extends z.ZodObject>({
  work,
  scope = 'read',
  ...declared
}: Omit<Declared<I, O>, 'role' | 'scope'> & {
  readonly scope?: TokenScope
  readonly work: (inside: Store, input: z.output<I>, desk: Desk) => Promise<OperationAnswer<z.output<O>>>
}): Operation<I, O> {
  return deed<I, O>({
    ...declared,
    role: 'auditor',
    scope,
    work: (desk, input) => desk.store.snapshot((inside) => work(inside, input, desk)),
  })
}

/** The first thing that does not fit. */
function malformed({ issues: [issue] }: z.ZodError): Extract<Failure, { readonly kind: 'malformed' }> {
  return { kind: 'malformed', place: issue?.path.join('.') ?? '', why: issue?.message ?? 'unreadable' }
}

/** The reason for the audit log, in the input of a deed. */
export const reasonField = z.string().max(1_000).optional()

/** Whether the search is in one of the texts. */
export function finds(search: string | undefined, texts: readonly string[]): boolean {
  const wanted = (search ?? '').trim().toLowerCase()
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted))
}

type Window = { readonly from?: number | undefined; readonly count?: number | undefined }

/** The part of all that was asked for. `most`: where nothing is said of how many. */
export function windowOf<T>(all: readonly T[], { from = 0, count }: Window, most = all.length): readonly T[] {
  return all.slice(from, from + (count ?? most))
}
