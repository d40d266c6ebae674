/** Handlers for many calls of the contract at once, where each is made from its name alone. */
import type { KithContract } from '../../../shared/contract.ts'
import type { ClosedFailure, Failed } from '../../../shared/failures.ts'
import { type CallName, fail, type Handlers, type Output, type Result } from '../../../shared/rpc.ts'
import { StoreError } from '../ground/store-error.ts'

type Name = CallName<KithContract>
type HandlersOf<N extends Name> = Pick<Handlers<KithContract>, N>
/** What some call of the contract answers. */
type AnyAnswer = Result<Output<KithContract, Name>>
/** Any call's handler, seen from where its input and output are only handed on. */
type AnyHandler = (input: never) => Promise<AnyAnswer> | AnyAnswer

/** One handler for each of the names. That each gives its own call's output is up to `handler`. */
export function handlersFor<N extends Name>(names: readonly N[], handler: (name: N) => AnyHandler): HandlersOf<N> {
  return Object.fromEntries(names.map((name) => [name, handler(name)])) as HandlersOf<N>
}

/** Handlers of what may be closed: looked for at each call. While `find` finds none, the call fails with `why`. */
export function whileOpen<N extends Name>(
  names: readonly N[],
  find: () => HandlersOf<N> | undefined,
  why: () => Failed<ClosedFailure>,
): HandlersOf<N> {
  // Looked for anew at each call: a handler that was kept would go on writing to a store that is locked by now.
  return handlersFor(names, (name) => (input) => {
    const handler: AnyHandler | undefined = find()?.[name]
    return handler ? handler(input) : why()
  })
}

/** The same handlers, but where the disk fails in any of them it answers with the kind of that failure. */
export function withStoreFailures<N extends Name>(handlers: HandlersOf<N>): HandlersOf<N> {
  return handlersFor(Object.keys(handlers) as N[], (name) => {
    const handler: AnyHandler = handlers[name]
    return async (input) => {
      try {
        return await handler(input)
      } catch (error) {
        if (error instanceof StoreError) return fail(error.kind)
        throw error
      }
    }
  })
}
