import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminAskName, adminAsks, type Outcome } from '../../shared/administration.ts'
import { resetSecondFactor } from '../accounts/admin-session.ts'
import { codeAt } from '../accounts/testing/authenticator.ts'
import { signedIn, type Target, type TestClient } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { adminQuestions } from './testing/admin-questions.ts'

const step = 30_000
let server: TestServer
let target: Target
let admin: TestClient
let secret: string

/** The code of the next step: one that was not used yet. */
function nextCode(): string {
  server.pass(step)
  return codeAt(secret, server.administration.clock.now())
}

function client(user: string): Promise<TestClient> {
  return signedIn(target, { user, password: testPassword })
}

async function setUp(who: TestClient): Promise<string> {
  const made = await who.ask('admin.setUp', { password: testPassword })
  if (!made.ok) throw new Error(made.kind)
  return made.out.secret
}

async function change(
  who: TestClient,
  changes: { op: string; [field: string]: unknown }[],
  dry = false,
): Promise<Outcome> {
  const answer = await who.ask('admin.change', { changes, why: 'a test', dry })
  if (!answer.ok) throw new Error(answer.kind)
  return answer.out
}

beforeAll(async () => {
  server = await testServer(['alice', 'bob', 'carol', 'olga', 'anna', 'rita'], { domain: 'corp.test' })
  const { cert } = server.running
  target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  const roles = { alice: 'administrator', rita: 'administrator', olga: 'operator', anna: 'auditor' } as const
  for (const [user, role] of Object.entries(roles)) await server.administration.run([{ op: 'role.set', user, role }])
  admin = await client('alice')
  secret = await setUp(admin)
  const confirmed = await admin.ask('admin.confirm', { code: codeAt(secret, server.administration.clock.now()) })
  if (!confirmed.ok) throw new Error(confirmed.kind)
})
afterAll(() => server.close())

const names = Object.keys(adminAsks) as AdminAskName[]
/** The way in, and what belongs to one's own authenticator (recovery-codes.integration.ts). */
const outside = new Set(['state', 'setUp', 'confirm', 'open', 'close', 'recoveryCodes'].map((name) => `admin.${name}`))

const notAllowed = { ok: false, kind: 'notAllowed' }

test('an employee without a role gets nothing, whatever is asked', async () => {
  const bob = await client('bob')
  for (const name of names) expect([name, await bob.ask(name, adminQuestions[name])]).toEqual([name, notAllowed])
})

test('before it is opened every ask but the way in is refused, for each role', async () => {
  for (const user of ['rita', 'olga', 'anna']) {
    const closed = await client(user)
    for (const name of names.filter((one) => !outside.has(one))) {
      const answer = await closed.ask(name, adminQuestions[name])
      expect([user, name, answer.ok]).toEqual([user, name, false])
      expect(['secondFactor', 'notAllowed']).toContain(answer.ok ? '' : answer.kind)
    }
  }
})

test('an auditor reads everything and changes nothing', async () => {
  const anna = await client('anna')
  expect(await anna.ask('admin.state', {})).toMatchObject({ out: { step: 'password', totp: false } })
  expect(await anna.ask('admin.open', { password: 'wrong one' })).toMatchObject({ ok: false, kind: 'authFailed' })
  expect(await anna.ask('admin.open', { password: testPassword })).toMatchObject({ out: { step: 'open' } })
  for (const name of names.filter((one) => !outside.has(one))) {
    const answer = await anna.ask(name, adminQuestions[name])
    const changes = ['admin.change', 'admin.undo', 'admin.decide', 'admin.keyStep', 'admin.access'].includes(name)
    const expected = changes ? 'notAllowed' : name === 'admin.members' ? 'notFound' : 'value'
    expect([name, answer.ok ? 'value' : answer.kind]).toEqual([name, expected])
  }
})

