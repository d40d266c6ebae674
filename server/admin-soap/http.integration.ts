import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { outcomeForm as outcome } from '../../shared/administration/deeds.ts'
import { createRequest } from '../administration/requests/requests.ts'
import { addToken, type TokenScope } from '../administration/tokens.ts'
import { connectTo } from '../cli/remote/connection.ts'
import { certificateHash } from '../keys/certificate.ts'
import { createOrganisations } from '../organisation/organisation.ts'
import { exchange, signedIn, type Target } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { contentTypes, envelopeNamespaces } from './envelope.ts'
import { adminPath } from './http.ts'
import { adminNamespace } from './typed-xml.ts'

let server: TestServer
let target: Target

beforeEach(async () => {
  server = await testServer(['alice', 'bob'])
  const { cert } = server.running
  target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
})
afterEach(() => server.close())

async function newToken(scopes: readonly TokenScope[], expires = 0): Promise<string> {
  const { store, note, actor, clock } = server.administration
  const name = `${scopes.join('-')}-${expires}`
  const made = await addToken(store, note, { name, scopes, by: actor.who, now: clock.now(), expires })
  if (!made.ok) throw new Error(made.why)
  return made.value
}

async function remoteOf(...scopes: readonly TokenScope[]) {
  const token = await newToken(scopes)
  return connectTo({ url: new URL(target.url), token, pin: certificateHash(server.running.cert ?? '') })
}

function enveloped(call: string): string {
  return `<s:Envelope xmlns:s="${envelopeNamespaces['1.1']}"><s:Body>${call}</s:Body></s:Envelope>`
}

function post(authorization: string | undefined, call: string, type: string = contentTypes['1.1']) {
  const body = enveloped(call)
  const headers = { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) }
  return exchange(target, adminPath, { body, headers })
}

const getPolicy = `<GetPolicy xmlns="${adminNamespace}"/>`

test('without a valid token every answer is the same 401, before the body is read', async () => {
  const { administration } = server
  const token = await newToken(['all'], administration.clock.now() + 60_000)
  expect((await post(`Bearer ${token}`, getPolicy)).status).toBe(200)
  server.pass(61_000)
  const answers = new Set<string>()
  const tries = [
    undefined,
    '',
    'Bearer',
    'Bearer kith_wrong',
    `Basic ${token}`,
    `Bearer ${token}`,
    `Bearer ${'x'.repeat(5_000)}`,
  ]
  for (const one of tries) {
    const { status, body } = await post(one, getPolicy)
    answers.add(`${status} ${String(body)}`)
  }
  expect([...answers]).toEqual([expect.stringMatching(/^401 .*Unauthorised/)])
  const large = await exchange(target, adminPath, {
    body: Buffer.alloc(200_000),
    headers: { 'content-type': 'text/xml' },
  })
  expect(large.status).toBe(401)
  expect(server.logged()).not.toContain(token)
})

test('a token counts as a bearer’s, or as the password of anybody; an envelope under any name of XML', async () => {
  const token = await newToken(['all'])
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  for (const good of [`Bearer ${token}`, basic(`hr:${token}`), basic(`:${token}`)])
    expect((await post(good, getPolicy)).status).toBe(200)
  for (const bad of [basic(token), basic(`${token}:`), basic(`${token}:x`), basic(`hr:x:${token}`), `Basic ${token}:`])
    expect((await post(bad, getPolicy)).status).toBe(401)
  const headers = { authorization: `Bearer ${token}` }
  const body = enveloped(getPolicy)
  const xml = await exchange(target, adminPath, { body, headers: { ...headers, 'content-type': 'application/xml' } })
  expect(xml.status).toBe(200)
  const json = await exchange(target, adminPath, { body, headers: { ...headers, 'content-type': 'application/json' } })
  expect(String(json.body)).toContain('send it as Content-Type text/xml')
  const packed = { ...headers, 'content-type': 'text/xml', 'content-encoding': 'gzip' }
  expect(String((await exchange(target, adminPath, { body, headers: packed })).body)).toContain('no Content-Encoding')
})

test('the WSDL is for whoever has a token', async () => {
  const path = `${adminPath}?wsdl`
  expect((await exchange(target, path)).status).toBe(401)
  expect((await exchange(target, path, undefined, { authorization: 'Bearer kith_wrong' })).status).toBe(401)
  const told = await exchange(target, path, undefined, { authorization: `Bearer ${await newToken(['devices'])}` })
  expect([told.status, String(told.body)]).toEqual([200, expect.stringContaining('ListUsers')])
})

test('an address that guesses tokens waits; the next minute is free again', async () => {
  const token = await newToken(['read'])
  const used = await newToken(['read', 'contacts'])
  expect((await post(`Bearer ${used}`, getPolicy)).status).toBe(200)
  for (let i = 0; i < 30; i++) expect((await post('Bearer kith_wrong', getPolicy)).status).toBe(401)
  const locked = await post(`Bearer ${token}`, getPolicy)
  expect([locked.status, String(locked.body)]).toEqual([503, expect.stringContaining('<retryAfter>')])
  expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
  // A token that was used from there before does not wait for whoever guesses beside it.
  expect((await post(`Bearer ${used}`, getPolicy)).status).toBe(200)
  server.pass(61_000)
  expect((await post(`Bearer ${token}`, getPolicy)).status).toBe(200)
})

