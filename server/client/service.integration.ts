import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soapPath } from '../../shared/soap/namespaces.ts'
import { writeFields } from '../../shared/soap/operations.ts'
import { writeEnvelope } from '../../shared/soap/writer.ts'
import { encodeRequest } from '../../shared/whitelist/request.ts'
import { setPassword } from '../administration/passwords.ts'
import type { ListWish } from '../lists/changes.ts'
import {
  exchange,
  loginEnvelope,
  newDevice,
  sayHello,
  signedEnvelope,
  signedIn,
  signIn,
  type Target,
  tell,
} from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'

overEach((stores) => {
  let server: TestServer
  let target: Target
  const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi']
  const as = (user: string) => ({ user, password: testPassword })
  const add = (n: number): ListWish => ({
    op: 'add',
    contact: { address: `p${n}@partner.example`, name: `Partner ${n} 夥伴` },
  })
  const adds = (count: number) => Array.from({ length: count }, (_, i) => add(i))

  beforeAll(async () => {
    server = await testServer(people, { store: await stores.settings() })
    const { cert } = server.running
    const { now } = server.administration.clock
    target = { url: server.running.ready.url, now, ...(cert === undefined ? {} : { cert }) }
  })
  afterAll(() => server.close())

  async function faultOf(envelope: string | Uint8Array): Promise<string> {
    const told = await tell(target, envelope)
    return told.ok ? 'none' : told.fault.code
  }

  describe('sync over HTTPS (protocol.md 6)', () => {
    test('a full list, then a delta, then none, each accepted by the product’s own check', async () => {
      await server.administration.editor.change('alice', adds(40), 'test')
      const client = await signedIn(target, as('alice'))
      expect(await client.sync()).toMatchObject({ ok: true, step: 'applied', kind: 'full' })
      expect(client.state.entries.size).toBe(40)
      const more: ListWish[] = [
        { op: 'remove', address: 'P1@partner.example' },
        add(99),
        { op: 'set', address: 'p2@partner.example', changes: { remark: 'new' } },
      ]
      await server.administration.editor.change('alice', more, 'test')
      const delta = await client.sync()
      expect(delta).toMatchObject({ ok: true, step: 'applied', kind: 'delta' })
      expect(delta).toMatchObject({
        change: { added: [expect.any(String)], changed: [expect.any(String)], removed: [expect.any(String)] },
      })
      expect(await client.sync()).toMatchObject({ ok: true, kind: 'none' })
      expect(await client.sync('full')).toMatchObject({ ok: true, kind: 'full' })
      const { lst, ep, ver, head } = client.state
      expect((await client.call('Ack', { ...client.common(), lst, ep, ver, head })).ok).toBe(true)
      const row = await server.administration.store.devices.get('alice', client.device.id)
      expect(row).toMatchObject({ ack_epoch: ep, ack_version: ver, ack_head: head })
    })

    test('a list over 2 MB comes in parts and is whole', async () => {
      const remark = 'x'.repeat(900)
      const many = Array.from({ length: 2_500 }, (_, i): ListWish => ({
        op: 'add',
        contact: { address: `m${i}@partner.example`, name: `M ${i}`, remark },
      }))
      expect(await server.administration.editor.change('bob', many, 'test')).toMatchObject({
        ok: true,
        value: { version: 2 },
      })
      const client = await signedIn(target, as('bob'))
      expect(await client.sync()).toMatchObject({ ok: true, kind: 'full' })
      expect(client.state.entries.size).toBe(2_500)
      expect(client.seq).toBeGreaterThan(2)
    })

    test('the login answer holds the mail servers that run here and the certificate to trust', async () => {
      const client = await signedIn(target, as('alice'))
      const { imap, smtp } = client.session.mail
      expect(imap).toMatchObject({ port: server.running.ready.imap, security: 'tls', ca: server.running.cert })
      expect(smtp).toMatchObject({ port: server.running.ready.smtp, security: 'tls' })
    })
  })

  describe('hostile requests', () => {
    test('malformed XML, DOCTYPE, __proto__ and unknown operations are BadRequest and harm nobody after them', async () => {
      const soap = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
      const body = (inner: string) => `<s:Envelope ${soap}><s:Body>${inner}</s:Body></s:Envelope>`
      for (const text of [
        '',
        '<',
        '\0',
        `<!DOCTYPE x [<!ENTITY a "b">]>${body('')}`,
        body('<k:__proto__ xmlns:k="urn:kith:wl:1"/>'),
        body('<k:HelloRequest xmlns:k="urn:kith:wl:1" id="__proto__"><k:non>x</k:non></k:HelloRequest>'),
        body('<k:HelloRequest xmlns:k="urn:kith:wl:1"><k:__proto__>x</k:__proto__></k:HelloRequest>'),
        body('<k:constructorRequest xmlns:k="urn:kith:wl:1"/>'),
        writeEnvelope({ operation: 'SyncRequest', fields: writeFields({ b: '!!!!' }) }),
      ]) {
        expect(await faultOf(text)).toBe('BadRequest')
      }
      expect((await sayHello(target)).manifest.m.ver).toBe(1)
    })

    test('an encoded body is refused before it is unpacked', async () => {
      const body = gzipSync(writeEnvelope({ operation: 'HelloRequest', fields: writeFields({ non: 'x' }) }))
      const answer = await exchange(target, soapPath, { body, headers: { 'content-encoding': 'gzip' } })
      expect(answer.status).toBe(400)
      expect(answer.body.toString()).toContain('BadRequest')
    })

    test('a body over the cap is TooLarge, another content type BadRequest', async () => {
      const large = await exchange(target, soapPath, { body: Buffer.alloc(200_000, 0x20) })
      expect([large.status, large.body.toString().includes('TooLarge')]).toEqual([413, true])
      const json = await exchange(target, soapPath, { body: '{}', headers: { 'content-type': 'application/json' } })
      expect([json.status, json.body.toString().includes('BadRequest')]).toEqual([400, true])
    })

    test('a replayed request, a lower number, another device’s signature and another session are refused', async () => {
      const client = await signedIn(target, as('alice'))
      const other = await signedIn(target, as('carol'))
      const envelope = client.envelope('Sync', client.syncRequest())
      expect(await faultOf(envelope)).toBe('none')
      expect(await faultOf(envelope)).toBe('Replay')
      expect(await faultOf(client.envelope('Sync', { ...client.syncRequest(), seq: 1 }))).toBe('Replay')
      const bytes = encodeRequest('Sync', client.syncRequest())
      const call = { action: 'Sync' as const, sid: client.session.sid, bytes }
      expect(await faultOf(signedEnvelope(client.device, call, other.device.dsig))).toBe('BadSignature')
      // The right key over the bytes of another operation.
      const moved = signedEnvelope(client.device, { ...call, action: 'Wait' }).replaceAll('WaitRequest', 'SyncRequest')
      expect(await faultOf(moved)).toBe('BadSignature')
      expect(await faultOf(signedEnvelope(client.device, { ...call, sid: other.session.sid }))).toBe('SessionExpired')
      // Somebody else's device and name in one's own envelope.
      const stolen = encodeRequest('Sync', { ...client.syncRequest(), usr: 'carol' })
      expect(await faultOf(signedEnvelope(client.device, { ...call, bytes: stolen }))).toBe('BadSignature')
      const own = { ...client.syncRequest(), lst: 'L-carol' }
      expect(await faultOf(client.envelope('Sync', own))).toBe('BadRequest')
    })

    test('a nonce serves one login, and none after a minute', async () => {
      const hello = await sayHello(target)
      const envelope = loginEnvelope(hello, newDevice(), as('alice'))
      expect(await faultOf(envelope)).toBe('none')
      expect(await faultOf(envelope)).toBe('StaleNonce')
      const late = await sayHello(target)
      server.pass(61_000)
      expect(await faultOf(loginEnvelope(late, newDevice(), as('alice')))).toBe('StaleNonce')
    })

    test('known device, other keys: refused', async () => {
      const client = await signedIn(target, as('alice'))
      const thief = { ...newDevice(), id: client.device.id }
      const result = await signIn(target, as('alice'), thief)
      expect(result).toMatchObject({ ok: false, fault: { code: 'BadSignature' } })
    })
  })

  describe('accounts (protocol.md 5)', () => {
    test('AuthFailed is the same bytes for unknown user, wrong password and disabled user', async () => {
      await server.administration.run([{ op: 'user.disable', user: 'dave' }])
      const answers: string[] = []
      for (let round = 0; round < 4; round++) {
        for (const user of [`nobody${round}`, 'carol', 'dave']) {
          const hello = await sayHello(target)
          const password = user === 'dave' ? testPassword : 'wrong password'
          const envelope = loginEnvelope(hello, newDevice(), { user, password })
          const http = await exchange(target, soapPath, { body: envelope })
          const { date: _date, ...headers } = http.headers
          const stable = Object.entries(headers).filter(([name]) => !name.startsWith('x-ratelimit'))
          answers.push(JSON.stringify([http.status, stable, http.body.toString()]))
        }
      }
      expect(new Set(answers).size).toBe(1)
      expect(answers[0]).toContain('AuthFailed')
    })

    test('the sixth try within 15 minutes is Locked with the time to wait, for users that do not exist, too', async () => {
      for (const user of ['erin', 'nobody-at-all']) {
        for (let i = 0; i < 5; i++) {
          expect(await signIn(target, { user, password: 'wrong password' })).toMatchObject({
            fault: { code: 'AuthFailed' },
          })
        }
        const sixth = await signIn(target, { user, password: testPassword })
        expect(sixth).toMatchObject({ ok: false, fault: { code: 'Locked' } })
        const wait = sixth.ok ? 0 : (sixth.fault.retryAfter ?? 0)
        expect(wait).toBeGreaterThan(14 * 60_000)
        expect(wait).toBeLessThanOrEqual(15 * 60_000)
      }
      server.pass(15 * 60_000)
      expect((await signIn(target, as('erin'))).ok).toBe(true)
    })

    test('a new password and a disabled account end every session', async () => {
      const client = await signedIn(target, as('frank'))
      expect(await client.sync()).toMatchObject({ ok: true })
      await setPassword(server.administration, { id: 'frank', password: 'another password', why: '' })
      expect(await client.sync()).toMatchObject({ code: 'SessionExpired' })
      const again = await signedIn(target, { user: 'frank', password: 'another password' }, client.device)
      again.seq = client.seq
      expect(await again.sync()).toMatchObject({ ok: true })
      await server.administration.run([{ op: 'user.disable', user: 'frank' }])
      expect(await again.sync()).toMatchObject({ code: 'SessionExpired' })
    })

    test('a session ends after an hour without a request, and after twelve in any case', async () => {
      const idle = await signedIn(target, as('grace'))
      server.pass(59 * 60_000)
      expect((await idle.call('Sync', idle.syncRequest())).ok).toBe(true)
      server.pass(59 * 60_000)
      expect((await idle.call('Sync', idle.syncRequest())).ok).toBe(true)
      server.pass(61 * 60_000)
      expect(await idle.call('Sync', idle.syncRequest())).toMatchObject({ fault: { code: 'SessionExpired' } })
      const busy = await signedIn(target, as('grace'))
      for (let hour = 0; hour < 15; hour++) {
        server.pass(50 * 60_000)
        const told = await busy.call('Sync', busy.syncRequest())
        expect(told.ok).toBe((hour + 1) * 50 < 12 * 60)
      }
    })

    test('logout ends the session', async () => {
      const client = await signedIn(target, as('grace'))
      expect((await client.call('Logout', client.common())).ok).toBe(true)
      expect(await client.sync()).toMatchObject({ code: 'SessionExpired' })
    })
  })

  describe('devices (protocol.md 5.5 and 9)', () => {
    test('a revoked device gets nothing but the signed command to wipe, and reports its steps', async () => {
      const client = await signedIn(target, as('heidi'))
      await client.sync()
      const { id: device } = client.device
      await server.administration.run([{ op: 'device.revoke', user: 'heidi', device, wipe: 'all' }])
      await server.administration.editor.change('heidi', adds(3), 'test')
      // The test's clock ran ahead of this machine's: only the kind of answer matters here.
      const told = await client.call('Sync', client.syncRequest())
      expect(told.ok && Buffer.from(told.fields.get('fresh') ?? '', 'base64').toString()).toContain('"cmd":"wipe"')
      expect(told.ok && told.fields.has('sealed')).toBe(false)
      expect(await client.call('Wait', { ...client.common(), ...client.place() })).toMatchObject({
        fault: { code: 'DeviceRevoked' },
      })
      const [command] = await server.administration.store.devices.commands('heidi', device)
      const done = { ...client.common(), ...client.place(), head: '', cmd: command?.id ?? '', step: 'done' as const }
      expect((await client.call('Ack', done)).ok).toBe(true)
      expect(await client.call('Sync', client.syncRequest())).toMatchObject({ fault: { code: 'DeviceRevoked' } })
      expect(await signIn(target, as('heidi'), client.device)).toMatchObject({ fault: { code: 'DeviceRevoked' } })
    })

    test('an alarm of a client is kept for the administrator', async () => {
      const client = await signedIn(target, as('alice'))
      const said = { ...client.common(), ...client.place(), what: 'fork', alarm: true }
      expect((await client.call('Report', said)).ok).toBe(true)
      expect(server.logged()).toMatch(/"kind":"fork","user":"alice",.*"msg":"alarm"/)
    })
  })

  test('no log line holds a password, a session, a key or a contact', async () => {
    const client = await signedIn(target, as('alice'))
    const secrets = [testPassword, 'another password', client.session.sid, 'partner.example', 'wrong password', '夥伴']
    for (const secret of secrets) expect(server.logged()).not.toContain(secret)
    expect(server.logged()).toContain('"msg":"login"')
  })
})
