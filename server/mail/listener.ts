/**
 * Listening sockets whose closing ends every connection, those within a TLS handshake too. We make the TLS sockets
 * ourselves and close only these: to destroy the plain socket below one may crash the process (seen on Node 24).
 */
import type { X509Certificate } from 'node:crypto'
import { chmod, stat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'
import { maxConnections } from './limits.ts'

/** A port, or the file of a socket in a folder that is closed to others. */
export type ListenAt = { readonly host: string; readonly port: number } | { readonly socket: string }

/** `port`: where it listens, also where any free one was asked for; 0 for a socket file. */
export type Listener = { readonly port: number; readonly close: () => Promise<void> }

type Listening = {
  readonly at: ListenAt
  /** PEM. Without it the connections are plain. `clients`: only who holds the key of one of these certificates may connect. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clients?: readonly X509Certificate[] }
  /** Gets each connection, after its handshake. */
  readonly connected: (socket: Socket) => void
  /** Says goodbye to those that are connected. */
  readonly farewell: () => void
}

/** Milliseconds for a TLS handshake. */
const handshakeMs = 30_000

/** Listens; `connected` gets each connection once its TLS handshake is done. Rejects where the place cannot be had. */
export async function listen(listening: Listening): Promise<Listener> {
  const { at, tls, connected, farewell } = listening
  const sockets = new Set<Socket>()
  const context = tls && createSecureContext({ ...tls, minVersion: 'TLSv1.2' })
  const accept = (plain: Socket) => {
    // Answers are small: none waits for the acknowledgement of the one before.
    plain.setNoDelay(true)
    plain.setKeepAlive(true, keepAliveMs)
    // Pinned certificates need no authority: the handshake shows who holds their keys, and `isKnown` compares them.
    const requestCert = tls?.clients !== undefined
    const socket = context ? new TLSSocket(plain, { isServer: true, secureContext: context, requestCert }) : plain
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (socket instanceof TLSSocket) {
      shakeHands(socket, () => (isKnown(socket, tls?.clients) ? connected(socket) : socket.destroy()))
    } else connected(socket)
  }
  const server = createServer((plain) => {
    // Closed at once: a connection that waits for its turn costs as much as one that is served.
    if (sockets.size < maxConnections) accept(plain)
    else plain.destroy()
  })
  if ('socket' in at) await makeWay(at.socket)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen('socket' in at ? { path: at.socket } : at, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  // The folder keeps others out until then, and afterwards.
  if ('socket' in at) await chmod(at.socket, 0o660)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, close: () => close(server, sockets, farewell) }
}

/** A folder for sockets that everybody may enter, or that is not there; `message` is for the operator. */
export class SocketFolderUnfit extends Error {}

/** The folder is closed to others, and what a process left that is no more is out of the way. */
async function makeWay(socket: string): Promise<void> {
  const folder = dirname(socket)
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory())
    throw new SocketFolderUnfit(`${folder} is no folder: "kith-server gateway config postfix" prints how to make it`)
  if ((found.mode & 0o007) !== 0)
    throw new SocketFolderUnfit(`${folder} is open to every user of the machine: chmod o= ${folder}`)
  if (!(await isServed(socket))) await unlink(socket).catch(() => undefined)
}

/** Whether somebody listens at it: then it is not ours to remove. */
function isServed(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const trying = connect(socket, () => {
      trying.destroy()
      resolve(true)
    })
    trying.once('error', () => resolve(false))
  })
}

function isKnown(socket: TLSSocket, clients: readonly X509Certificate[] | undefined): boolean {
  if (!clients) return true
  const shown = socket.getPeerX509Certificate()
  return shown !== undefined && clients.some(({ raw }) => raw.equals(shown.raw))
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
