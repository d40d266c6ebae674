/**
 * What a person may type as Server: a host, host:port, or an https URL. Plain http only where the text says so and the
 * host is this machine: nothing else may carry a login without TLS.
 */

/** The service's path, protocol.md section 4. */
const soapPath = '/kith/soap'

/** A server that may be spoken to. */
export type ServerAddress = {
  /** Normalised origin: how a server is named, stored and compared. */
  readonly origin: string
  readonly url: string
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** `undefined` for text that names no server, or an unsafe way to one. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  const trimmed = text.trim()
  const url = readUrl(/^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`)
  // A URL with a password, a query or a fragment means something else than a server: it is refused, not cut to size.
  if (url?.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined
  if (!['/', soapPath].includes(url.pathname) || url.hostname === '') return undefined
  const tls = url.protocol === 'https:'
  if (!tls && !(url.protocol === 'http:' && isLoopback(url.hostname))) return undefined
  return {
    origin: url.origin,
    url: `${url.origin}${soapPath}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (tls ? 443 : 80),
    tls,
  }
}

/** RFC 6761 section 6.3 for the name, RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3 for the numbers. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
