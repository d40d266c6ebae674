import { afterAll, beforeAll, expect, test } from 'vitest'
import { soapPath } from '../../shared/soap/namespaces.ts'
import { writeFields } from '../../shared/soap/operations.ts'
import { writeEnvelope } from '../../shared/soap/writer.ts'
import { exchange, sayHello, signIn, type Target, tell } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let target: Target

beforeAll(async () => {
  server = await testServer(['alice'])
  const { cert } = server.running
  target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
})
afterAll(() => server.close())

test('the WSDL is well-formed, static, and names every operation', async () => {
  const first = await exchange(target, `${soapPath}?wsdl`)
  const second = await exchange(target, `${soapPath}?WSDL`)
  expect(first.status).toBe(200)
  expect(second.body.equals(first.body)).toBe(true)
  for (const name of ['Hello', 'Login', 'Sync', 'Wait', 'Logout', 'Ack', 'Report', 'Ask', 'Rekey'])
    expect(first.body.toString()).toContain(`<operation name="${name}">`)
  expect((await exchange(target, soapPath)).status).toBe(405)
})

test('health and metrics answer on their own loopback port only', async () => {
  await signIn(target, { user: 'alice', password: testPassword })
  const inside = { url: `http://127.0.0.1:${server.running.ready.metrics}` }
  expect((await exchange(inside, '/health')).body.toString()).toBe('{"healthy":true}')
  expect((await exchange(inside, '/metrics')).body.toString()).toMatch(/kith_logins_total\{result="ok"\} \d+/)
  expect((await exchange(target, '/metrics')).status).toBe(404)
})

test('too many requests of one network are RateLimited: 503 with Retry-After', async () => {
  const small = await testServer([], { requestsPerMinute: 10 })
  const { cert } = small.running
  const at = { url: small.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  for (let i = 0; i < 10; i++) await sayHello(at)
  const hello = writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non: 'x' }) })
  const told = await tell(at, hello)
  expect(told).toMatchObject({ ok: false, fault: { code: 'RateLimited' }, http: { status: 503 } })
  expect(Number(told.ok ? 0 : told.http.headers['retry-after'])).toBeGreaterThan(0)
  await small.close()
})

test('whatever is asked counts: paths that are not there and the administration, too', async () => {
  const asked = [
    ['GET', '/nothing/here'],
    ['POST', '/nothing/here'],
    ['GET', '/kith/admin?wsdl'],
    ['POST', '/kith/admin'],
  ] as const
  for (const [method, path] of asked) {
    const small = await testServer([], { requestsPerMinute: 10 })
    const { cert } = small.running
    const at = { url: small.running.ready.url, ...(cert === undefined ? {} : { cert }) }
    const ask = async () => (await exchange(at, path, method === 'POST' ? { body: 'x' } : undefined)).status
    const statuses = []
    for (let i = 0; i < 11; i++) statuses.push(await ask())
    expect([path, statuses.at(-2), statuses.at(-1)]).toEqual([path, path.includes('admin') ? 401 : 404, 503])
    await small.close()
  }
})

test('only a named proxy’s word on the client’s address counts', async () => {
  const hello = writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non: 'x' }) })
  const statusOf = async (at: Target, client: string) =>
    (await exchange(at, soapPath, { body: hello, headers: { 'x-forwarded-for': client } })).status
  for (const [proxies, statuses] of [
    [['127.0.0.0/8'], [400, 503]],
    [[], [503, 503]],
  ] as const) {
    const small = await testServer([], { requestsPerMinute: 10, proxies: [...proxies] })
    const { cert } = small.running
    const at = { url: small.running.ready.url, ...(cert === undefined ? {} : { cert }) }
    for (let i = 0; i < 10; i++) await statusOf(at, '192.0.2.1')
    expect([await statusOf(at, '198.51.100.2'), await statusOf(at, '192.0.2.1')]).toEqual(statuses)
    await small.close()
  }
})

test('the many addresses of one IPv6 network have one limit together', async () => {
  const small = await testServer([], { requestsPerMinute: 10, proxies: ['127.0.0.0/8'] })
  const { cert } = small.running
  const at = { url: small.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  const statusOf = async (client: string) =>
    (await exchange(at, soapPath, { body: 'x', headers: { 'x-forwarded-for': client } })).status
  for (let i = 0; i < 10; i++) await statusOf(`2001:db8::${i}`)
  expect([await statusOf('2001:db8::ffff'), await statusOf('2001:db8:0:1::1')]).toEqual([503, 400])
  await small.close()
})
