/** EXPUNGE, UID EXPUNGE (RFC 4315) and the removal that CLOSE asks for. */
import { answerWith, type ImapContext, writeChange } from './context.ts'
import type { ExpungeOptions, Handlers, ImapOutcome, ImapSession } from './core.ts'

/** The handler of EXPUNGE, UID EXPUNGE and CLOSE. */
export function expungeHandlers(context: ImapContext): Pick<Handlers, 'onExpunge'> {
  return {
    onExpunge(mailbox, options, session, answer) {
      answerWith<[ImapOutcome]>(context, answer, () => expunge(context, { mailbox, session }, options))
    },
  }
}

type Place = { readonly mailbox: number; readonly session: ImapSession }

async function expunge(
  context: ImapContext,
  { mailbox, session }: Place,
  options: ExpungeOptions,
): Promise<[ImapOutcome]> {
  const only = options.isUid ? (options.messages ?? []) : undefined
  const removed = await context.mail.expunge(mailbox, only)
  if (!options.silent) {
    for (const { uid } of removed) await writeChange(session, session.formatResponse('EXPUNGE', uid))
  }
  const notices = removed.map(({ uid, modseq }) => ({ command: 'EXPUNGE' as const, uid, modseq, ignore: session.id }))
  context.notifier.publish(session.user.id, mailbox, notices)
  return [true]
}