test('an operator changes contacts and groups, not people, rules, roles or devices', async () => {
  const olga = await client('olga')
  await olga.ask('admin.open', { password: testPassword })
  expect(await change(olga, [{ op: 'group.put', group: 'ops', title: 'Ops' }])).toMatchObject({ state: 'done' })
  for (const refused of [
    { op: 'user.disable', user: 'bob' },
    { op: 'rule.deny', what: 'x@corp.test' },
    { op: 'role.set', user: 'olga', role: 'administrator' },
    { op: 'policy.set', changes: { everyone: true } },
    { op: 'device.revoke', user: 'bob', device: 'd' },
  ]) {
    const changes = [{ op: 'group.put', group: 'ops', title: 'Again' }, refused]
    expect(await olga.ask('admin.change', { changes, why: '', dry: true })).toEqual(notAllowed)
  }
  const last = await server.administration.store.administration.lastAudit()
  await change(admin, [{ op: 'policy.set', changes: { everyone: false } }])
  expect(await olga.ask('admin.undo', { n: (last?.n ?? 0) + 1, why: '', dry: false })).toEqual(notAllowed)
})

test('a code opens once, also in another session, and one step of drift is allowed', async () => {
  const code = nextCode()
  await admin.ask('admin.close', {})
  expect(await admin.ask('admin.overview', {})).toMatchObject({ kind: 'secondFactor' })
  expect(await admin.ask('admin.open', { code })).toMatchObject({ out: { step: 'open' } })
  const other = await client('alice')
  expect(await other.ask('admin.open', { code })).toMatchObject({ kind: 'codeWrong' })
  expect(await other.ask('admin.open', { password: testPassword })).toMatchObject({ kind: 'codeWrong' })
  server.pass(step)
  const late = codeAt(secret, server.administration.clock.now())
  server.pass(step)
  expect(await other.ask('admin.open', { code: late })).toMatchObject({ out: { step: 'open' } })
})

test('it is bound to the session: another device of the same user has nothing open', async () => {
  const other = await client('alice')
  expect(await other.ask('admin.state', {})).toMatchObject({ out: { step: 'code', totp: true } })
  expect(await other.ask('admin.users', adminQuestions['admin.users'])).toMatchObject({ kind: 'secondFactor' })
})

test('wrong codes use up the tries, and then the right one has to wait as well', async () => {
  const other = await client('alice')
  server.pass(step)
  const right = codeAt(secret, server.administration.clock.now())
  const wrong = right.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  for (let tries = 0; tries < 5; tries += 1)
    expect(await other.ask('admin.open', { code: wrong })).toMatchObject({ kind: 'codeWrong' })
  const refused = await other.ask('admin.open', { code: right })
  expect(refused).toMatchObject({ kind: 'tooManyAttempts', detail: { retryAfter: expect.any(Number) } })
  // What is open stays open, and a device that opened it before has tries of its own: nobody is locked out by others.
  expect(await admin.ask('admin.overview', {})).toMatchObject({ ok: true })
  expect(await admin.ask('admin.open', { code: right })).toMatchObject({ out: { step: 'open' } })
  server.pass(16 * 60_000)
  expect(await other.ask('admin.open', { code: nextCode() })).toMatchObject({ out: { step: 'open' } })
})

test('it closes after fifteen idle minutes, and after an hour however busy', async () => {
  const busy = await client('alice')
  await busy.ask('admin.open', { code: nextCode() })
  for (let quarter = 0; quarter < 4; quarter += 1) {
    server.pass(14 * 60_000)
    expect(await busy.ask('admin.verify', {})).toMatchObject({ ok: true, out: {} })
  }
  server.pass(5 * 60_000)
  expect(await busy.ask('admin.verify', {})).toMatchObject({ kind: 'secondFactor' })
  await busy.ask('admin.open', { code: nextCode() })
  server.pass(15 * 60_000 + 1)
  expect(await busy.ask('admin.verify', {})).toMatchObject({ kind: 'secondFactor' })
})

