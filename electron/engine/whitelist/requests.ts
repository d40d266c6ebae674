/** Contact requests as the server has them now; faces are told when that moved. */

import { cleanName } from '../../../shared/address.ts'
import type { AskFailure, AskQuestion } from '../../../shared/asks.ts'
import type { ServerFailure } from '../../../shared/failures.ts'
import type { ContactRequests } from '../../../shared/requests.ts'
import type { Failure, FailureKind, Result } from '../../../shared/rpc.ts'
import type { Log } from '../ground/ports.ts'
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

/** The requests of one account, unknown until the first answer. */
export function createRequests(ask: Ask, log: Log, { changed, arrived }: RequestEvents): Requests {
  let known: ContactRequests | undefined
  const list = async () => {
    const result = await ask('requests.list', {})
    if (result.ok) notice(result.value)
    return result
  }
  const notice = (requests: ContactRequests): void => {
    const before = known
    if (before && JSON.stringify(requests) === JSON.stringify(before)) return
    known = requests
    changed(requests.incoming.length + requests.approvals.length)
    // What was there before the first look is in the count.
    if (before) for (const arrival of arrivalsOf(before, requests)) arrived(arrival)
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

/** What others did since: asked, or answered. */
function arrivalsOf(before: ContactRequests, now: ContactRequests): readonly RequestArrival[] {
  const asked = [...now.incoming, ...now.approvals].filter(
    ({ id }) => ![...before.incoming, ...before.approvals].some((old) => old.id === id),
  )
  const waited = new Set(before.own.flatMap(({ id, state }) => (state === 'waiting' ? [id] : [])))
  return [
    ...asked.map(({ from }): RequestArrival => ({ what: 'asked', name: cleanName(from.name), address: from.address })),
    ...now.own.flatMap(({ id, state, address }): readonly RequestArrival[] =>
      state !== 'waiting' && waited.has(id) ? [{ what: state, name: '', address }] : [],
    ),
  ]
}
