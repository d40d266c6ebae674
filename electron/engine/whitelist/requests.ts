/** Contact requests as the server has them now; faces are told when that moved. */

import { cleanName } from '../../../shared/address.ts'
import type { AskFailure, AskQuestion } from '../../../shared/asks.ts'
import type { ServerFailure } from '../../../shared/failures.ts'
import type { ContactRequests } from '../../../shared/requests.ts'
import type { Failure, FailureKind, Result } from '../../../shared/rpc.ts'
import type { Log } from '../ground/ports.ts'
import { StoreError } from '../ground/store-error.ts'
import type { Ask } from '../link/ask.ts'

type ChangeName = 'requests.create' | 'requests.answer' | 'requests.withdraw'

/** The user's contact requests. Every answer of the server is compared with the one before. */
export type Requests = {
  readonly list: () => Promise<Result<ContactRequests, ServerFailure>>
  readonly change: <N extends ChangeName>(
    what: N,
    input: AskQuestion<N>,
  ) => Promise<Result<Record<string, never>, AskFailure<N> | ServerFailure>>
  /** There may be news: asks, and tells where there is. What it gives is why the server could not be asked. */
  readonly refresh: () => Promise<Failure | undefined>
}

type RequestArrival = {
  readonly what: 'asked' | 'linked' | 'declined'
  readonly name: string
  readonly address: string
}

/** What is told when an answer differs from the one before. */
export type RequestEvents = {
  /** How many wait for the user's own answer. */
  readonly changed: (waiting: number) => void
  readonly arrived: (arrival: RequestArrival) => void
}

/** Ids of the user's own requests, and of those that the user said yes to, that waited when the server was asked last. */
export type WaitingRequests = {
  readonly read: () => readonly string[] | undefined
  readonly write: (ids: readonly string[]) => void
}

type RequestParts = { readonly ask: Ask; readonly log: Log; readonly waiting: WaitingRequests }

/** The requests of one account, unknown until the first answer. */
export function createRequests({ ask, log, waiting }: RequestParts, { changed, arrived }: RequestEvents): Requests {
  let known: ContactRequests | undefined
  const list = async () => {
    const result = await ask('requests.list', {})
    if (result.ok) notice(result.value)
    return result
  }
  const keep = (waits: readonly string[]): void => {
    try {
      waiting.write(waits)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      // The requests are shown all the same; what was told may be told again after a restart.
      log.warn('waiting requests not kept', { kind: error.kind })
    }
  }
  const notice = (requests: ContactRequests): void => {
    const before = known
    if (before && JSON.stringify(requests) === JSON.stringify(before)) return
    known = requests
    changed(requests.incoming.length + requests.approvals.length)
    // What was there before the first look is in the count.
    if (before) for (const arrival of wishesSince(before, requests)) arrived(arrival)
    // Kept over restarts: an answer that came while Kith was closed is told as well.
    const waited = new Set(waiting.read())
    for (const arrival of answersTo(waited, requests)) arrived(arrival)
    const waits = waitingIn(requests)
    if (waits.length !== waited.size || waits.some((id) => !waited.has(id))) keep(waits)
  }
  return {
    list,
    change: async (what, input) => {
      const result = await ask(what, input)
      // The server is asked instead of guessing: a rule of the organisation may have answered differently.
      if (result.ok) await list()
      return result
    },
    refresh: async () => {
      try {
        const answer = await list()
        return answer.ok || !passing.has(answer.failure.kind) ? undefined : answer.failure
      } catch (error) {
        // The store closed while the server was thinking.
        log.warn('requests not read', { error: error instanceof Error ? error.name : typeof error })
        return undefined
      }
    },
  }
}

/** The server itself was not asked, or not now. */
const passing: ReadonlySet<FailureKind> = new Set(['unreachable', 'busy'])

/** Who asked since. */
function wishesSince(before: ContactRequests, now: ContactRequests): readonly RequestArrival[] {
  const known = new Set([...before.incoming, ...before.approvals].map(({ id }) => id))
  return [...now.incoming, ...now.approvals]
    .filter(({ id }) => !known.has(id))
    .map(({ from }) => ({ what: 'asked', name: cleanName(from.name), address: from.address }))
}

function waitingIn({ own, answered }: ContactRequests): readonly string[] {
  return [...own, ...answered].flatMap(({ id, state }) => (state === 'waiting' ? [id] : []))
}

/**
 * What became of those that waited. To withdraw one is the user's own doing; where the organisation says no to what the
 * user agreed to, that stands in the history.
 */
function answersTo(waited: ReadonlySet<string>, { own, answered }: ContactRequests): readonly RequestArrival[] {
  return [
    ...own.flatMap(({ id, state, address }): readonly RequestArrival[] =>
      waited.has(id) && (state === 'linked' || state === 'declined') ? [{ what: state, name: '', address }] : [],
    ),
    ...answered.flatMap(({ id, state, from }): readonly RequestArrival[] =>
      waited.has(id) && state === 'linked' ? [{ what: state, name: cleanName(from.name), address: from.address }] : [],
    ),
  ]
}
