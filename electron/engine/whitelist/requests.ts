/** Contact requests as the server has them now; faces are told when that moved. */

import type { AskQuestion } from '../../../shared/asks.ts'
import type { ContactRequests } from '../../../shared/requests.ts'
import type { Result } from '../../../shared/rpc.ts'
import type { Ask } from '../link/ask.ts'
import type { Log } from '../ports.ts'

type ChangeName = 'requests.create' | 'requests.answer' | 'requests.withdraw'

export type Requests = {
  readonly list: () => Promise<Result<ContactRequests>>
  readonly change: <N extends ChangeName>(what: N, input: AskQuestion<N>) => Promise<Result<Record<string, never>>>
  /** There may be news: asks, and tells where there is. */
  readonly look: () => void
}

/** `changed`: how many wait for the user's own answer. */
export function createRequests(ask: Ask, log: Log, changed: (waiting: number) => void): Requests {
  let known = ''
  const list = async () => {
    const result = await ask('requests.list', {})
    if (result.ok) notice(result.value)
    return result
  }
  const notice = (requests: ContactRequests): void => {
    const now = JSON.stringify(requests)
    if (now === known) return
    known = now
    changed(requests.incoming.length + requests.approvals.length)
  }
  return {
    list,
    change: async (what, input) => {
      const result = await ask(what, input)
      if (result.ok) await list()
      return result
    },
    look: () => {
      list().catch((error: unknown) => {
        // The store closed while the server was thinking.
        log.warn('requests not read', { error: error instanceof Error ? error.name : typeof error })
      })
    },
  }
}
