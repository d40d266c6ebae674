/**
 * The way out, and the only file that knows nodemailer: one connection, kept for the next message, one message at a
 * time. The envelope is given explicitly and checked here once more, just before RCPT TO (O2, O3).
 */
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Address } from '../../../../shared/address.ts'
import { admitsRecipient } from '../../../../shared/guard/outgoing.ts'
import type { MailServer } from '../../../../shared/whitelist/login.ts'
import type { Clock, Log, Undo } from '../../ground/ports.ts'
import { answerTimeout, connectTimeout, greetingTimeout, smtpIdle } from '../limits.ts'
import { type Endpoint, endpointOf } from './endpoint.ts'

/** One message with its envelope. */
export type OutgoingMail = {
  readonly from: string
  readonly recipients: readonly string[]
  readonly raw: Uint8Array
  /**
   * Asks the guard whom the message may reach now (O3): when the connection stands, before anything of the message is
   * said.
   */
  readonly admitted: () => readonly Address[]
}

/** What became of one try. `temporary`: nothing is known to have been accepted; the same bytes may be sent again. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly accepted: readonly string[]; readonly rejected: readonly RejectedRecipient[] }
  | { readonly kind: 'refused' }
  | { readonly kind: 'rejected'; readonly rejected: readonly RejectedRecipient[] }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'authFailed' }
  /**
   * `connection`: the server as a whole; other messages need not be tried now. `login`: it did not take the login, for a
   * reason that says nothing about the password, or offers none.
   */
  | { readonly kind: 'temporary'; readonly scope: 'connection' | 'message'; readonly login?: 'refused' | 'none' }

/** A recipient that the server did not take; `permanent` for a 5xx answer. */
export type RejectedRecipient = { readonly address: string; readonly permanent: boolean }

/** Delivers one message at a time. */
export interface SmtpClient {
  deliver(mail: OutgoingMail): Promise<SendOutcome>
  close(): void
}

type SmtpOptions = {
  readonly server: MailServer
  readonly user: string
  readonly password: () => string
  readonly clock: Clock
  readonly log: Log
  /** Real milliseconds, inside the library: a test's clock does not reach there. */
  readonly timeouts?: SmtpTimeouts
}

type SmtpTimeouts = { readonly connect: number; readonly greeting: number; readonly answer: number }
const usualTimeouts: SmtpTimeouts = { connect: connectTimeout, greeting: greetingTimeout, answer: answerTimeout }

/** Our own code beside the library's: the server offers no AUTH (RFC 4954). */
const noAuth = 'ENOAUTH'

/** What the library puts on its errors. */
type Failure = Error & {
  readonly code?: unknown
  readonly responseCode?: unknown
  readonly command?: unknown
  readonly recipient?: unknown
  readonly rejectedErrors?: readonly Failure[] | undefined
}

/** A client that connects when the first message is delivered. `deliver` never rejects. */
export function openSmtpClient(options: SmtpOptions): SmtpClient {
  const endpoint = endpointOf(options.server)
  let kept: SMTPConnection | undefined
  let undoIdle: Undo = () => undefined
  let closed = false
  const drop = (): void => {
    undoIdle()
    kept?.close()
    kept = undefined
  }
  const ready = async (): Promise<SMTPConnection> => {
    undoIdle()
    if (kept && !kept.destroyed) return kept
    if (!endpoint) throw new Error('no safe way to the SMTP server')
    const connection = connectionTo(endpoint, options.timeouts ?? usualTimeouts)
    kept = connection
    await connected(connection)
    await loggedIn(connection, options.user, options.password())
    return connection
  }
  return {
    async deliver(mail) {
      const reused = kept !== undefined
      const outcome = await attempt(ready, mail, options.log)
      // A kept connection may have been dropped while it was idle; whatever failed, the next try begins with a new one.
      if (closed || (outcome.kind !== 'sent' && outcome.kind !== 'rejected')) drop()
      else undoIdle = options.clock.after(smtpIdle, drop)
      const stale = reused && outcome.kind === 'temporary' && outcome.scope === 'connection' && !closed
      return stale ? this.deliver(mail) : outcome
    },
    close() {
      closed = true
      drop()
    },
  }
}

async function attempt(ready: () => Promise<SMTPConnection>, mail: OutgoingMail, log: Log): Promise<SendOutcome> {
  let begun = false
  try {
    const connection = await ready()
    // As late as can be (O3): connecting may have taken a minute, in which the list may have changed.
    const admitted = mail.admitted()
    // O2: each string as it will stand in RCPT TO.
    if (!mail.recipients.every((text) => admitsRecipient(admitted, text))) return { kind: 'refused' }
    // From here on the server may hold the message, whatever error comes.
    begun = true
    const info = await sent(connection, mail)
    return { kind: 'sent', accepted: info.accepted, rejected: rejectedOf(info.rejectedErrors ?? []) }
  } catch (error) {
    const outcome = translate(error, begun)
    log.warn('smtp.failed', { kind: outcome.kind, ...factsOf(error) })
    return outcome
  }
}

