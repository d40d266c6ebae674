import { afterAll, beforeAll, expect, test } from 'vitest'
import { operations, readFields } from '../../shared/soap/operations.ts'
import { type Asked, openAskAnswer, type SealedAnswer } from '../../shared/whitelist/ask.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { keysOf } from '../../shared/whitelist/manifest.ts'
import { encodeRequest, type RequestOf } from '../../shared/whitelist/request.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { exchange, signedEnvelope, signedIn, type Target, type TestClient, tell } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let target: Target
let alice: TestClient
let bob: TestClient

beforeAll(async () => {
  server = await testServer(['alice', 'bob'])
  const { cert } = server.running
  target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  alice = await signedIn(target, { user: 'alice', password: testPassword })
  bob = await signedIn(target, { user: 'bob', password: testPassword })
})
afterAll(() => server.close())

function request(client: TestClient, what = 'me', input: RequestOf<'Ask'>['in'] = {}): RequestOf<'Ask'> {
  return { ...client.common(), what, in: input }
}

async function sealedAnswer(client: TestClient, asked: RequestOf<'Ask'>): Promise<SealedAnswer> {
  const told = await client.call('Ask', asked)
  const fields = told.ok ? readFields(operations.Ask.response, told.fields) : undefined
  if (!fields) throw new Error('no answer')
  return fields
}

function open(client: TestClient, answer: SealedAnswer, asked: Asked) {
  const freshKeys = keysOf(client.state.manifest, 'fk')
  return openAskAnswer(primitives, answer, asked, { freshKeys, boxSecret: client.device.dbox })
}

async function faultOf(envelope: string): Promise<string> {
  const told = await tell(target, envelope)
  return told.ok ? 'none' : told.fault.code
}

test('an answer is sealed to the device, and signed for the request that asked', async () => {
  const asked = request(alice)
  const answer = await sealedAnswer(alice, asked)
  expect(open(alice, answer, asked)).toMatchObject({ ok: true, out: { role: 'none', colleagues: 'proven' } })
  await server.administration.run([{ op: 'role.set', user: 'alice', role: 'operator' }])
  const again = request(alice)
  expect(open(alice, await sealedAnswer(alice, again), again)).toMatchObject({ ok: true, out: { role: 'operator' } })
})

test('an answer to another request, number, word, device or with another signature does not open', async () => {
  const asked = request(alice)
  const answer = await sealedAnswer(alice, asked)
  const other = { ...asked, non: toBase64(randomBytes(24)) }
  expect(open(alice, answer, other)).toBeUndefined()
  expect(open(alice, answer, { ...asked, seq: asked.seq + 1 })).toBeUndefined()
  expect(open(alice, answer, { ...asked, what: 'other' })).toBeUndefined()
  expect(open(alice, answer, { ...asked, usr: 'bob' })).toBeUndefined()
  expect(open(bob, answer, asked)).toBeUndefined()
  const foreign = primitives.sign(answer.sealed, randomBytes(32))
  expect(open(alice, { ...answer, sig: foreign }, asked)).toBeUndefined()
  const later = request(alice)
  const { sealed, kc } = await sealedAnswer(alice, later)
  expect(open(alice, { ...answer, sealed }, asked)).toBeUndefined()
  expect(open(alice, { ...answer, kc }, asked)).toBeUndefined()
  expect(open(alice, answer, asked)).toBeDefined()
})

test('each single flipped bit of an answer is refused', async () => {
  const asked = request(alice)
  const answer = await sealedAnswer(alice, asked)
  for (let at = 0; at < answer.sealed.length; at += 97) {
    const sealed = Uint8Array.from(answer.sealed)
    sealed[at] = (sealed[at] ?? 0) ^ (1 << (at % 8))
    expect(open(alice, { ...answer, sealed }, asked)).toBeUndefined()
  }
})

test('a replay, a lower number, another device’s signature, another session and another word’s bytes are refused', async () => {
  const envelope = alice.envelope('Ask', request(alice))
  expect(await faultOf(envelope)).toBe('none')
  expect(await faultOf(envelope)).toBe('Replay')
  expect(await faultOf(alice.envelope('Ask', { ...request(alice), seq: 1 }))).toBe('Replay')
  const bytes = encodeRequest('Ask', request(alice))
  const call = { action: 'Ask' as const, sid: alice.session.sid, bytes }
  expect(await faultOf(signedEnvelope(alice.device, call, bob.device.dsig))).toBe('BadSignature')
  expect(await faultOf(signedEnvelope(alice.device, { ...call, sid: bob.session.sid }))).toBe('SessionExpired')
  const stolen = encodeRequest('Ask', { ...request(alice), usr: 'bob' })
  expect(await faultOf(signedEnvelope(alice.device, { ...call, bytes: stolen }))).toBe('BadSignature')
  const moved = alice.envelope('Ask', request(alice)).replaceAll('AskRequest', 'SyncRequest')
  expect(await faultOf(moved)).toBe('BadRequest')
})

test('an unknown word and an input of another form are told so, signed', async () => {
  for (const what of ['nobody.knows', 'constructor', 'toString', 'hasOwnProperty']) {
    const asked = request(alice, what)
    const answer = open(alice, await sealedAnswer(alice, asked), asked)
    expect(answer).toEqual({ ok: false, kind: 'badRequest', detail: { fields: ['what'] } })
  }
  const more = request(alice, 'me', { more: 1 })
  expect(open(alice, await sealedAnswer(alice, more), more)).toMatchObject({ ok: false, kind: 'badRequest' })
  const text = request(alice, 'me', 'x')
  expect(open(alice, await sealedAnswer(alice, text), text)).toMatchObject({ ok: false, kind: 'badRequest' })
})

test('a request over the cap, or of no canonical form, is refused before anybody looks at it', async () => {
  const large = alice.envelope('Ask', request(alice, 'me', { text: 'x'.repeat(70_000) }))
  expect(await faultOf(large)).toBe('BadRequest')
  const larger = await exchange(target, '/kith/soap', { body: 'x'.repeat(200_000) })
  expect(larger.status).toBe(413)
  const sorted = Buffer.from(encodeRequest('Ask', request(alice))).toString()
  const call = { action: 'Ask' as const, sid: alice.session.sid }
  const twice = sorted.replace('"in":{}', '"in":{},"in":{}')
  const outside = sorted.replace('"what":"me"', '"what":"__proto__"')
  for (const text of [sorted.replace('{', '{ '), twice, sorted.replace('"in":{},', ''), outside])
    expect(await faultOf(signedEnvelope(alice.device, { ...call, bytes: Buffer.from(text) }))).toBe('BadRequest')
})

test('a revoked device asks nothing', async () => {
  const carol = await signedIn(target, { user: 'bob', password: testPassword })
  await server.administration.run([{ op: 'device.revoke', user: 'bob', device: carol.device.id }])
  expect(await carol.call('Ask', request(carol))).toMatchObject({ fault: { code: 'DeviceRevoked' } })
})
