/** What both SMTP servers share: the trace field, and how a handler's failure becomes a reply. */
import { storeFailure } from '../../store/failures.ts'
import type { MailLog } from '../ports.ts'
import type { Tasks } from '../tasks.ts'
import { SmtpReply, tryLater } from './reply.ts'
import type { SmtpSession } from './strict-server.ts'

/** Received (RFC 5321 4.4), without the peer's name and address: they are nobody's business. */
export function received(domain: string, session: SmtpSession, now: number): string {
  const date = new Date(now).toUTCString().replace('GMT', '+0000')
  return `Received: by ${domain} (Kith) with ${session.transmissionType} id ${session.id};\r\n ${date}`
}

type Surroundings = { readonly log: MailLog; readonly tasks: Tasks }

/** Calls `done` with nothing, with our reply, or, for any other failure, with 451: it fails closed. */
export function handled(
  { log, tasks }: Surroundings,
  work: Promise<unknown>,
  done: (error?: Error | null) => void,
): void {
  const answer = async () => done(await replyOf(log, work))
  tasks.run(answer()).catch((error: unknown) => log.error('smtp.answer', { error: nameOf(error) }))
}

async function replyOf(log: MailLog, work: Promise<unknown>): Promise<Error | null> {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof SmtpReply) return error
    log.error('smtp.failed', whatOf(error))
    return tryLater()
  }
}

/** The kind of a failure of the store; else the class of the error. */
export function whatOf(error: unknown): { readonly kind: string } | { readonly error: string } {
  const kind = storeFailure(error)
  return kind === undefined ? { error: nameOf(error) } : { kind }
}

/** All that the log learns of a failure: its text may name people. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