function connectionTo(endpoint: Endpoint, timeouts: SmtpTimeouts): SMTPConnection {
  const connection = new SMTPConnection({
    host: endpoint.host,
    port: endpoint.port,
    secure: endpoint.tls === 'direct',
    requireTLS: endpoint.tls === 'upgrade',
    ignoreTLS: endpoint.tls === 'plain',
    // RFC 5321 4.1.1.1 allows a literal; the machine's own name is nobody's business.
    name: '[127.0.0.1]',
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.answer,
    tls: endpoint.tlsOptions,
    logger: false,
  })
  // Between two commands an error reaches nobody's callback; `destroyed` tells the next message.
  connection.on('error', () => undefined)
  return connection
}

/** One step of the library as a promise: it ends by its callback, by an `error` event, or by `end`. */
function step<T>(
  connection: SMTPConnection,
  run: (done: (error: Error | null | undefined, value?: T) => void) => void,
) {
  return new Promise<T | undefined>((resolve, reject) => {
    // The library closes the connection just before it calls back. The callback has the better reason, so it goes
    // first.
    const lost = (): void => void setImmediate(() => reject(new Error('connection ended')))
    const settle = (error: Error | null | undefined, value?: T): void => {
      connection.off('error', reject)
      connection.off('end', lost)
      if (error) reject(error)
      else resolve(value)
    }
    connection.once('error', reject)
    connection.once('end', lost)
    run(settle)
  })
}

async function connected(connection: SMTPConnection): Promise<void> {
  await step(connection, (done) => connection.connect((error) => done(error)))
}

async function loggedIn(connection: SMTPConnection, user: string, pass: string): Promise<void> {
  // The library would try PLAIN, and whatever the server answers would read as a word about the password.
  if (!connection.allowsAuth) throw Object.assign(new Error('no AUTH'), { code: noAuth })
  await step(connection, (done) => connection.login({ credentials: { user, pass } }, (error) => done(error)))
}

async function sent(connection: SMTPConnection, mail: OutgoingMail) {
  const envelope = { from: mail.from, to: [...mail.recipients], size: mail.raw.length }
  const info = await step<SMTPConnection.SentMessageInfo>(connection, (done) =>
    connection.send(envelope, Buffer.from(mail.raw), (error, value) => done(error, value)),
  )
  if (!info) throw new Error('no answer to DATA')
  return info
}

/** The one place where nodemailer's errors become ours. `begun`: MAIL FROM may have been said. */
function translate(error: unknown, begun: boolean): SendOutcome {
  const failure: Partial<Failure> = error instanceof Error ? error : {}
  const code = typeof failure.responseCode === 'number' ? failure.responseCode : 0
  if (failure.code === noAuth) return { kind: 'temporary', scope: 'connection', login: 'none' }
  // RFC 4954 6: 535 alone is about the password. All else passes, or is for an administrator to mend.
  if (failure.code === 'EAUTH' && code === 535) return { kind: 'authFailed' }
  if (failure.code === 'EAUTH' && code !== 0) return { kind: 'temporary', scope: 'connection', login: 'refused' }
  // A 5xx greeting or EHLO says that the service is not there, nothing of the message (RFC 5321 3.1).
  if (!begun || failure.code === 'EAUTH') return { kind: 'temporary', scope: 'connection' }
  // RFC 1870 6.1: more than the SIZE that the server announced; the library asks before it says MAIL FROM.
  if (code === 0 && failure.code === 'EMESSAGE' && failure.command === 'MAIL FROM') return { kind: 'tooLarge' }
  // 421 ends the session whatever command it answers (RFC 5321 3.8); 0: no answer came.
  if (code === 0 || code === 421) return { kind: 'temporary', scope: 'connection' }
  const rejected = rejectedOf(failure.rejectedErrors ?? [])
  if (rejected.length > 0) return { kind: 'rejected', rejected }
  if (code < 500) return { kind: 'temporary', scope: 'message' }
  // RFC 1870 6.1: 552 after MAIL or DATA is a message that is too large; a full mailbox is told at RCPT.
  return code === 552 ? { kind: 'tooLarge' } : { kind: 'rejected', rejected }
}

function rejectedOf(errors: readonly Failure[]): readonly RejectedRecipient[] {
  return errors.flatMap(({ recipient, responseCode }) =>
    typeof recipient === 'string'
      ? [{ address: recipient, permanent: typeof responseCode === 'number' && responseCode >= 500 }]
      : [],
  )
}

/** Codes only: a server's words may hold addresses. */
function factsOf(error: unknown): Record<string, string | number> {
  const failure: Partial<Failure> = error instanceof Error ? error : {}
  return {
    ...(typeof failure.code === 'string' ? { code: failure.code } : {}),
    ...(typeof failure.responseCode === 'number' ? { answer: failure.responseCode } : {}),
    ...(typeof failure.command === 'string' ? { command: failure.command.slice(0, 20) } : {}),
  }
}
