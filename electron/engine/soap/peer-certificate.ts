/** Looks at the certificate that a server shows, over a bare TLS connection that sends no byte of ours. */
import { createHash, X509Certificate } from 'node:crypto'
import { isIP, type LookupFunction } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import type { Clock, Undo } from '../ground/ports.ts'

/** A certificate as it was shown, and what a person may compare. */
export type PeerCertificate = {
  readonly pem: string
  /** SHA-256 of the DER form: lower-case hex, as a pin is kept. */
  readonly pin: string
  /** The same in upper-case hex with colons, as people compare it. */
  readonly fingerprint: string
  readonly issuer: string
}

/** Longest wait for the handshake, in milliseconds. */
const handshakeLimit = 15_000
/** Longest issuer text that is shown. */
const issuerLimit = 200

/** Where to look. `host` may be a name or a number, without brackets. */
type PeerAddress = { readonly host: string; readonly port: number; readonly lookup?: LookupFunction | undefined }

/** `undefined` when there is no TLS server there. */
export function fetchPeerCertificate(
  peer: PeerAddress,
  clock: Pick<Clock, 'after'>,
): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    let undo: Undo = () => undefined
    // SNI carries names alone (RFC 6066 section 3).
    const named = isIP(peer.host) ? {} : { servername: peer.host }
    const options = { ...named, ...(peer.lookup ? { lookup: peer.lookup } : {}) }
    // Not verified here on purpose: nothing is sent, and what was shown decides whether anything will be.
    const socket = connect({ host: peer.host, port: peer.port, rejectUnauthorized: false, ...options })
    const finish = (found: PeerCertificate | undefined) => {
      undo()
      socket.destroy()
      resolve(found)
    }
    undo = clock.after(handshakeLimit, () => finish(undefined))
    socket.once('secureConnect', () => finish(describe(socket)))
    socket.once('error', () => finish(undefined))
    socket.once('close', () => finish(undefined))
  })
}

function describe(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerCertificate()
  if (!certificate.raw) return undefined
  const der = certificate.raw
  return {
    // Not wrapped by hand: a certificate whose base64 fills its last line to 64 characters got an empty line, and was refused.
    pem: new X509Certificate(der).toString(),
    pin: createHash('sha256').update(der).digest('hex'),
    fingerprint: certificate.fingerprint256,
    issuer: issuerText(certificate.issuer),
  }
}

/** A stranger wrote these: controls and bidi marks are removed and the length is capped. */
function issuerText(issuer: Readonly<Record<string, string | string[] | undefined>>): string {
  const text = Object.entries(issuer)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : (value ?? '')}`)
    .join(', ')
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, issuerLimit)
}
