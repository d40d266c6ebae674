/** Tries a mail server as a client will meet it, up to the login: is it there, does its certificate count, may one sign in. */
import { isIP, connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { MailServer } from '../../shared/whitelist/login.ts'

/** What stands in the way; the certificate has several ways to be wrong, each with a cure of its own. */
export type MailServerFault = {
  readonly kind:
    | 'unreachable'
    | 'issuer'
    | 'otherName'
    | 'expired'
    | 'certificate'
    | 'noTls'
    | 'noStarttls'
    | 'silent'
    | 'noLogin'
  /** As the system, TLS or nothing at all said it. */
  readonly code: string
}

type Protocol = {
  readonly greeting: RegExp
  readonly starttls: string
  /** The answer after which TLS begins. */
  readonly ready: RegExp
  readonly ask: string
  /** The end of the answer that lists what the server can do. */
  readonly listed: RegExp
  readonly login: (told: string) => boolean
}

const protocols: { readonly [name in 'imap' | 'smtp']: Protocol } = {
  imap: {
    greeting: /^\* (OK|PREAUTH)/,
    starttls: 'a STARTTLS\r\n',
    ready: /^a OK/m,
    ask: 'b CAPABILITY\r\n',
    listed: /^b (OK|NO|BAD)[^\n]*\n/m,
    login: (told) => /\bAUTH=(PLAIN|LOGIN)\b/i.test(told) || !/\bLOGINDISABLED\b/i.test(told),
  },
  smtp: {
    greeting: /^220[ -]/,
    starttls: 'STARTTLS\r\n',
    ready: /^220[ -]/m,
    ask: 'EHLO localhost\r\n',
    listed: /^[245]\d\d [^\n]*\n/m,
    login: (told) => /^250[ -]AUTH[ =]/im.test(told),
  },
}

/** Longest time for all of it, in milliseconds. */
const limitMs = 10_000
/** More than any answer here has, in characters. */
const longest = 65_536

/** Undefined: a client may sign in. No login is tried. `ended`: gives up at once. */
export async function tryMailServer(
  name: 'imap' | 'smtp',
  server: MailServer,
  ended: AbortSignal,
): Promise<MailServerFault | undefined> {
  const protocol = protocols[name]
  const signal = AbortSignal.any([ended, AbortSignal.timeout(limitMs)])
  const open: Socket[] = []
  const use = async (socket: Socket, event: 'connect' | 'secureConnect'): Promise<Wire> => {
    open.push(socket)
    await happens(socket, event, signal)
    return wireOf(socket, signal)
  }
  const { host, port, security, ca } = server
  const tls = { minVersion: 'TLSv1.2', host, ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) } as const
  try {
    let wire = await (security === 'tls'
      ? use(connectTls({ port, ...tls }), 'secureConnect')
      : use(connectPlain({ host, port }), 'connect'))
    if (!protocol.greeting.test(await wire.hear(/\n/))) return { kind: 'silent', code: '' }
    if (security === 'starttls') {
      if (name === 'smtp') await wire.ask(protocol.ask, protocol.listed)
      if (!protocol.ready.test(await wire.ask(protocol.starttls, /\n/))) return { kind: 'noStarttls', code: '' }
      wire = await use(connectTls({ socket: wire.socket, ...tls }), 'secureConnect')
    }
    const told = await wire.ask(protocol.ask, protocol.listed)
    return protocol.login(told) ? undefined : { kind: 'noLogin', code: '' }
  } catch (error) {
    return faultOf(error)
  } finally {
    for (const socket of open.toReversed()) socket.destroy()
  }
}

type Wire = {
  readonly socket: Socket
  /** What comes, up to the first match. */
  readonly hear: (end: RegExp) => Promise<string>
  readonly ask: (question: string, end: RegExp) => Promise<string>
}

function wireOf(socket: Socket, signal: AbortSignal): Wire {
  const hear = async (end: RegExp): Promise<string> => {
    let text = ''
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (end.test(text)) socket.emit('heard')
      else if (text.length > longest) socket.destroy(new Error('too long an answer'))
    }
    socket.on('data', take).resume()
    try {
      await happens(socket, 'heard', signal)
    } finally {
      socket.off('data', take)
      // What comes between two questions waits for the next one.
      socket.pause()
    }
    return text
  }
  return {
    socket,
    hear,
    ask: (question, end) => {
      socket.write(question)
      return hear(end)
    },
  }
}

/** Rejects with what ends the connection first. */
async function happens(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const closed = () => reject(new Error('closed'))
  const late = () => reject(new Error(event === 'connect' || socket.connecting ? 'late' : 'silent'))
  socket.once(event, resolve).on('error', reject).once('close', closed)
  signal.addEventListener('abort', late)
  try {
    await promise
  } finally {
    socket.off(event, resolve).off('close', closed)
    signal.removeEventListener('abort', late)
  }
}

const byCode: readonly (readonly [RegExp, MailServerFault['kind']])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'otherName'],
  [/^CERT_HAS_EXPIRED$/, 'expired'],
  [/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|UNTRUSTED|ISSUER/, 'issuer'],
  [/CERT|SIGNATURE|CRL/, 'certificate'],
  [/^(ERR_SSL|EPROTO)/, 'noTls'],
  [/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT)/, 'unreachable'],
]

function faultOf(error: unknown): MailServerFault {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const [, kind = 'silent'] = byCode.find(([pattern]) => pattern.test(code)) ?? []
  return { kind: error instanceof Error && error.message === 'late' ? 'unreachable' : kind, code }
}
