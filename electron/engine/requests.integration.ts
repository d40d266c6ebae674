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

it('an answer that came while Kith was closed is told at the next start, once; the other side has it in its history', async () => {
  for (const user of ['dora', 'emil']) await server.admin(['user', 'add', user, '--name', user], password)
  const emil = await signedIn('emil')
  const dora = await signedIn('dora')
  const world = worlds.at(-1)
  await dora.value('requests.create', { to: 'emil@corp.example', note: '' })
  expect((await dora.value('requests.list', {})).own).toMatchObject([{ state: 'waiting', waits: 'them' }])
  await world?.close()
  const { incoming } = await emil.value('requests.list', {})
  const linked = emil.next('request.arrived')
  await emil.value('requests.answer', { id: incoming[0]?.id ?? '', accept: true })
  expect(await linked).toEqual({ what: 'linked', name: 'dora', address: 'dora@corp.example' })
  expect((await emil.value('requests.list', {})).answered).toMatchObject([
    { from: { address: 'dora@corp.example' }, state: 'linked' },
  ])
  const heard: unknown[] = []
  for (let start = 0; start < 2; start += 1) {
    const again = await world?.open()
    await again?.session((session) => session.step === 'ready' && session.connection === 'online')
    await again?.value('requests.list', {})
    heard.push(...(again?.events ?? []).filter(({ name }) => name === 'request.arrived').map(({ value }) => value))
    expect(heard).toEqual([{ what: 'linked', name: '', address: 'emil@corp.example' }])
    await world?.close()
  }
})

it('whoever decides has the number of what waits, kept current without a click', async () => {
  for (const user of ['olga', 'paul']) await server.admin(['user', 'add', user, '--name', user], password)
  await server.admin(['role', 'set', 'olga', 'operator'])
  const olga = await signedIn('olga')
  const before = await olga.session((session) => session.step === 'ready' && session.role === 'operator')
  const had = before.step === 'ready' ? (before.toDecide ?? 0) : 0
  const paul = await signedIn('paul')
  const has = (count: number) =>
    olga.session((session) => session.step === 'ready' && (session.toDecide ?? 0) === count)
  await paul.value('requests.create', { to: 'one@partner.example', note: '' })
  await has(had + 1)
  // Of the organisation's own nobody decides: that waits for whoever has the address, and here nobody does.
  await paul.value('requests.create', { to: 'nobody@corp.example', note: '' })
  await paul.value('requests.create', { to: 'two@partner.example', note: '' })
  await has(had + 2)
  const { own } = await paul.value('requests.list', {})
  expect(own.map(({ waits }) => waits)).toEqual(['either', 'them', 'either'])
  await paul.value('requests.withdraw', { id: own[0]?.id ?? '' })
  await has(had + 1)
  await server.admin(['request', 'refuse', own[2]?.id ?? '', '--why', 'unknown'])
  await has(had)
  const paulSees = await paul.value('session.state', {})
  expect(paulSees.step === 'ready' && paulSees.toDecide).toBeUndefined()
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
  // Only the user's own; of a sender all, but for what is on its way.
  const [other = 0, going = 0] = (
    (await server.query(
      `INSERT INTO quarantine (${columns}) VALUES ('alice', 6, 'alice@corp.example', '', '', 'I3', 'notListed',
      'zoe@else.test', 'Offer', 9, 1, 'kept', 0, x'00'), ('alice', 7, 'alice@corp.example', '', '', 'I3', 'notListed',
      'zoe@else.test', 'Offer', 9, 1, 'released', 9e15, x'00') RETURNING id`,
    )) as { id: number }[]
  ).map((row) => row.id)
  const choice = { id, scope: 'sender' } as const
  expect(await bob.call('quarantine.delete', choice)).toMatchObject({ ok: false, failure: { kind: 'notFound' } })
  expect(await alice.value('quarantine.delete', choice)).toEqual({ count: 2 })
  expect((await alice.value('quarantine.list', window)).kept.map((row) => row.id)).toEqual([going])
  for (const gone of [id, other])
    expect(await alice.call('quarantine.delete', { id: gone, scope: 'message' })).toMatchObject({ ok: false })
})

it('a role that is given or taken shows at once, without a click', async () => {
  const carol = await signedIn('carol')
  await carol.session((s) => s.step === 'ready' && s.connection === 'online' && s.role === 'none')
  await server.admin(['role', 'set', 'carol', 'operator'])
  expect(await carol.session((s) => s.step === 'ready' && s.role !== 'none')).toMatchObject({ role: 'operator' })
  await server.admin(['role', 'set', 'carol', 'none'])
  await carol.session((s) => s.step === 'ready' && s.role === 'none')
})