test('an authenticator is replaced only from within, and reset only by command', async () => {
  const other = await client('alice')
  expect(await other.ask('admin.setUp', { password: testPassword })).toMatchObject({ kind: 'secondFactor' })
  expect(await other.ask('admin.confirm', { code: nextCode() })).toMatchObject({ kind: 'secondFactor' })
  await other.ask('admin.open', { code: nextCode() })
  expect(await other.ask('admin.setUp', { password: 'wrong one' })).toMatchObject({ kind: 'authFailed' })
  const old = secret
  secret = await setUp(other)
  expect(await other.ask('admin.confirm', { code: codeAt(old, server.administration.clock.now()) })).toMatchObject({
    kind: 'codeWrong',
  })
  server.pass(step)
  await other.ask('admin.confirm', { code: codeAt(secret, server.administration.clock.now()) })
  admin = other
  expect(await resetSecondFactor(server.administration, 'bob')).toBe(false)
  const rita = await client('rita')
  await rita.ask('admin.confirm', { code: codeAt(await setUp(rita), server.administration.clock.now()) })
  expect(await rita.ask('admin.overview', {})).toMatchObject({ ok: true })
  expect(await resetSecondFactor(server.administration, 'rita')).toBe(true)
  expect(await rita.ask('admin.overview', {})).toMatchObject({ kind: 'secondFactor' })
  expect(await rita.ask('admin.state', {})).toMatchObject({ out: { step: 'setUp', totp: false } })
})

test('a change is tried, done by whoever holds the key, told, and undone by its line in the audit log', async () => {
  const changes = [
    { op: 'group.put', group: 'sales', title: 'Sales' },
    { op: 'group.join', group: 'sales', user: 'bob' },
    { op: 'group.join', group: 'sales', user: 'carol' },
  ]
  expect(await change(admin, changes, true)).toMatchObject({ state: 'tried', lists: 2, added: 2, removed: 0 })
  expect(await admin.ask('admin.groups', { search: 'sales', from: 0, count: 5 })).toMatchObject({ out: { total: 0 } })
  const done = await change(admin, changes)
  expect(done).toMatchObject({ state: 'done', lists: 2, added: 2 })
  const asked = { user: 'bob', address: 'Carol@corp.test' }
  const sales = [{ rule: 'group', name: 'sales' }]
  expect(await admin.ask('admin.why', asked)).toMatchObject({ out: { listed: true, admitted: sales } })
  const contacts = await admin.ask('admin.contacts', { user: 'bob', search: 'carol', from: 0, count: 5, screen: true })
  expect(contacts).toMatchObject({ out: { total: 1, contacts: [{ id: 'u.carol', admitted: sales }] } })
  const denied = await change(admin, [{ op: 'rule.deny', what: 'carol@corp.test' }])
  expect(denied).toMatchObject({ state: 'done', removed: 1 })
  const no = { listed: false, admitted: sales, denied: { rule: { op: 'rule.deny', what: 'carol@corp.test' } } }
  expect(await admin.ask('admin.why', asked)).toMatchObject({ out: no })
  const log = await admin.ask('admin.audit', { search: 'rule.deny', count: 5 })
  const [line] = log.ok ? log.out.lines : []
  expect(line).toMatchObject({ who: 'alice', via: 'desktop', why: 'a test', undoable: true })
  expect(await admin.ask('admin.undo', { n: line?.n ?? 0, why: 'by mistake', dry: false })).toMatchObject({
    out: { state: 'done', added: 1 },
  })
  expect(await admin.ask('admin.why', asked)).toMatchObject({ out: { listed: true } })
  expect(await admin.ask('admin.verify', {})).toMatchObject({ ok: true, out: { lines: expect.any(Number) } })
})

test('faults name their change, and what is no change is refused without a word of it being done', async () => {
  const faulty = [
    { op: 'group.put', group: 'x', title: 'X' },
    { op: 'group.join', group: 'x', user: 'nobody' },
  ]
  expect(await change(admin, faulty)).toMatchObject({ state: 'refused', faults: [{ index: 1 }] })
  for (const odd of [{ op: 'constructor' }, { op: 'user.add' }, { op: 'group.put', group: '../x', title: 'X' }])
    expect(await change(admin, [faulty[0] ?? odd, odd])).toMatchObject({ state: 'refused', faults: [{ index: 1 }] })
  expect(await admin.ask('admin.groups', { search: 'x', from: 0, count: 5 })).toMatchObject({ out: { total: 0 } })
})

