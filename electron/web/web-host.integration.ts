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
  return { authorization: await openLink(host.link()), origin: host.origin, 'content-type': 'application/json' }
}

describe('the link', () => {
  test('holds its token where no server is sent it, and sets no cookie', async () => {
    const { hash, origin, pathname, search } = new URL(host.link())
    expect(hash).toMatch(/^#[\w-]{43}$/)
    expect(pathname + search).toBe('/')
    const authorization = `Bearer ${hash.slice(1)}`
    const { headers } = await ask(host.origin, {
      method: 'POST',
      path: '/session',
      headers: { origin, authorization },
    })
    expect(headers).not.toHaveProperty('set-cookie')
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  test('works once', async () => {
    const link = host.link()
    await openLink(link)
    await expect(openLink(link)).rejects.toThrow('401')
  })

  test('of one host does not open another', async () => {
    const options = { engine: createFakeEngine(), pages: folder, port: 0, clock, random: systemRandom }
    const other = await openWebHost(options)
    await expect(openLink(host.link().replace(host.origin, other.origin))).rejects.toThrow('401')
    await other.close()
  })

  test.each(['', 'x', 'A'.repeat(43)])('with a guessed token (%j) opens nothing', async (token) => {
    await expect(openLink(`${host.origin}/#${token}`)).rejects.toThrow('401')
  })

  test('may be opened from another page, which cannot take its token', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask(host.origin, { headers })).status).toBe(200)
    const authorization = `Bearer ${new URL(host.link()).hash.slice(1)}`
    const foreign = { authorization, origin: 'http://127.0.0.1:1' }
    expect((await ask(host.origin, { method: 'POST', path: '/session', headers: foreign })).status).toBe(403)
  })
})

describe('without a pass', () => {
  test('there are no events', async () => {
    expect((await ask(host.origin, { path: '/events' })).status).toBe(401)
  })

  test.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a guessed one', { authorization: `Bearer ${'A'.repeat(43)}` }],
    ['one in a cookie', { cookie: `kith=${'A'.repeat(43)}` }],
  ])('no call is answered: %s', async (_, headers) => {
    const { status, body } = await call({ ...headers, origin: host.origin, 'content-type': 'application/json' })
    expect(status).toBe(401)
    expect(JSON.parse(body)).toEqual({ ok: false, failure: { kind: 'linkNeeded' } })
  })

  test('a pass that comes in a cookie, as a browser would bring it from every port, is none', async () => {
    const pass = (await openLink(host.link())).slice('Bearer '.length)
    const headers = { cookie: `kith=${pass}; pass=${pass}`, origin: host.origin, 'content-type': 'application/json' }
    expect((await call(headers)).status).toBe(401)
  })
})

describe('a request from elsewhere is refused, pass or not', () => {
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
    const { authorization = '' } = signed
    expect((await ask(host.origin, { path: '/events', headers: { authorization, ...headers } })).status).toBe(403)
    expect((await ask(host.origin, { path: '/assets/page.js', headers: { authorization, ...headers } })).status).toBe(
      403,
    )
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
    const { status, headers, body } = await ask(host.origin, {})
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
    const { status, body } = await ask(host.origin, { path: at })
    expect(status).toBe(404)
    expect(body).not.toContain('secret":')
  })

  test('named by a whole URL, as a proxy is asked, are not served', async () => {
    expect((await ask(host.origin, { path: `${host.origin}/index.html` })).status).toBe(400)
  })
})

describe('events', () => {
  test('reach every open page, and a page that left is forgotten', async () => {
    const pass = await openLink(host.link())
    const pages = [openWebClient(host.origin, pass), openWebClient(host.origin, pass)]
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
