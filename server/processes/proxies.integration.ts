import { createHash } from 'node:crypto'
import { on, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { soapContentType, soapPath } from '../../shared/soap/namespaces.ts'
import { readEnvelope } from '../../shared/soap/reader.ts'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
import { waitHold } from '../../shared/whitelist/limits.ts'
import { adminPath } from '../admin-soap/http.ts'
import { maxRequestBody } from '../client/http.ts'
import { pushPath } from '../client/push/socket.ts'
import { exchange, sayHello, signedIn, type Target, type TestClient, tell } from '../testing/client.ts'
import { runCommand, type TestFolder, testFolder, testPassword } from '../testing/harness.ts'
import { type Node, startNodes } from '../testing/nodes.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { exampleOf, type ProxyKind, type RunningProxy, startProxy } from '../testing/proxy.ts'

const elsewhere = { host: '127.0.0.1', port: 993, security: 'tls' } as const
const requestsPerMinute = 3_000

let postgres: TestPostgres
let folder: TestFolder
let nodes: readonly [Node, Node]

beforeAll(async () => {
  postgres = await startPostgres()
  folder = await testFolder(['alice', 'bob'], {
    store: await postgres.createDatabase(),
    mail: { kind: 'external', imap: elsewhere, smtp: elsewhere },
    proxies: ['127.0.0.1'],
    approve: 'enrolled',
    requestsPerMinute,
  })
  nodes = await startNodes(folder.path)
})
afterAll(async () => {
  for (const node of nodes) await node.close()
  await folder.close()
  await postgres.close()
})

// Each has client addresses of its own, because the servers count them.
describe.each<[ProxyKind, number]>([
  ['nginx', 1],
  ['haproxy', 2],
])('docs/deploy: %s before two servers', (kind, net) => {
  let proxy: RunningProxy
  let target: Target

  beforeAll(async () => {
    proxy = await startProxy(kind, nodes)
    target = proxy.target
  })
  afterAll(() => proxy.close())

  async function enrolled(user: string): Promise<TestClient> {
    const code = await enrolmentFor(user, target.url)
    const client = await signedIn(target, { user, password: testPassword, code: code.secret ?? '' })
    expect(await client.sync()).toMatchObject({ ok: true })
    return client
  }

  test('the pin of an enrolment code is the certificate that the proxy shows; a device signs in and syncs', async () => {
    const { tls, url } = await enrolmentFor('alice', target.url)
    expect(url).toBe(target.url)
    expect(await shownAt(target)).toBe(tls)
    await enrolled('alice')
  })

  test('a held Wait is woken by a change; what may pass without a word is longer than a Wait', async () => {
    const client = await enrolled('alice')
    const waiting = tell(target, client.waitEnvelope())
    await vi.waitFor(async () => expect(await sumOf('kith_waiters')).toBe(1))
    await changed('alice')
    const told = await waiting
    expect(told.ok && told.fields.get('ver')).toBe(String(client.state.ver + 1))
    const silences = [...exampleOf(kind).matchAll(/(?:proxy_read_timeout|timeout (?:client|server|tunnel)) +(\d+)s/g)]
    expect(silences).toHaveLength(kind === 'nginx' ? 1 : 3)
    for (const [, seconds] of silences) expect(Number(seconds) * 1_000).toBeGreaterThan(waitHold + 10_000)
  })

  test('a WebSocket brings each change as a poke', async () => {
    const client = await enrolled('bob')
    const socket = new WebSocket(`${target.url.replace(/^http/, 'ws')}${pushPath}`, { ca: target.cert ?? '' })
    await once(socket, 'open')
    socket.send(client.waitEnvelope())
    const messages = on(socket, 'message')
    let told = client.state.ver
    for (const version of [told + 1, told + 2]) {
      await changed('bob')
      // A change while the server takes the connection up is told twice.
      while (told < version) {
        const { value }: IteratorResult<Buffer[]> = await messages.next()
        const poke = readEnvelope(value[0] ?? Buffer.alloc(0))
        told = poke.ok ? Number(poke.fields.get('ver')) : Number.NaN
      }
      expect(told).toBe(version)
    }
    socket.terminate()
  })

  test('the servers count by the client’s own address, whatever the client claims', async () => {
    const left = async (from: string, claimed: string) => {
      const headers = { 'x-forwarded-for': claimed }
      const { headers: told } = await exchange({ ...target, from }, soapPath, { body: 'x', headers })
      return Number(told['x-ratelimit-remaining'])
    }
    const lefts: number[] = []
    for (let i = 0; i < 6; i++) lefts.push(await left(`127.0.${net}.2`, `192.0.2.${i}`))
    // Of six requests one of the two servers had three at least.
    expect(Math.min(...lefts)).toBeLessThanOrEqual(requestsPerMinute - 3)
    expect(await left(`127.1.${net}.3`, `127.0.${net}.2`)).toBe(requestsPerMinute - 1)
  })

  test('a body above the cap is refused, one at the cap and a large one of the administration come through', async () => {
    const statusOf = async (path: string, size: number) =>
      (await exchange(target, path, { body: Buffer.alloc(size, 0x20) })).status
    expect(await statusOfAnnounced(target, maxRequestBody + 1)).toBe(413)
    expect(await statusOf(soapPath, maxRequestBody)).toBe(400)
    // The server's word: this one has no token.
    expect(await statusOf(adminPath, 1024 * 1024)).toBe(401)
    expect((await exchange(target, '/metrics')).status).not.toBe(200)
  })

  test(
    'when a server is killed its clients go on at the other, and it takes part again when it is back',
    {
      timeout: 120_000,
    },
    async () => {
      const client = await enrolled('alice')
      for (const [at, node] of nodes.entries()) {
        const other = nodes[1 - at]
        await node.kill()
        for (let i = 0; i < 4; i++) expect((await exchange(target, `${soapPath}?wsdl`)).status).toBe(200)
        expect(await client.sync()).toMatchObject({ ok: true })
        const waiting = tell(target, client.waitEnvelope())
        await vi.waitFor(async () => expect(await other?.metric('kith_waiters')).toBe(1))
        await changed('alice')
        expect(await waiting).toMatchObject({ ok: true })
        expect(await client.sync()).toMatchObject({ ok: true })
        await node.start()
        await vi.waitFor(() => takesPart(node, target), { timeout: 30_000, interval: 200 })
      }
    },
  )
})

async function enrolmentFor(user: string, url: string) {
  const { out } = await runCommand(folder.path, ['enrol', '--user', user, '--url', url, '--json'])
  const { code }: { readonly code: string } = JSON.parse(out)
  const enrolment = parseEnrolment(code)
  if (!enrolment) throw new Error('no enrolment code')
  return enrolment
}

/** SHA-256 of the certificate that is shown, as a client that pins it computes it. */
async function shownAt(target: Target): Promise<string> {
  const socket = connect({ port: Number(new URL(target.url).port), host: '127.0.0.1', ca: target.cert ?? '' })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return createHash('sha256').update(raw).digest('hex')
}

/** Only says how long the body would be: who is refused while writing may lose the connection before the answer. */
async function statusOfAnnounced(target: Target, size: number): Promise<number | undefined> {
  const call = request(new URL(soapPath, target.url), {
    method: 'POST',
    headers: { 'content-type': soapContentType, 'content-length': size },
    ca: target.cert ?? '',
  })
  call.flushHeaders()
  const [answer]: IncomingMessage[] = await once(call, 'response')
  call.destroy()
  return answer?.statusCode
}

async function sumOf(metric: string): Promise<number> {
  const values = await Promise.all(nodes.map((node) => node.metric(metric)))
  return values.reduce((sum, value) => sum + value, 0)
}

let contacts = 0

async function changed(user: string): Promise<void> {
  contacts += 1
  const contact = { address: `c${contacts}@partner.example`, name: 'C' }
  await folder.administration.editor.change(user, [{ op: 'add', contact }], 't')
}

/** A server that was just started has answered nothing yet. */
async function takesPart(node: Node, target: Target): Promise<void> {
  await sayHello(target)
  expect(await node.metric('kith_soap_seconds_count')).toBeGreaterThan(0)
}
