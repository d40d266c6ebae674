/** The SOAP client against scripted peers over TLS. */
import { createHash, X509Certificate } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import {
  certificateOfFullLines,
  certificateOne,
  certificateTwo,
  type TestCertificate,
} from '../testing/certificates.ts'
import { fakeClock } from '../testing/fakes.ts'
import { type Behaviour, type ScriptedPeer, scriptedPeer } from '../testing/scripted-peer.ts'
import { parseServerAddress } from './server-address.ts'
import { openSoapClient, type SoapClient } from './soap-client.ts'

const undo: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
})

function pinOf(certificate: TestCertificate): string {
  return createHash('sha256').update(new X509Certificate(certificate.cert).raw).digest('hex')
}

async function start(behaviour: Behaviour, pin?: string, certificate = certificateOne) {
  const peer = await scriptedPeer(certificate, behaviour)
  undo.push(peer.close)
  return { peer, ...clientOf(peer, pin) }
}

function clientOf(peer: ScriptedPeer, pin?: string) {
  const address = parseServerAddress(peer.url)
  if (!address) throw new Error('the peer has an address')
  const clock = fakeClock()
  const client: SoapClient = openSoapClient({ address, clock, ...(pin === undefined ? {} : { pin }) })
  undo.push(client.close)
  return { client, clock, address }
}

const answer: Behaviour = (_request, response) => response.end('<answer/>')
const timeout = 10_000

describe('soap client over real loopback HTTPS', () => {
  it('protocol 5.1 posts to a server whose self-signed certificate is pinned', async () => {
    const { client, peer } = await start(answer, pinOf(certificateOne))
    const got = await client.post('<ask/>', { timeout })
    expect(got.ok && Buffer.from(got.value.body).toString()).toBe('<answer/>')
    expect(peer.requests.map((r) => [r.path, r.body])).toEqual([['/kith/soap', '<ask/>']])
  })

  it('protocol 5.1 trusts a pinned certificate of any length', async () => {
    const { client } = await start(answer, pinOf(certificateOfFullLines), certificateOfFullLines)
    expect(await client.post('<ask/>', { timeout })).toMatchObject({ ok: true })
  })

  it('protocol 5.1 sends nothing to a server with another certificate than the pinned one, and names it', async () => {
    const { client, peer } = await start(answer, pinOf(certificateTwo))
    const got = await client.post('<secret/>', { timeout })
    expect(got).toMatchObject({ ok: false, failure: { kind: 'certificateUntrusted' } })
    if (got.ok) throw new Error('unreachable')
    expect(got.failure.detail?.fingerprint?.replaceAll(':', '').toLowerCase()).toBe(pinOf(certificateOne))
    expect(got.failure.detail?.issuer).toContain('Kith test one')
    expect(peer.requests).toEqual([])
  })

  it('refuses a self-signed certificate without a pin, with issuer and fingerprint', async () => {
    const { client, peer } = await start(answer)
    const got = await client.post('<secret/>', { timeout })
    expect(got).toMatchObject({
      ok: false,
      failure: { kind: 'certificateUntrusted', detail: { issuer: expect.stringContaining('Kith test one') } },
    })
    expect(peer.requests).toEqual([])
  })

  it('follows no redirect', async () => {
    const { client, peer } = await start((_q, response) => {
      response.writeHead(307, { Location: '/elsewhere' })
      response.end()
    }, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toEqual({ ok: false, failure: { kind: 'unreachable' } })
    expect(peer.requests).toHaveLength(1)
  })

  it('protocol 4 gives up on an answer over 12 MB without keeping it', async () => {
    const { client } = await start((_q, response) => {
      const block = Buffer.alloc(1 << 20, 'x')
      for (let sent = 0; sent < 13; sent += 1) response.write(block)
      response.end()
    }, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toMatchObject({ ok: false, failure: { kind: 'tooLarge' } })
  })

  it('takes no compressed answer', async () => {
    const { client } = await start((_q, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' })
      response.end('bomb')
    }, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toMatchObject({ ok: false })
  })

  it('ends an exchange that never answers at the deadline', async () => {
    const { client, clock, peer } = await start(() => undefined, pinOf(certificateOne))
    const got = client.post('<ask/>', { timeout })
    while (peer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(timeout)
    expect(await got).toEqual({ ok: false, failure: { kind: 'unreachable' } })
  })

  it('a connection cut in the middle is unreachable, and the next post works', async () => {
    const { client, peer } = await start((_q, response, socket) => {
      response.write('<ans')
      socket.destroy()
    }, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toMatchObject({ ok: false, failure: { kind: 'unreachable' } })
    peer.behave(answer)
    expect(await client.post('<ask/>', { timeout })).toMatchObject({ ok: true, value: { status: 200 } })
  })

  it('protocol 10 hands on status and Retry-After, and believes no more than an hour', async () => {
    const { client } = await start((_q, response) => {
      response.writeHead(503, { 'Retry-After': '99999999' })
      response.end('<fault/>')
    }, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toMatchObject({
      ok: true,
      value: { status: 503, retryAfter: 3_600_000 },
    })
  })

  it('nobody there is unreachable', async () => {
    const peer = await scriptedPeer(certificateOne, answer)
    await peer.close()
    const { client } = clientOf(peer, pinOf(certificateOne))
    expect(await client.post('<ask/>', { timeout })).toEqual({ ok: false, failure: { kind: 'unreachable' } })
  })
})

describe('server address', () => {
  it.each([
    ['mail.example.org', 'https://mail.example.org'],
    ['mail.example.org:8443', 'https://mail.example.org:8443'],
    ['https://Mail.Example.org/', 'https://mail.example.org'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080/kith/soap', 'http://localhost:8080'],
    ['https://[::1]:8443', 'https://[::1]:8443'],
  ])('reads %s', (text, origin) => expect(parseServerAddress(text)?.origin).toBe(origin))

  it.each([
    'http://mail.example.org',
    'ftp://x',
    'https://user:pw@x',
    'https://x/?a=b',
    '',
    'https://x/other',
    'a b',
    'http://127.0.0.1.evil.org',
  ])('refuses %s', (text) => expect(parseServerAddress(text)).toBeUndefined())
})
