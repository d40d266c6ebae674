/**
 * What a person may type as Server: a host, host:port, or an https URL. Plain http only where the text says so and the
 * host is this machine: nothing else may carry a login without TLS.
 */

import { BlockList, isIP } from 'node:net'

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
  /** Whether it names this machine. */
  readonly isLoopback: boolean
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
    isLoopback: isLoopback(url.hostname),
  }
}

/** RFC 6761 section 6.3 for the name, RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3 for the numbers. */
function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '')
  return host === 'localhost' || host.endsWith('.localhost') || isLoopbackNumber(host)
}

/** Also the numbers that mean "any address of this machine" and reach it like 127.0.0.1. `address`: without brackets. */
export function isLoopbackNumber(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && thisMachine.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

// An IPv4 number within IPv6 (::ffff:127.0.0.1) is looked for among the IPv4 ones.
const thisMachine = new BlockList()
thisMachine.addSubnet('127.0.0.0', 8, 'ipv4')
thisMachine.addSubnet('0.0.0.0', 8, 'ipv4')
thisMachine.addSubnet('::', 127, 'ipv6')

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
