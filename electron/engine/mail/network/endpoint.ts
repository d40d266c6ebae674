/** How a mail server may be reached: TLS as the list server said, plain text only on this machine. */
import type { MailServer } from '../../../../shared/whitelist/login.ts'

/** A safe way to a mail server. */
export type Endpoint = {
  readonly host: string
  readonly port: number
  /** `direct`: TLS from the first byte. `upgrade`: STARTTLS, without which nothing is said. `plain`: loopback only. */
  readonly tls: 'direct' | 'upgrade' | 'plain'
  readonly tlsOptions: { readonly minVersion: 'TLSv1.2'; readonly ca?: string; readonly servername?: string }
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

/** Undefined where the way is not safe: plain text to another machine would show the password to the network. */
export function endpointOf(server: MailServer): Endpoint | undefined {
  const { host, port } = server
  if (server.security === 'none' && !loopback.has(host)) return undefined
  const tls = server.security === 'tls' ? 'direct' : server.security === 'starttls' ? 'upgrade' : 'plain'
  // With `ca` only what it signed is trusted: a public authority cannot vouch for the organisation's own server.
  return { host, port, tls, tlsOptions: { minVersion: 'TLSv1.2', ...(server.ca ? { ca: server.ca } : {}) } }
}