test('four eyes: what lets somebody in from outside, or makes an administrator, waits for a second person', async () => {
  await change(admin, [{ op: 'policy.set', changes: { fourEyes: true } }])
  const guest = { op: 'contact.add', user: 'bob', contact: { address: 'g@other.test', name: 'G', scope: 'external' } }
  const asked = await change(admin, [guest])
  expect(asked).toMatchObject({ state: 'pending', needs: 'approval' })
  const role = await change(admin, [{ op: 'role.set', user: 'bob', role: 'administrator' }])
  expect(role).toMatchObject({ state: 'pending', needs: 'approval' })
  const id = asked.state === 'pending' ? asked.id : ''
  expect(await admin.ask('admin.decide', { id, approve: true })).toMatchObject({ out: { state: 'refused' } })
  const rita = await client('rita')
  await rita.ask('admin.confirm', { code: codeAt(await setUp(rita), server.administration.clock.now()) })
  const waiting = await rita.ask('admin.proposals', {})
  const open = waiting.ok ? waiting.out.proposals.filter(({ state }) => state === 'approval') : []
  expect(open.map(({ who, count }) => [who, count])).toEqual([
    ['alice', 1],
    ['alice', 1],
  ])
  expect(await rita.ask('admin.decide', { id, approve: true })).toMatchObject({ out: { state: 'done', added: 1 } })
  const other = role.state === 'pending' ? role.id : ''
  expect(await rita.ask('admin.decide', { id: other, approve: false })).toMatchObject({ out: { state: 'refused' } })
  expect(await rita.ask('admin.user', { user: 'bob' })).toMatchObject({ out: { user: { role: 'none' } } })
})

test('a device is locked, unlocked, and revoked with a wipe that the policy key signed', async () => {
  const carol = await client('carol')
  const device = { user: 'carol', device: carol.device.id }
  expect(await change(admin, [{ op: 'device.lock', ...device }])).toMatchObject({ state: 'done' })
  expect(await carol.ask('me', {})).toMatchObject({ kind: 'DeviceRevoked' })
  expect(await change(admin, [{ op: 'device.unlock', ...device }])).toMatchObject({ state: 'done' })
  expect(await change(admin, [{ op: 'device.revoke', ...device, wipe: 'all' }])).toMatchObject({ state: 'done' })
  const [command] = await carol.sync().then((checked) => ('ok' in checked && checked.ok ? checked.commands : []))
  expect(command?.c).toMatchObject({ cmd: 'wipe', scope: 'all', dev: carol.device.id })
  const seen = await admin.ask('admin.user', { user: 'carol' })
  expect(seen).toMatchObject({ out: { devices: [{ device: carol.device.id, state: 'revoked' }] } })
})

test('a role that was taken away closes the administration with the next ask', async () => {
  const olga = await client('olga')
  await olga.ask('admin.open', { password: testPassword })
  expect(await olga.ask('admin.overview', {})).toMatchObject({ ok: true })
  await server.administration.run([{ op: 'role.set', user: 'olga', role: 'none' }])
  expect(await olga.ask('admin.overview', {})).toEqual(notAllowed)
})

test('what was opened with a password ends when the role becomes one that needs more', async () => {
  await server.administration.run([{ op: 'role.set', user: 'olga', role: 'operator' }])
  const olga = await client('olga')
  await olga.ask('admin.open', { password: testPassword })
  expect(await olga.ask('admin.overview', {})).toMatchObject({ ok: true })
  await server.administration.run([{ op: 'role.set', user: 'olga', role: 'auditor' }])
  expect(await olga.ask('admin.overview', {})).toMatchObject({ kind: 'secondFactor' })
})

test('no secret, code or password is logged', () => {
  for (const text of [secret, testPassword]) expect(server.logged()).not.toContain(text)
})
