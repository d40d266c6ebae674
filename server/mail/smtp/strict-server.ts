/**
 * smtp-server with our own reading of addresses: the library drops source routes and turns A-labels into Unicode
 * before anybody sees them (A1: a mail library never decides who somebody is). The only file that imports it.
 */
import type { Socket } from 'node:net'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js'
import { type Listener, listen, type ListenAt } from '../listener.ts'

/** The library's types under our names, so that no other file imports it. */
export type SmtpSession = SMTPServerSession
/** The bytes of DATA as they arrive, dots unstuffed. */
export type SmtpData = SMTPServerDataStream
/** A door's handlers and limits; addresses in them are the library's reading, so ask `writtenAddress`. */
export type SmtpOptions = SMTPServerOptions

/** The path of each session's command under way: what stands between the angle brackets, to the letter. */
const paths = new WeakMap<object, string>()

/** The address of the MAIL or RCPT that is being handled, as the client wrote it. */
export function writtenAddress(session: SmtpSession): string {
  return paths.get(session) ?? ''
}

/** The worst reply in each mail transaction so far: the library makes a new envelope for each. */
const refused = new WeakMap<object, number>()

/** The worst reply code that this mail transaction has had, if anything in it was refused or put off. */
export function worstReply({ envelope }: SmtpSession): number | undefined {
  return refused.get(envelope)
}

class StrictConnection extends SMTPConnection {
  override handler_MAIL(...[command, done]: Parameters<SMTPConnection['handler_MAIL']>): void {
    paths.set(this.session, pathIn(command))
    super.handler_MAIL(command, done)
  }

  override handler_RCPT(...[command, done]: Parameters<SMTPConnection['handler_RCPT']>): void {
    paths.set(this.session, pathIn(command))
    super.handler_RCPT(command, done)
  }

  /**
   * Whatever is refused between MAIL and the message's end is remembered, by whomever: the library refuses much before a
   * handler hears of it. Replies of ours carry their own enhanced status code (RFC 3463); the library
   * adds one to its own.
   */
  override send(...[code, data, context]: Parameters<SMTPConnection['send']>): void {
    // Before the greeting there is no envelope yet.
    const envelope = 'envelope' in this.session ? this.session.envelope : undefined
    if (code >= 400 && envelope?.mailFrom) refused.set(envelope, Math.max(code, refused.get(envelope) ?? 0))
    const own = typeof data === 'string' && /^[245]\.\d{1,3}\.\d{1,3} /.test(data)
    super.send(code, data, own ? false : context)
  }
}

/** Empty where there is none: no address is, and the null sender is nobody's. Parameters hold no path but `AUTH=<>`. */
function pathIn(command: string | Buffer): string {
  return /^[^:]*:\s*<([^<>]*)>(?:\s(?:[^<>]|=<>)*)?$/.exec(command.toString())?.[1] ?? ''
}

class StrictServer extends SMTPServer {
  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const connection = new StrictConnection(this, socket, options ?? {})
    this.connections.add(connection)
    connection.on('error', (error: Error) => this.emit('error', error))
    connection.init()
  }
}

type SmtpListener = Listener & {
  /** Ends the connections of one login. */
  readonly drop: (account: string) => void
}

type At = {
  readonly at: ListenAt
  /** With it the connections are TLS from their first byte (RFC 8314). */
  readonly tls?: Parameters<typeof listen>[0]['tls']
  readonly failed: (error: Error) => void
}

/** Listens; `failed` is told of errors of single connections, `close` ends them all. */
export async function startSmtp(options: SmtpOptions, { failed, at, tls }: At): Promise<SmtpListener> {
  const server = new StrictServer({
    ...options,
    // The listener has done the handshake.
    secure: tls !== undefined,
    secured: true,
    logger: false,
    // Whoever connects would otherwise have us ask a name server of its choice.
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    rejectOversized: true,
    banner: 'Kith',
    heloResponse: '%s',
  })
  server.on('error', failed)
  const end = (reason: string, wanted: (session: SmtpSession) => boolean) => {
    for (const connection of server.connections) {
      if (!wanted(connection.session)) continue
      connection.send(421, reason)
      connection.close()
    }
  }
  const listener = await listen({
    at,
    ...(tls ? { tls } : {}),
    connected: (socket) => server.connect(socket),
    farewell: () => end('4.3.2 Server is closing', () => true),
  })
  return { ...listener, drop: (account) => end('4.3.2 Sign in again', ({ user }) => user === account) }
}
