/** Stands between a client and a server and counts the bytes on the wire, TLS and all, both ways: the same scale for every protocol. */
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'

export type Tunnel = {
  readonly port: number
  readonly bytes: () => number
  /** Breaks what is connected; new connections may come. */
  readonly cut: () => void
  readonly close: () => void
}

/** Listens on loopback and passes everything on to the port `to`. */
export async function openTunnel(to: number): Promise<Tunnel> {
  let bytes = 0
  const sockets = new Set<Socket>()
  const pass = (from: Socket, into: Socket) => {
    sockets.add(from)
    from.setNoDelay()
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      into.write(chunk)
    })
    from.on('end', () => into.end())
    from.on('error', () => into.destroy())
    from.once('close', () => {
      sockets.delete(from)
      // What came is passed on first: a server may close as soon as it has answered.
      into.destroySoon()
    })
  }
  const server = createServer((near) => {
    const far = createConnection({ host: '127.0.0.1', port: to })
    pass(near, far)
    pass(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    bytes: () => bytes,
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