test('each scope opens its own changes and no others, in batches too', async () => {
  const contacts = await remoteOf('contacts')
  const contact = { address: 'p@partner.example', name: 'P' }
  expect(await contacts.call('AddContact', { user: 'alice', contact }, outcome)).toMatchObject({ ok: true })
  const beyond = { ok: false, fault: { kind: 'NotAllowed', detail: { scope: 'people' } } }
  expect(await contacts.call('DisableUser', { user: 'alice' }, outcome)).toMatchObject(beyond)
  expect(await contacts.call('SetPassword', { user: 'alice', password: 'long enough it is' }, outcome)).toMatchObject(
    beyond,
  )
  const changes = [
    { op: 'contact.remove', user: 'alice', address: contact.address },
    { op: 'user.disable', user: 'bob' },
  ]
  expect(await contacts.call('RunChanges', { changes }, outcome)).toMatchObject(beyond)
  const read = await remoteOf('read')
  expect(await read.call('RunChanges', { changes, dryRun: true }, outcome)).toMatchObject({ ok: false })
  const people = await remoteOf('people')
  const role = [{ op: 'role.set', user: 'bob', role: 'administrator' }]
  expect(await people.call('RunChanges', { changes: role }, outcome)).toMatchObject({
    fault: { detail: { scope: 'all' } },
  })
  // Whoever may set passwords does not become an administrator by one of theirs.
  await server.administration.run([{ op: 'role.set', user: 'bob', role: 'administrator' }])
  const taking = await people.call('SetPassword', { user: 'bob', password: 'long enough it is' }, outcome)
  expect(taking).toMatchObject({ ok: false, fault: { kind: 'NotAllowed', detail: { scope: 'all' } } })
  expect(await server.administration.store.lists.ofUser('alice')).toMatchObject({ version: 2 })
})

test('hostile and foreign requests get a fault and harm nobody after them', async () => {
  const authorization = `Bearer ${await newToken(['all'])}`
  const doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
  for (const call of [
    '',
    doctype,
    '<x/>',
    `<Nothing xmlns="${adminNamespace}"/>`,
    `<constructor xmlns="${adminNamespace}"/>`,
    `${getPolicy}${getPolicy}`,
  ]) {
    const { status, body } = await post(authorization, call)
    expect([status, String(body)]).toEqual([500, expect.stringContaining('<BadRequest xmlns="urn:kith:admin:1">')])
  }
  const mixed = await post(authorization, getPolicy, contentTypes['1.2'])
  expect([mixed.status, String(mixed.body)]).toEqual([400, expect.stringContaining(envelopeNamespaces['1.2'])])
  expect((await post(authorization, getPolicy, 'application/json')).status).toBe(500)
  const header = { 'content-type': 'text/xml', authorization }
  expect(
    (await exchange(target, adminPath, { body: Buffer.alloc(13 * 1024 * 1024, 0x20), headers: header })).status,
  ).toBe(413)
  expect((await exchange(target, adminPath)).status).toBe(405)
  expect((await post(authorization, getPolicy)).status).toBe(200)
})

test('metrics count every operation and result', async () => {
  const remote = await remoteOf('read')
  await remote.call('GetUser', { user: 'nobody' }, outcome)
  const inside = { url: `http://127.0.0.1:${server.running.ready.metrics}` }
  const text = String((await exchange(inside, '/metrics')).body)
  expect(text).toContain('kith_soap_seconds_count{operation="admin:GetUser",result="UnknownUser"} 1')
})

test('a wipe is signed by the policy process and reaches the device', async () => {
  const client = await signedIn(target, { user: 'alice', password: testPassword })
  await client.sync()
  const remote = await remoteOf('devices')
  const revoked = await remote.call(
    'RevokeDevice',
    { user: 'alice', device: client.device.id, wipe: 'all', why: 'lost' },
    outcome,
  )
  expect(revoked).toMatchObject({ ok: true, value: { state: 'done' } })
  const told = await client.call('Sync', client.syncRequest())
  expect(told.ok && Buffer.from(told.fields.get('fresh') ?? '', 'base64').toString()).toContain('"cmd":"wipe"')
  const last = await server.administration.store.administration.lastAudit()
  expect(last).toMatchObject({ op: 'device.revoke', who: 'devices-0@token', via: 'soap', why: 'lost' })
})

test('a contact request is listed and decided', async () => {
  const { store, clock, config } = server.administration
  const alice = await store.users.get('alice')
  if (!alice) throw new Error('no user')
  const dependencies = { store, clock, config, organisations: createOrganisations() }
  expect(await createRequest(dependencies, alice, { to: 'p@partner.example', note: 'a note' })).toMatchObject({
    ok: true,
  })
  const remote = await remoteOf('contacts')
  const listed = await remote.call('ListRequests', {}, z.object({ requests: z.array(z.object({ id: z.string() })) }))
  const id = listed.ok ? (listed.value.requests[0]?.id ?? '') : ''
  const done = await remote.call('DecideRequest', { id, approve: true, why: 'known' }, outcome)
  expect(done).toMatchObject({ ok: true, value: { state: 'done', lists: [{ user: 'alice', added: 1 }] } })
  expect(await remote.call('ListRequests', {}, z.unknown())).toMatchObject({ ok: true, value: { requests: [] } })
})
