/** COPY and MOVE (RFC 6851), with COPYUID. */
import { answerWith, type ImapContext, writeChange } from './context.ts'
import type { CopyInfo, CopyOptions, Handlers, ImapOutcome, ImapSession } from './core.ts'

/** The handlers of COPY and MOVE. */
export function copyHandlers(context: ImapContext): Pick<Handlers, 'onCopy' | 'onMove'> {
  return {
    onCopy(...args) {
      const [, mailbox, options, session, answer] = args
      const job = { mailbox, session, move: false }
      answerWith<[ImapOutcome, CopyInfo?]>(context, answer, () => copy(context, job, options))
    },
    onMove(mailbox, options, session, answer) {
      const job = { mailbox, session, move: true }
      answerWith<[ImapOutcome, CopyInfo?]>(context, answer, () => copy(context, job, options))
    },
  }
}

type Job = { readonly mailbox: number; readonly session: ImapSession; readonly move: boolean }

async function copy(context: ImapContext, job: Job, options: CopyOptions): Promise<[ImapOutcome, CopyInfo?]> {
  const { mailbox, session, move } = job
  if (move && session.selected !== false && session.selected.readOnly) return ['CANNOT']
  const target = await context.mail.folder(session.user.id, options.destination)
  if (!target) return ['TRYCREATE']
  const copied = await context.mail.copy(mailbox, options.messages, { folder: target.id, move })
  if (copied.length === 0) return ['NONEXISTENT']
  const removed = copied.flatMap(({ from, removedAt }) =>
    removedAt === undefined ? [] : [{ uid: from, modseq: removedAt }],
  )
  // The session that moved hears of it in the answer to MOVE (RFC 6851 3.3), all others through the notifier.
  for (const { uid } of removed) await writeChange(session, session.formatResponse('EXPUNGE', uid))
  const { notifier } = context
  notifier.publish(
    session.user.id,
    target.id,
    copied.map(({ to, modseq }) => ({ command: 'EXISTS', uid: to, modseq })),
  )
  notifier.publish(
    session.user.id,
    mailbox,
    removed.map((gone) => ({ ...gone, command: 'EXPUNGE', ignore: session.id })),
  )
  return [
    true,
    { uidValidity: target.uidValidity, sourceUid: copied.map((c) => c.from), destinationUid: copied.map((c) => c.to) },
  ]
}
