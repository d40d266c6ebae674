import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Access } from '../../shared/access.ts'
import type { AskQuestion } from '../../shared/asks.ts'
import type { KeyFactsView, KeyStep, KeysView } from '../../shared/key-steps.ts'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
import { codeAt } from '../accounts/testing/authenticator.ts'
import { exportKey } from '../administration/keys/root-rotation.ts'
import { signedIn, type Target, type TestClient } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'

type GivenChange = AskQuestion<'admin.change'>['changes'][number]

let server: TestServer
let target: Target
let admin: TestClient

beforeAll(async () => {
  server = await testServer(['alice', 'bob', 'carol'], { domain: 'corp.test' })
  const { cert } = server.running
  target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  await server.administration.run([{ op: 'role.set', user: 'alice', role: 'administrator' }])
  admin = await signedIn(target, { user: 'alice', password: testPassword })
  const made = await admin.ask('admin.setUp', { password: testPassword })
  if (!made.ok) throw new Error(made.kind)
  await admin.ask('admin.confirm', { code: codeAt(made.out.secret, server.administration.clock.now()) })
})
afterAll(() => server.close())

async function keys(): Promise<KeysView> {
  const answer = await admin.ask('admin.keys', {})
  if (!answer.ok) throw new Error(answer.kind)
  return answer.out
}

async function take(step: KeyStep, why = 'a test') {
  const answer = await admin.ask('admin.keyStep', { step, why })
  if (!answer.ok) throw new Error(answer.kind)
  // As the engine does: what the new keys sign is believed once the manifest is here.
  await admin.sync()
  return answer.out
}

async function give(user: string, gifts: ('password' | 'enrolment')[], why = 'a test'): Promise<Access> {
  const answer = await admin.ask('admin.access', { user, give: gifts, why })
  if (!answer.ok) throw new Error(answer.kind)
  return answer.out
}

async function change(changes: GivenChange[], why: string) {
  const answer = await admin.ask('admin.change', { changes, why, dry: false })
  if (!answer.ok) throw new Error(answer.kind)
  return answer.out
}

const states = (view: KeysView, name: KeyFactsView['name']) =>
  view.keys.filter((key) => key.name === name).map(({ state, here }) => `${state}${here ? '' : ', away'}`)

test('keys are told without a secret, and replaced where the root key is on the server', async () => {
  const before = await keys()
  expect(before).toMatchObject({ missing: 0, version: 1, threshold: 1, roots: 1 })
  expect(states(before, 'server')).toEqual(['inUse'])
  for (const key of ['policy', 'fresh', 'server', 'gateway'] as const)
    expect(await take({ step: 'rotate', key, stolen: false })).toMatchObject({ state: 'manifest' })
  const after = await keys()
  expect(after.version).toBe(5)
  expect(states(after, 'server').toSorted()).toEqual(['inUse', 'listed'])
  // The old policy key signs nothing any more: its secret is gone, and what it signed is still accepted.
  expect(states(after, 'policy').toSorted()).toEqual(['inUse', 'listed, away'])
  // Who is connected goes on, and who signs in anew gets in.
  expect(await admin.ask('me', {})).toMatchObject({ ok: true })
  expect(await signedIn(target, { user: 'bob', password: testPassword })).toBeDefined()
  expect(await take({ step: 'retire', key: 'server' })).toMatchObject({ state: 'manifest', version: 6 })
  expect(states(await keys(), 'server').toSorted()).toEqual(['inUse', 'retired, away'])
})

test('a stolen policy key begins an epoch, and lists are changed under the new one', async () => {
  const { epoch } = await keys()
  const stolen = await take({ step: 'rotate', key: 'policy', stolen: true }, 'a stick was lost')
  expect(stolen).toMatchObject({ state: 'manifest', epoch: epoch + 1 })
  expect(await change([{ op: 'group.put', group: 'sales', title: 'Sales' }], '')).toMatchObject({ state: 'done' })
  const log = await admin.ask('admin.audit', { search: 'key.rotate', count: 5 })
  const [line] = log.ok ? log.out.lines : []
  expect(line).toMatchObject({ who: 'alice', via: 'desktop', target: 'policy', why: 'a stick was lost' })
  expect(line?.after).toContain('"stolen":true')
  expect(await admin.ask('admin.verify', {})).toMatchObject({ ok: true, out: { lines: expect.any(Number) } })
})

test('a manifest is renewed by one version for each time that it is asked for', async () => {
  const { version } = await keys()
  expect(await take({ step: 'renew' })).toMatchObject({ version: version + 1 })
})

test('what lets a user sign in is made once: it works, ends old sessions, and stands in no log', async () => {
  const bob = await signedIn(target, { user: 'bob', password: testPassword })
  const given = await give('bob', ['password', 'enrolment'], 'forgot it')
  if (given.state !== 'given') throw new Error('refused')
  const { password = '', enrolment } = given
  expect(password).toMatch(/^[2-9a-z]{4}(-[2-9a-z]{4}){3}$/)
  const { secret = '' } = parseEnrolment(enrolment?.code ?? '') ?? {}
  expect(secret).toHaveLength(24)
  expect(await bob.ask('me', {})).toMatchObject({ ok: false })
  expect(await signedIn(target, { user: 'bob', password })).toBeDefined()
  await expect(signedIn(target, { user: 'bob', password: testPassword })).rejects.toThrow('not signed in')
  const { administration } = server.administration.store
  const kept = JSON.stringify([await administration.audits({ count: 1_000 }), await administration.proposals()])
  for (const text of [password, secret, enrolment?.code ?? '']) {
    expect(kept).not.toContain(text)
    expect(server.logged()).not.toContain(text)
  }
  const log = await admin.ask('admin.audit', { search: 'bob', count: 10 })
  const ops = log.ok ? log.out.lines.filter(({ why }) => why === 'forgot it').map(({ op }) => op) : []
  expect(ops.toSorted()).toEqual(['enrolment.add', 'user.password'])
})

