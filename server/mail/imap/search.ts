/** SEARCH and UID SEARCH. */
import { answerWith, type ImapContext } from './context.ts'
import type { Handlers, SearchOptions } from './core.ts'
import { matcherOf, type Searched } from './search-match.ts'

/** Messages looked at, and bytes read of them, before other connections get their turn. */
const turn = 50
const turnBytes = 200_000

type Found = { readonly uidList: number[] | string; readonly highestModseq: number }

/** The handler of SEARCH. */
export function searchHandlers(context: ImapContext): Pick<Handlers, 'onSearch'> {
  return {
    onSearch(mailbox, options, { user }, answer) {
      answerWith<[Found]>(context, answer, async () => [await search(context, { mailbox, account: user.id }, options)])
    },
  }
}

type Place = { readonly mailbox: number; readonly account: string }

async function search({ mail }: ImapContext, { mailbox }: Place, { query }: SearchOptions): Promise<Found> {
  const matches = matcherOf(query)
  const uidList: number[] = []
  let highestModseq = 0
  let since = { messages: 0, bytes: 0 }
  for (const message of await mail.list(mailbox)) {
    if (since.messages >= turn || since.bytes >= turnBytes) {
      // Other connections get their turn: searching a large mailbox is computing, and there is one thread.
      await new Promise((resolve) => setImmediate(resolve))
      since = { messages: 0, bytes: 0 }
    }
    since.messages += 1
    const searched: Searched = {
      ...message,
      async raw() {
        const raw = await mail.beginning(message.content)
        since.bytes += raw?.length ?? 0
        return raw
      },
    }
    if (!(await matches(searched))) continue
    uidList.push(message.uid)
    highestModseq = Math.max(highestModseq, message.modseq)
  }
  return { uidList, highestModseq }
}
