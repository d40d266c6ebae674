import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemRandom } from '../engine/ground/system-ports.ts'
import { type FakeClock, fakeClock } from '../engine/testing/fakes.ts'
import { heartbeat, maxBody } from './limits.ts'
import { createFakeEngine, type FakeEngine } from './testing/fake-engine.ts'
import { ask, openLink, openWebClient } from './testing/web-client.ts'
import { openWebHost, type WebHost } from './web-host.ts'

let folder: string
let host: WebHost
let engine: FakeEngine
let clock: FakeClock

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kith-pages-'))
  mkdirSync(path.join(folder, 'out/assets'), { recursive: true })
  writeFileSync(path.join(folder, 'out/index.html'), '<!doctype html><title>Kith</title>')
  writeFileSync(path.join(folder, 'out/assets/page.js'), 'export {}')
  writeFileSync(path.join(folder, 'secret.json'), '{"secret":true}')
})
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(async () => {
  engine = createFakeEngine()
  clock = fakeClock()
  host = await openWebHost({ engine, pages: path.join(folder, 'out'), port: 0, clock, random: systemRandom })
})
afterEach(async () => {
  await host.close()
  if (engine.listeners() > 0 || clock.pending() > 0) throw new Error('the host left a listener or a timer behind')
})

const state = JSON.stringify({ name: 'session.state', input: {} })

async function call(headers: Readonly<Record<string, string>>, body: string | Uint8Array = state) {
  return ask(host.origin, { method: 'POST', path: '/call', headers, body })
}

async function signedHeaders(): Promise<Record<string, string>> {
  return { cookie: await openLink(host.link()), origin: host.origin, 'content-type': 'application/json' }
}

describe('the link', () => {
  test('sets a session cookie that scripts cannot read and other sites do not send, and leaves a clean URL', async () => {
    const { pathname, search } = new URL(host.link())
    const { headers, body } = await ask(host.origin, { path: pathname + search })
    expect(headers['set-cookie']?.[0]).toMatch(/^kith-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(body).toContain('content="0; url=/"')
    expect(body).not.toContain(search.slice('?token='.length))
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  test('works once', async () => {
    const link = host.link()
    await openLink(link)
    await expect(openLink(link)).rejects.toThrow('403')
  })

  test('of one host does not open another', async () => {
    const options = { engine: createFakeEngine(), pages: folder, port: 0, clock, random: systemRandom }
    const other = await openWebHost(options)
    await expect(openLink(host.link().replace(host.origin, other.origin))).rejects.toThrow('403')
    await other.close()
  })

  test.each(['', 'x', 'A'.repeat(43)])('with a guessed token (%j) opens nothing', async (token) => {
    await expect(openLink(`${host.origin}/?token=${token}`)).rejects.toThrow('403')
  })

  test('may be opened from another page, which learns nothing', async () => {
    const { pathname, search } = new URL(host.link())
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask(host.origin, { path: pathname + search, headers })).status).toBe(200)
    expect((await ask(host.origin, { headers })).status).toBe(403)
  })
})

describe('without a session', () => {
  test.each(['/', '/index.html', '/assets/page.js', '/events', '/nothing'])('%s is not shown', async (at) => {
    const { status, body } = await ask(host.origin, { path: at })
    expect(status).toBe(403)
    expect(body).not.toContain('<')
  })

  test.each([
    ['no cookie', {}],
    ['an empty cookie', { cookie: 'kith-0=' }],
    ['a guessed cookie', { cookie: `kith-0=${'A'.repeat(43)}` }],
  ])('no call is answered: %s', async (_, headers) => {
    const { port } = new URL(host.origin)
    const cookie = 'cookie' in headers ? { cookie: headers.cookie.replace('kith-0', `kith-${port}`) } : {}
    const { status, body } = await call({ ...cookie, origin: host.origin, 'content-type': 'application/json' })
    expect(status).toBe(403)
    expect(body).not.toContain('signedOut')
  })
})

describe('a request from elsewhere is refused, cookie or not', () => {
  test.each([
    ['another host name, as DNS rebinding has it', { host: 'evil.example' }],
    ['localhost, which is not our name', { host: 'localhost' }],
    ['our address with another port', { host: '127.0.0.1:1' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_, headers) => {
    const signed = await signedHeaders()
    expect((await call(signed)).status).toBe(200)
    expect((await call({ ...signed, ...headers })).status).toBe(403)
    const { cookie = '' } = signed
    expect((await ask(host.origin, { path: '/events', headers: { cookie, ...headers } })).status).toBe(403)
    expect((await ask(host.origin, { path: '/assets/page.js', headers: { cookie, ...headers } })).status).toBe(403)
  })

  test('a call must name its origin', async () => {
    const { origin: _, ...headers } = await signedHeaders()
    expect((await call(headers)).status).toBe(403)
  })
})

describe('a call', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'must be JSON, which a foreign form cannot send (%s)',
    async (type) => {
      expect((await call({ ...(await signedHeaders()), 'content-type': type })).status).toBe(415)
    },
  )

  test('with a compressed body is refused', async () => {
    expect((await call({ ...(await signedHeaders()), 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test('that is not JSON is a bad request', async () => {
    const { status, body } = await call(await signedHeaders(), '{"name":')
    expect(status).toBe(400)
    expect(JSON.parse(body)).toEqual({ ok: false, failure: { kind: 'badRequest' } })
  })

  test('with a huge body is refused, announced or not, and the host lives on', async () => {
    const headers = await signedHeaders()
    const huge = new Uint8Array(maxBody + 1).fill(0x20)
    expect((await call({ ...headers, 'content-length': `${huge.length}` }, huge)).status).toBe(413)
    expect((await call({ ...headers, 'transfer-encoding': 'chunked' }, huge)).status).toBe(413)
    expect((await call(headers)).status).toBe(200)
  })

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('is made by POST only (%s)', async (method) => {
    const headers = await signedHeaders()
    expect((await ask(host.origin, { method, path: '/call', headers })).status).toBeGreaterThanOrEqual(404)
  })
})

describe('files', () => {
  test('of the page are served under its policy', async () => {
    const { cookie = '' } = await signedHeaders()
    const { status, headers, body } = await ask(host.origin, { headers: { cookie } })
    expect(status).toBe(200)
    expect(body).toContain('<title>Kith</title>')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
  })

  test.each([
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/..%5c..%5csecret.json',
    '//secret.json',
    '/assets',
    '/.hidden',
  ])('outside of it are not: %s', async (at) => {
    const { cookie = '' } = await signedHeaders()
    const { status, body } = await ask(host.origin, { path: at, headers: { cookie } })
    expect(status).toBe(404)
    expect(body).not.toContain('secret":')
  })

  test('named by a whole URL, as a proxy is asked, are not served', async () => {
    const { cookie = '' } = await signedHeaders()
    expect((await ask(host.origin, { path: `${host.origin}/index.html`, headers: { cookie } })).status).toBe(400)
  })
})

describe('events', () => {
  test('reach every open page, and a page that left is forgotten', async () => {
    const cookie = await openLink(host.link())
    const pages = [openWebClient(host.origin, cookie), openWebClient(host.origin, cookie)]
    await Promise.all(pages.map((page) => page.listening()))
    const heard = pages.map((page) => new Promise((resolve) => page.listen(resolve)))
    const event = { name: 'held.changed', value: { total: 3 } }
    engine.emit(event)
    expect(await Promise.all(heard)).toEqual([event, event])
    for (const page of pages) page.close()
    await clock.advance(heartbeat)
    expect((await call({ ...(await signedHeaders()) })).status).toBe(200)
  })
})