test('nobody who is not there or disabled gets a code', async () => {
  expect(await give('nobody', ['password', 'enrolment'])).toMatchObject({
    state: 'refused',
    faults: [{ code: 'unknownUser', what: 'nobody' }],
  })
  await change([{ op: 'user.disable', user: 'carol' }], '')
  expect(await give('carol', ['enrolment'])).toMatchObject({ state: 'refused', faults: [{ code: 'userDisabled' }] })
  await change([{ op: 'user.enable', user: 'carol' }], '')
})

test('with four eyes nobody signs in for another administrator', async () => {
  await change([{ op: 'role.set', user: 'carol', role: 'administrator' }], '')
  expect(await give('carol', ['enrolment'])).toMatchObject({ state: 'given' })
  await change([{ op: 'policy.set', changes: { fourEyes: true } }], '')
  const taken = { state: 'refused', faults: [{ code: 'administratorTaken', what: 'carol' }] }
  expect(await give('carol', ['password'])).toMatchObject(taken)
  expect(await give('carol', ['enrolment'])).toMatchObject(taken)
  expect(await give('alice', ['enrolment'])).toMatchObject({ state: 'given' })
  await server.administration.run([{ op: 'role.set', user: 'carol', role: 'none' }])
  await server.administration.store.organisation.setPolicy('{}')
  expect(await give('carol', ['password'])).toMatchObject({ state: 'given' })
})

test('refusals have a code and what they are about', async () => {
  const refused = (changes: GivenChange[]) => change(changes, 'a test')
  const known: readonly [GivenChange, object][] = [
    [{ op: 'user.add', user: 'Bad Name', name: 'X', scope: 'internal' }, { code: 'login' }],
    [
      { op: 'user.add', user: 'bob', name: 'X', scope: 'internal' },
      { code: 'userExists', what: 'bob' },
    ],
    [
      { op: 'user.set', user: 'bob', changes: { expires: 'soon' } },
      { code: 'date', what: 'soon' },
    ],
    [{ op: 'user.set', user: 'bob', changes: { address: 'alice@corp.test' } }, { code: 'addressTaken' }],
    [
      { op: 'contact.add', user: 'bob', contact: { address: 'x y', name: 'X' } },
      { code: 'address', what: 'x y' },
    ],
    [
      { op: 'contact.remove', user: 'bob', address: 'x@y.test' },
      { code: 'notListed', what: 'x@y.test' },
    ],
    [{ op: 'rule.domain', domain: '@y.test', for: 'all' }, { code: 'domainsOff' }],
    [
      { op: 'group.join', group: 'none', user: 'bob' },
      { code: 'unknownGroup', what: 'none' },
    ],
    [{ op: 'device.approve', user: 'bob', device: 'none' }, { code: 'unknownDevice' }],
    [
      { op: 'policy.set', changes: { everyone: 'perhaps' } },
      { code: 'malformed', what: 'changes.everyone' },
    ],
    [{ op: 'nonsense' }, { code: 'malformed' }],
  ]
  for (const [wrong, fault] of known)
    expect([wrong, await refused([wrong])]).toMatchObject([
      wrong,
      { state: 'refused', faults: [{ index: 0, ...fault }] },
    ])
})

test('where the policy asks for a reason nothing is done without one, whatever it is', async () => {
  await change([{ op: 'policy.set', changes: { reason: 'required' } }], 'the auditors ask for it')
  const needed = { state: 'refused', faults: [{ code: 'reasonNeeded' }] }
  const group = { op: 'group.put', group: 'desk', title: 'Desk' }
  const tried = await admin.ask('admin.change', { changes: [group], why: '', dry: true })
  expect(tried).toMatchObject({ out: { state: 'tried', reason: true } })
  for (const why of ['', '  ']) {
    expect(await change([group], why)).toMatchObject(needed)
    expect(await change([{ op: 'role.set', user: 'bob', role: 'auditor' }], why)).toMatchObject(needed)
    expect(await change([{ op: 'policy.set', changes: { reason: 'optional' } }], why)).toMatchObject(needed)
    expect(await give('bob', ['password'], why)).toMatchObject(needed)
    expect(await give('bob', ['enrolment'], why)).toMatchObject(needed)
    expect(await take({ step: 'renew' }, why)).toMatchObject(needed)
  }
  expect(await change([group], 'a new desk')).toMatchObject({ state: 'done' })
  expect(await change([{ op: 'policy.set', changes: { reason: 'optional' } }], 'enough')).toMatchObject({
    state: 'done',
  })
})

test('with the root key elsewhere the page learns what is missing, and nothing moves', async () => {
  const file = `${server.path}/root.key`
  const out = await exportKey(server.administration, { file, passphrase: 'a long enough passphrase' })
  expect(out).toMatchObject({ ok: true })
  const before = await keys()
  expect(before).toMatchObject({ missing: 1 })
  expect(states(before, 'root')).toEqual(['inUse, away'])
  const refused = { state: 'refused', faults: [{ code: 'rootElsewhere' }] }
  expect(await take({ step: 'renew' })).toMatchObject(refused)
  expect(await take({ step: 'rotate', key: 'fresh', stolen: false })).toMatchObject(refused)
  expect(await keys()).toEqual(before)
})
