/** A connection to a directory, protected before anything is said on it, and never made a second time. */
import net from 'node:net'
import tls from 'node:tls'
import { Client } from 'ldapts'
import type { LdapSource } from '../source.ts'
import { createFraming } from './framing.ts'

type Directory = {
  readonly client: Client
  /** Protects the connection; nothing is to be asked before. */
  readonly secure: () => Promise<void>
  /** Ends the connection at once; what waits on it fails. */
  readonly destroy: () => void
}

/**
 * ldapts connects again by itself where a connection broke: without STARTTLS and without a bind, and a search would go
 * on in the clear. So it gets the connection once.
 */
export function openDirectory(source: LdapSource, ca: string | undefined): Directory {
  const { host, security } = source
  const port = source.port ?? (security === 'tls' ? 636 : 389)
  let used: net.Socket | undefined
  const once = <T extends net.Socket>(connect: () => T): T => {
    if (used) throw new Error('the connection was lost')
    const socket = connect()
    used = socket
    return watched(socket)
  }
  // One before TLS and one after it: bytes of the one must never be counted, or read, as the other's.
  const before = createFraming()
  const after = createFraming()
  const watched = <T extends net.Socket>(socket: T): T => {
    const framing = socket instanceof tls.TLSSocket ? after : before
    return socket.on('data', (chunk: Buffer) => {
      const fault = framing.take(chunk)
      if (fault !== undefined) socket.destroy(new Error(fault))
    })
  }
  const upgrade = (socket: net.Socket): tls.TLSSocket => {
    const { messages, isBetween } = before.seen()
    // Said in the clear, it would be heard as if it had been protected.
    if (messages !== 1 || !isBetween) throw new Error('it speaks before TLS begins')
    return watched(tls.connect({ socket, host, ...trust }))
  }
  const trust = { ...(ca === undefined ? {} : { ca }), ...(net.isIP(host) ? {} : { servername: host }) }
  const client = new Client({
    url: `${security === 'tls' ? 'ldaps' : 'ldap'}://${net.isIPv6(host) ? `[${host}]` : host}:${port}`,
    timeout: source.timeout * 1_000,
    connectTimeout: source.timeout * 1_000,
    createConnection: () => once(() => net.connect(port, host)),
    // Called with a port for ldaps, and with the connection that there is for STARTTLS.
    createSecureConnection: (first: unknown) =>
      typeof first === 'object' && first !== null && 'socket' in first
        ? upgrade(first.socket as net.Socket)
        : once(() => tls.connect({ port, host, ...trust })),
  })
  return {
    client,
    secure: () => (security === 'starttls' ? client.startTLS({}) : Promise.resolve()),
    destroy: () => used?.destroy(new Error('the time is up')),
  }
}
