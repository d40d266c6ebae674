/** Contact requests between two engines and a real server. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Enrolment } from '../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from './testing/engine-world.ts'
import { type RealServer, realServer } from './testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let provisioned: Enrolment
let worlds: EngineWorld[] = []

beforeAll(async () => {
  server = await realServer()
  for (const [user, name] of [
    ['alice', 'Alice Chen'],
    ['bob', 'Bob Lin'],
    ['carol', 'Carol Wu'],
  ] as const)
    await server.admin(['user', 'add', user, '--name', name], password)
  await server.start()
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(() => {
  worlds = []
})
afterEach(async () => {
  for (const world of worlds) await world.remove()
})

async function signedIn(user: string): Promise<TestEngine> {
  const world = engineWorld([provisioned])
  worlds.push(world)
  const engine = await world.open()
  expect(await engine.call('session.signIn', { server: server.url(), user, password })).toMatchObject({ ok: true })
  return engine
}

const waits = (count: number) => (value: unknown) => JSON.stringify(value) === JSON.stringify({ waiting: count })

it('a request reaches the other client without a click, and its acceptance reaches both lists', async () => {
  const alice = await signedIn('alice')
  const bob = await signedIn('bob')
  await bob.value('requests.list', {})
  const asked = bob.next('requests.changed', waits(1))
  const told = bob.next('request.arrived')
  await alice.value('requests.create', { to: 'bob@corp.example', note: 'hello 林' })
  await asked
  expect(await told).toEqual({ what: 'asked', name: 'Alice Chen', address: 'alice@corp.example' })
  const answered = alice.next('request.arrived')
  const { incoming } = await bob.value('requests.list', {})
  expect(incoming).toMatchObject([{ from: { name: 'Alice Chen', address: 'alice@corp.example' }, note: 'hello 林' }])
  const lists = [alice, bob].map((engine) => engine.next('contacts.changed'))
  await bob.value('requests.answer', { id: incoming[0]?.id ?? '', accept: true })
  await Promise.all(lists)
  expect(await answered).toEqual({ what: 'linked', name: '', address: 'bob@corp.example' })
  expect([await alice.names(), await bob.names()]).toEqual([['Bob Lin'], ['Alice Chen']])
  const [own] = (await alice.value('requests.list', {})).own
  expect(own).toMatchObject({ address: 'bob@corp.example', state: 'linked' })
})

it('an invitation links whoever pastes it; a stranger waits for the operator, whose yes reaches the list', async () => {
  const carol = await signedIn('carol')
  const alice = await signedIn('alice')
  const { text } = await carol.value('invitations.create', {})
  const listed = alice.next('contacts.changed')
  await alice.value('requests.create', { to: text, note: '' })
  await listed
  expect(await alice.names()).toContain('Carol Wu')
  expect(await alice.call('requests.create', { to: text, note: '' })).toMatchObject({
    ok: false,
    failure: { kind: 'refused', detail: { reason: 'invitation' } },
  })
  await alice.value('requests.create', { to: 'new@partner.example', note: '' })
  const { requests } = (await server.admin(['request', 'list'])) as { requests: { request: string; waits: string }[] }
  expect(requests).toMatchObject([{ user: 'alice', address: 'new@partner.example', waits: 'administrator' }])
  const approved = alice.next('contacts.changed')
  await server.admin(['request', 'approve', requests[0]?.request ?? '', '--why', 'known supplier'])
  await approved
  expect(await alice.names()).toContain('new@partner.example')
  await alice.value('requests.create', { to: 'other@partner.example', note: '' })
  const id = (await alice.value('requests.list', {})).own.at(-1)?.id ?? ''
  const refused = alice.next('requests.changed')
  await server.admin(['request', 'refuse', id, '--why', 'unknown'])
  await refused
  expect((await alice.value('requests.list', {})).own.at(-1)).toMatchObject({ state: 'declined' })
  await expect(server.admin(['request', 'approve', id])).rejects.toThrow(/waits for approval/)
})

it('without the server nothing is asked, and that is said', async () => {
  const alice = await signedIn('alice')
  await server.stop()
  expect(await alice.call('requests.list', {})).toMatchObject({ ok: false, failure: { kind: 'unreachable' } })
  expect(await alice.call('invitations.create', {})).toMatchObject({ ok: false, failure: { kind: 'unreachable' } })
  await server.start()
})

it('what a gateway keeps back is seen and asked for, and the decision is heard of', async () => {
  const alice = await signedIn('alice')
  const bob = await signedIn('bob')
  const columns = 'user, at, recipient, return_path, login, rule, reason, sender, subject, size, told, state, due, raw'
  await server.query(
    `INSERT INTO quarantine (${columns}) VALUES ('alice', 5, 'alice@corp.example', '', '', 'I3', 'notListed',
    'zoe@else.test', 'Offer', 9, 1, 'kept', 0, x'00') RETURNING id`,
  )
  const window = { from: 0, count: 10 }
  const { total, by, kept } = await alice.value('quarantine.list', window)
  expect({ total, by, kept }).toMatchObject({
    total: 1,
    by: 'administrator',
    kept: [
      { claimedAddress: 'zoe@else.test', subject: 'Offer', at: 5, rule: 'I3', reason: 'notListed', state: 'kept' },
    ],
  })
  const id = kept[0]?.id ?? 0
  expect(await bob.value('quarantine.list', window)).toMatchObject({ total: 0, kept: [] })
  expect(await bob.call('quarantine.release', { id })).toMatchObject({ ok: false, failure: { kind: 'notFound' } })
  expect(await alice.value('quarantine.release', { id })).toEqual({ state: 'asked' })
  const heard = alice.next('quarantine.changed')
  await server.admin(['quarantine', 'refuse', String(id), '--user', 'alice'])
  await heard
  expect(await alice.value('quarantine.list', window)).toMatchObject({ kept: [{ id, state: 'refused' }] })
  expect(await alice.call('quarantine.release', { id })).toMatchObject({ ok: false, failure: { kind: 'refused' } })
})

it('a role that is given or taken shows at once, without a click', async () => {
  const carol = await signedIn('carol')
  await carol.session((s) => s.step === 'ready' && s.connection === 'online' && s.role === 'none')
  await server.admin(['role', 'set', 'carol', 'operator'])
  expect(await carol.session((s) => s.step === 'ready' && s.role !== 'none')).toMatchObject({ role: 'operator' })
  await server.admin(['role', 'set', 'carol', 'none'])
  await carol.session((s) => s.step === 'ready' && s.role === 'none')
})
