/** For tests: an XMPP server over TLS that does what the test says, politely or not. */
import { createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer, TLSSocket } from 'node:tls'
import { selfSigned } from '../../keys/certificate.ts'

export type Script = {
  /** What follows the opening of each stream: its features, as XML inside the element. */
  readonly features?: () => string
  /** Answers whatever the client says that is not the opening of a stream. Undefined leaves it to the polite default. */
  readonly answer?: (said: string, socket: Socket) => string | undefined
  /** Instead of everything else. */
  readonly speak?: (socket: Socket) => void
  /** STARTTLS instead of TLS at once. */
  readonly plain?: boolean
  /** Promises TLS, and never begins it. */
  readonly isMute?: boolean
  /** Whom the certificate names. */
  readonly name?: string
}

export type ScriptedXmpp = {
  readonly port: number
  readonly ca: string
  /** Everything that clients said, in the clear and inside TLS. */
  readonly heard: () => string
  /** Breaks every connection. */
  readonly drop: () => void
  readonly close: () => Promise<void>
}

export const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
export const mechanisms = (...names: readonly string[]) =>
  `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`
const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
const startTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"

export function idOf(said: string): string {
  return /id='([^']*)'/.exec(said)?.[1] ?? ''
}

export function roster(id: string, items: string): string {
  return `<iq type='result' id='${id}'><query xmlns='jabber:iq:roster'>${items}</query></iq>`
}

export async function scriptedXmpp(script: Script): Promise<ScriptedXmpp> {
  const { cert, key } = selfSigned([script.name ?? 'corp.example'], Date.now())
  const sockets = new Set<Socket>()
  let heard = ''
  const opened = new WeakSet<Socket>()
  const serve = (socket: Socket): void => {
    sockets.add(socket)
    // A client that hangs up in the middle is part of the script.
    socket.on('error', () => undefined)
    if (script.speak) script.speak(socket)
    const listen = (chunk: Buffer): void => {
      const said = chunk.toString('utf8')
      heard += said
      if (said.includes('<starttls')) {
        socket.off('data', listen)
        socket.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        if (!script.isMute) serve(new TLSSocket(socket, { isServer: true, cert, key }))
      } else if (!script.speak) socket.write(answerTo(said, socket))
    }
    socket.on('data', listen)
  }
  const answerTo = (said: string, socket: Socket): string => {
    if (!said.includes('<stream:stream')) return script.answer?.(said, socket) ?? polite(said)
    const isPlain = script.plain && !(socket instanceof TLSSocket)
    const inside = opened.has(socket) ? bind : mechanisms('PLAIN')
    opened.add(socket)
    return `${header}<stream:features>${script.features?.() ?? (isPlain ? startTls : inside)}</stream:features>`
  }
  const server = script.plain ? createPlainServer(serve) : createServer({ cert, key }, serve)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, ca: cert, heard: () => heard, drop: () => drop(sockets), close: () => closed(server, sockets) }
}

function polite(said: string): string {
  if (said.includes('<auth ')) return success
  if (said.includes('xmpp-bind'))
    return `<iq type='result' id='${idOf(said)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`
  return said.includes("<query xmlns='jabber:iq:roster'") ? roster(idOf(said), '') : ''
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  drop(sockets)
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

function drop(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy()
}
