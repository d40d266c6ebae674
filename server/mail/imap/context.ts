/** What every IMAP handler works with, and the one place where a handler's failure becomes an answer. */
import type { Accounts } from '../../accounts/accounts.ts'
import type { Clock } from '../../ground/clock.ts'
import type { MailStore } from '../../store/mail/mail-store.ts'
import type { MailLog } from '../ports.ts'
import { whatOf } from '../smtp/trace.ts'
import type { Tasks } from '../tasks.ts'
import type { ImapCallback, ImapCore, ImapResponse, ImapSession } from './core.ts'
import type { MailNotifier } from './notifier.ts'

/** One for the server; handlers keep nothing between commands, since the store and the notifier have it. */
export type ImapContext = {
  readonly core: ImapCore
  readonly mail: MailStore
  readonly accounts: Pick<Accounts, 'check'>
  readonly clock: Clock
  readonly log: MailLog
  readonly notifier: MailNotifier
  readonly tasks: Tasks
}

/** Runs `work` and answers with what it gives; a failure becomes NO without its text. */
export function answerWith<T extends unknown[]>(
  context: ImapContext,
  answer: ImapCallback<T>,
  work: () => Promise<T>,
): void {
  const named = (error: unknown) => ({ error: error instanceof Error ? error.name : typeof error })
  const failed = (error: unknown) => {
    context.log.error('imap.failed', whatOf(error))
    answer(Object.assign(new Error('Try again later'), { response: 'NO' }))
  }
  context.tasks
    .run(work())
    .then((results) => answer(null, ...results), failed)
    .catch((error: unknown) => context.log.error('imap.answer', named(error)))
}

/** Writes one response; false when the connection is gone. */
export function write(session: ImapSession, output: unknown): Promise<boolean> {
  return new Promise((resolve) => {
    const { socket } = session
    if (socket.destroyed) return resolve(false)
    const gone = () => resolve(false)
    socket.once('close', gone)
    session.writeStream.write(output, () => {
      socket.removeListener('close', gone)
      resolve(true)
    })
  })
}

/** Writes an untagged response that also keeps the session's own list of messages in step. */
export async function writeChange(session: ImapSession, response: ImapResponse | false): Promise<void> {
  if (response) await write(session, response)
}
