/** The server's own TLS certificate: self-signed, EC P-256, trusted by the pin in the enrolment code. */
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'
import {
  derBits,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derText,
  derTime,
  derTrue,
  tagged,
} from './der.ts'

/** Certificate and private key, both PEM. */
export type TlsFiles = { readonly cert: string; readonly key: string }

/** The certificate is pinned, not chained, and replaced together with the pin: five years, as the manifest. */
const validMs = 5 * 365 * 24 * 3_600_000
/** Clocks of clients may be behind. */
const backdateMs = 24 * 3_600_000

/** Names of algorithms and extensions (RFC 5280, RFC 5758), as numbers. */
const oid = {
  ecdsaSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectAltName: '2.5.29.17',
}

/** `names`: host names and IP addresses that clients may use. */
export function selfSigned(names: readonly string[], now: number): TlsFiles {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = derSequence(derOid(oid.ecdsaSha256))
  const name = derSequence(derSet(derSequence(derOid(oid.commonName), derText(names[0] ?? 'localhost'))))
  const signed = derSequence(
    // Version 3, counted from 0: extensions exist only there.
    tagged(0xa0, derInteger(Buffer.from([2]))),
    // The first byte keeps the serial number positive and of full length (RFC 5280 4.1.2.2).
    derInteger(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    name,
    derSequence(derTime(now - backdateMs), derTime(now + validMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions(names)),
  )
  const certificate = derSequence(signed, algorithm, derBits(sign('sha256', signed, privateKey)))
  return { cert: pem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/** No keyUsage: BoringSSL (Electron) takes a certificate as its own authority only if that allows signing certificates. */
function extensions(names: readonly string[]): Buffer {
  return derSequence(
    derSequence(derOid(oid.basicConstraints), derTrue, derOctets(derSequence())),
    derSequence(derOid(oid.extendedKeyUsage), derOctets(derSequence(derOid(oid.serverAuth)))),
    derSequence(derOid(oid.subjectAltName), derOctets(derSequence(...names.map(alternativeName)))),
  )
}

/** RFC 5280 4.2.1.6: dNSName is [2], iPAddress [7] with its bytes. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? tagged(0x82, Buffer.from(name, 'ascii')) : tagged(0x87, addressBytes(name))
}

/** An address as 4 or 16 bytes; `URL` writes every form of an IPv6 address in the same way first. */
function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Whether a certificate and a key belong together; the reason when they do not, for the administrator. */
export function faultOfTls({ cert, key }: TlsFiles, now: number): string | undefined {
  try {
    const certificate = new X509Certificate(cert)
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return 'the certificate and the key do not belong together'
    if (Date.parse(certificate.validTo) <= now) return `the certificate expired on ${certificate.validTo}`
    return undefined
  } catch {
    return 'the certificate or the key cannot be read'
  }
}

/** SHA-256 of the certificate (DER), hex: what enrolment codes pin. */
export function certificateHash(cert: string): string {
  return createHash('sha256').update(new X509Certificate(cert).raw).digest('hex')
}
