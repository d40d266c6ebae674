/** FETCH and UID FETCH: lists first, bytes one message at a time, at the speed at which the client reads. */
import { answerWith, type ImapContext, write } from './context.ts'
import type { FetchOptions, Handlers, ImapOutcome, ImapSession } from './core.ts'
import { fetchValues, isStream } from './fetch-values.ts'

/** Messages listed in one read of the store. */
const listed = 500

/** The handler of FETCH. */
export function fetchHandlers(context: ImapContext): Pick<Handlers, 'onFetch'> {
  return {
    onFetch(mailbox, options, session, answer) {
      answerWith<[ImapOutcome]>(context, answer, () => fetchMessages(context, { mailbox, session }, options))
    },
  }
}

type Place = { readonly mailbox: number; readonly session: ImapSession }

async function fetchMessages(context: ImapContext, place: Place, options: FetchOptions): Promise<[ImapOutcome]> {
  const { mailbox, session } = place
  // Before the bytes go: the flags in this very answer have \Seen (RFC 3501 6.4.5).
  if (options.markAsSeen) await markSeen(context, place, options.messages)
  for (const { original, partial } of options.query) {
    // RFC 3501 7.4.2: the response names the origin only.
    if (partial && original.partial) original.partial = [partial.startFrom]
  }
  for (let from = 0; from < options.messages.length; from += listed) {
    for (const message of await context.mail.messages(mailbox, options.messages.slice(from, from + listed))) {
      if (options.changedSince && message.modseq <= options.changedSince) continue
      const values = await fetchValues(context, { session, query: options.query }, message)
      // undefined: expunged by another connection since it was listed.
      const response = values && session.formatResponse('FETCH', message.uid, { query: options.query, values })
      if (!response) continue
      const { compile, compileStream } = context.core
      const output = values.some(isStream) ? compileStream(response) : { compiled: compile(response) }
      // The client is gone: nothing more is read for it.
      if (!(await write(session, output))) return [true]
    }
  }
  return [true]
}

async function markSeen(context: ImapContext, { mailbox, session }: Place, uids: readonly number[]): Promise<void> {
  const { changed } = await context.mail.setFlags(mailbox, uids, { action: 'add', flags: ['\\Seen'] })
  const notices = changed.map((change) => ({ ...change, command: 'FETCH' as const, ignore: session.id }))
  context.notifier.publish(session.user.id, mailbox, notices)
}
