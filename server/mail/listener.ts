/**
 * Listening sockets whose closing ends every connection, those within a TLS handshake too. We make the TLS sockets
 * ourselves and close only these: to destroy the plain socket below one may crash the process (seen on Node 24).
 */
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { maxConnections } from './limits.ts'

/** `port`: where it listens, also where any free one was asked for. */
export type Listener = { readonly port: number; readonly close: () => Promise<void> }

type Listening = {
  readonly host: string
  readonly port: number
  /** PEM. Without it the connections are plain. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Gets each connection, after its handshake. */
  readonly connected: (socket: Socket) => void
  /** Says goodbye to those that are connected. */
  readonly farewell: () => void
}

/** Milliseconds for a TLS handshake. */
const handshakeMs = 30_000

/** Listens; `connected` gets each connection once its TLS handshake is done. Rejects where the port cannot be had. */
export function listen(listening: Listening): Promise<Listener> {
  const { host, port, tls, connected, farewell } = listening
  const sockets = new Set<Socket>()
  const context = tls && createSecureContext({ ...tls, minVersion: 'TLSv1.2' })
  const accept = (plain: Socket) => {
    // Answers are small: none waits for the acknowledgement of the one before.
    plain.setNoDelay(true)
    plain.setKeepAlive(true, keepAliveMs)
    const socket = context ? new TLSSocket(plain, { isServer: true, secureContext: context }) : plain
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (context) shakeHands(socket, connected)
    else connected(socket)
  }
  const server = createServer((plain) => {
    // Closed at once: a connection that waits for its turn costs as much as one that is served.
    if (sockets.size < maxConnections) accept(plain)
    else plain.destroy()
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      const address = server.address()
      if (typeof address !== 'object' || !address) return reject(new Error('the mail server has no port'))
      resolve({ port: address.port, close: () => close(server, sockets, farewell) })
    })
  })
}

/** Milliseconds of silence before the peer is asked whether it still lives: an idling client may be gone without a word. */
const keepAliveMs = 60_000

function shakeHands(socket: Socket, connected: (socket: Socket) => void): void {
  const end = () => socket.destroy()
  // A failed handshake is the peer's affair; the protocol's own listener takes over after it.
  socket.on('error', end)
  socket.setTimeout(handshakeMs, end)
  socket.once('secure', () => {
    socket.setTimeout(0)
    socket.removeListener('timeout', end)
    socket.removeListener('error', end)
    connected(socket)
  })
}

function close(server: Server, sockets: ReadonlySet<Socket>, farewell: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    farewell()
    // One turn for the farewell to leave.
    setImmediate(() => {
      for (const socket of sockets) socket.destroy()
    })
  })
}
