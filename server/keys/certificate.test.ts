import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { certificateHash, faultOfTls, selfSigned } from './certificate.ts'

const now = Date.now()
const year = 365 * 24 * 3_600_000

test('a certificate that OpenSSL reads: names, dates, own signature, P-256', () => {
  const { cert } = selfSigned(['mail.example.org', 'localhost', '127.0.0.1', '::1', '2001:db8::7'], now)
  const read = new X509Certificate(cert)
  expect(read.subjectAltName).toBe(
    'DNS:mail.example.org, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:7',
  )
  expect(read.subject).toBe('CN=mail.example.org')
  expect([read.ca, read.verify(read.publicKey)]).toEqual([false, true])
  expect(read.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  expect(Date.parse(read.validFrom)).toBeLessThan(now)
  expect(Date.parse(read.validTo)).toBeGreaterThan(now + 4 * year)
  expect(certificateHash(cert)).toBe(read.fingerprint256.replaceAll(':', '').toLowerCase())
})

test('dates beyond 2049 are written with four digits of the year', () => {
  const { cert } = selfSigned(['localhost'], Date.UTC(2047, 0, 1))
  expect(new Date(new X509Certificate(cert).validTo).getUTCFullYear()).toBe(2051)
})

test('a TLS client that trusts it connects by name and by address', async () => {
  const { cert, key } = selfSigned(['localhost', '127.0.0.1'], now)
  const server = createServer({ cert, key }, (socket) => socket.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  for (const servername of ['localhost', '']) {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca: cert, ...(servername ? { servername } : {}) })
    const [data]: Buffer[] = await once(socket, 'data')
    expect([String(data), socket.authorized]).toEqual(['hello', true])
    socket.destroy()
  }
  server.close()
})

test('a key of another certificate, an expired certificate and rubbish are named', () => {
  const one = selfSigned(['localhost'], now)
  const other = selfSigned(['localhost'], now)
  expect(faultOfTls(one, now)).toBeUndefined()
  expect(faultOfTls({ cert: one.cert, key: other.key }, now)).toContain('belong together')
  expect(faultOfTls(one, now + 6 * year)).toContain('expired')
  expect(faultOfTls({ cert: 'x', key: 'y' }, now)).toContain('cannot be read')
})
