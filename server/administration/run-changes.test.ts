import { type Arbitrary, assert, asyncProperty, constantFrom, array as listOf, oneof, record } from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { entryFromText } from '../lists/changes.ts'
import { contentsOf } from '../lists/contents.ts'
import { createMaterial } from '../lists/material.ts'
import { createWhitelists } from '../lists/whitelists.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import { reasonsFor } from '../organisation/shared-cards.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { brokenAudit } from './audit.ts'
import { explain } from './explain.ts'

let folder: TestFolder
const users = ['alice', 'bob', 'carol'] as const

beforeEach(async () => {
  folder = await testFolder([...users])
})
afterEach(() => folder.close())

async function run(...changes: readonly Change[]) {
  const ran = await folder.administration.run(changes)
  if (!ran.ok || 'pending' in ran) throw new Error(JSON.stringify(ran))
  return ran
}

async function addressesOf(user: string): Promise<readonly string[]> {
  const { store } = folder.administration
  const row = await store.lists.ofUser(user)
  if (!row) throw new Error('no list')
  return (await contentsOf(store, row, await loadOrganisation(store)))
    .map(({ json }) => entryFromText(json))
    .filter((entry) => entry.o !== 'n')
    .map((entry) => entry.m)
    .sort()
}

async function why(user: string, address: string) {
  const { store, clock } = folder.administration
  const answer = await explain(store, { user, address, now: clock.now(), unicode: false })
  if (!answer.ok) throw new Error(answer.why)
  return answer.value
}

async function expectSound(): Promise<void> {
  for (const user of await folder.administration.store.users.all())
    expect([user.id, await faultOfList(folder.administration, user.id)]).toEqual([user.id, undefined])
  expect(await brokenAudit(folder.administration.store)).toBeUndefined()
}

const mail = (name: string) => `${name}@example.org`

test('everyone lists everyone; who joins later is listed; who is disabled is gone', async () => {
  await run({ op: 'policy.set', changes: { everyone: true } })
  expect(await addressesOf('alice')).toEqual([mail('bob'), mail('carol')])
  const ran = await run({ op: 'user.add', user: 'dave', scope: 'internal', name: 'Dave' })
  expect(ran.lists.map(({ user, added }) => `${user} ${added}`).sort()).toEqual([
    'alice 1',
    'bob 1',
    'carol 1',
    'dave 3',
  ])
  await run({ op: 'user.set', user: 'bob', changes: { name: 'Bob Lin' } })
  await run({ op: 'user.disable', user: 'carol' })
  expect(await addressesOf('dave')).toEqual([mail('alice'), mail('bob')])
  expect(await why('dave', mail('bob'))).toMatchObject({ listed: true, admitted: [{ rule: 'everyone' }] })
  await expectSound()
})

test('a change that moves nothing in a list gives it no version', async () => {
  const before = await folder.administration.store.lists.ofUser('alice')
  await run({ op: 'group.put', group: 'g', title: 'G' }, { op: 'group.join', group: 'g', user: 'bob' })
  expect(await folder.administration.store.lists.ofUser('alice')).toEqual(before)
})

test('departments, groups and rules between units; the reasons are told', async () => {
  await run(
    { op: 'policy.set', changes: { departments: true } },
    { op: 'user.set', user: 'alice', changes: { department: 'Sales' } },
    { op: 'user.set', user: 'bob', changes: { department: 'Sales' } },
    { op: 'group.put', group: 'board', title: 'Board' },
    { op: 'group.join', group: 'board', user: 'carol' },
    { op: 'group.join', group: 'board', user: 'bob' },
    { op: 'rule.open', a: 'user:alice', b: 'group:board' },
  )
  expect(await addressesOf('alice')).toEqual([mail('bob'), mail('carol')])
  expect(await addressesOf('carol')).toEqual([mail('alice'), mail('bob')])
  expect((await why('alice', mail('bob'))).admitted.map(({ rule }) => rule)).toEqual(['department', 'open'])
  await run({ op: 'group.leave', group: 'board', user: 'carol' })
  expect(await addressesOf('alice')).toEqual([mail('bob')])
  await expectSound()
})

test('a guest and its sponsor list each other until the guest expires', async () => {
  const guest = { scope: 'external' as const, name: 'Gu Est', address: 'gu@partner.example' }
  await run({ op: 'user.add', user: 'guest', ...guest, sponsor: 'alice', expires: '2031-01-31' })
  expect(await addressesOf('guest')).toEqual([mail('alice')])
  expect(await addressesOf('alice')).toEqual(['gu@partner.example'])
  expect(await addressesOf('bob')).toEqual([])
  const view = await createWhitelists(folder.administration).viewOf('alice')
  expect(view?.list.find('gu@partner.example')).toMatchObject({ level: 'login', expiresAt: Date.UTC(2031, 0, 31) })
  await expectSound()
})

test('deny wins over everything, for one and for all, and lets go again', async () => {
  await run(
    { op: 'policy.set', changes: { everyone: true, domains: true } },
    { op: 'contact.add', user: 'alice', contact: { address: 'x@partner.example', name: 'X' } },
    { op: 'rule.domain', domain: '@open.example', for: 'all' },
    { op: 'rule.deny', what: 'x@partner.example' },
    { op: 'rule.deny', what: mail('bob'), user: 'alice' },
    { op: 'rule.deny', what: 'bad@open.example' },
  )
  expect(await addressesOf('alice')).toEqual(['@open.example', mail('carol')])
  expect(await addressesOf('carol')).toEqual(['@open.example', mail('alice'), mail('bob')])
  const { list } = (await createWhitelists(folder.administration).viewOf('alice')) ?? {}
  expect(list?.find('any@open.example')).toMatchObject({ address: 'any@open.example', level: 'dmarc', send: true })
  expect(list?.find('bad@open.example')).toMatchObject({ send: false, receive: false })
  expect(await why('alice', 'x@partner.example')).toMatchObject({
    listed: false,
    admitted: [{ rule: 'entry', source: '' }],
    denied: { rule: { op: 'rule.deny', what: 'x@partner.example' } },
  })
  expect(await why('alice', 'bad@open.example')).toMatchObject({ listed: false, admitted: [{ rule: 'domain' }] })
  const { id } = (await why('alice', 'x@partner.example')).denied ?? { id: '' }
  await run({ op: 'rule.remove', id })
  expect(await addressesOf('alice')).toContain('x@partner.example')
  await expectSound()
})

test('an own entry goes before the shared card, which comes back when it is removed', async () => {
  await run({ op: 'policy.set', changes: { everyone: true } })
  await run({ op: 'contact.add', user: 'alice', contact: { address: 'BOB@example.org', name: 'Bobby' } })
  expect(await addressesOf('alice')).toEqual(['BOB@example.org', mail('carol')])
  await run({ op: 'contact.remove', user: 'alice', address: mail('bob') })
  expect(await addressesOf('alice')).toEqual([mail('bob'), mail('carol')])
  await expectSound()
})

test('a client that was away across several changes gets one delta that applies', async () => {
  await run({ op: 'policy.set', changes: { everyone: true } })
  const { version = 0 } = (await folder.administration.store.lists.ofUser('alice')) ?? {}
  await run({ op: 'user.set', user: 'bob', changes: { name: 'Bob 2' } }, { op: 'user.disable', user: 'bob' })
  await run({ op: 'user.enable', user: 'bob' })
  await run({ op: 'user.disable', user: 'bob' }, { op: 'user.disable', user: 'carol' })
  await run({ op: 'user.add', user: 'dave', scope: 'internal', name: 'Dave' })
  await run({ op: 'user.disable', user: 'dave' })
  const row = await folder.administration.store.lists.ofUser('alice')
  if (!row) throw new Error('no list')
  const { ops } = await createMaterial(folder.administration.store).operations(row, version)
  expect(ops).toEqual([
    { op: 'del', id: 'u.bob' },
    { op: 'del', id: 'u.carol' },
  ])
})

test('all or none: one fault names its change and nothing moves; a dry run tells and keeps nothing', async () => {
  const { administration } = folder
  const before = await administration.store.lists.ofUser('alice')
  const add = (address: string): Change => ({ op: 'contact.add', user: 'alice', contact: { address, name: 'N' } })
  expect(await administration.run([add('a@x.example'), { op: 'user.disable', user: 'nobody' }])).toEqual({
    ok: false,
    faults: [{ index: 1, why: 'there is no user "nobody"', code: 'unknownUser', what: 'nobody' }],
  })
  expect(await administration.run([add('a@x.example'), add('A@x.example')])).toMatchObject({ faults: [{ index: 1 }] })
  expect(await administration.run([add('@x.example')])).toMatchObject({ faults: [{ index: 0 }] })
  expect(await administration.run([add('a@x.example')], { dry: true })).toMatchObject({
    lists: [{ user: 'alice', added: 1 }],
  })
  expect(await administration.store.lists.ofUser('alice')).toEqual(before)
  expect(await brokenAudit(administration.store)).toBeUndefined()
})

test('the audit log notices a line that was altered or taken away', async () => {
  const { store } = folder.administration
  await run({ op: 'group.put', group: 'g', title: 'G' })
  const last = await store.administration.lastAudit()
  if (!last) throw new Error('no line')
  await run({ op: 'group.put', group: 'h', title: 'H' })
  await store.administration.addAudit({ ...last, n: last.n + 2, why: 'forged' })
  expect(await brokenAudit(store)).toBe(last.n + 2)
})

const user = constantFrom(...users)
const address = constantFrom('a@x.example', 'b@x.example', mail('alice'), mail('bob'), '@x.example')
const change = oneof<Arbitrary<Change>[]>(
  record({
    op: constantFrom('contact.add' as const),
    user,
    contact: record({ address, name: constantFrom('N', 'M') }),
  }),
  record({ op: constantFrom('contact.remove' as const), user, address }),
  record({ op: constantFrom('user.disable' as const, 'user.enable' as const), user }),
  record({
    op: constantFrom('user.set' as const),
    user,
    changes: record({ department: constantFrom('', 'S'), name: constantFrom('P', 'Q') }),
  }),
  record({ op: constantFrom('group.join' as const, 'group.leave' as const), group: constantFrom('g'), user }),
  record({ op: constantFrom('rule.deny' as const), what: address }),
  record({
    op: constantFrom('rule.open' as const),
    a: constantFrom('all', 'group:g'),
    b: constantFrom('department:S', 'group:g'),
  }),
  record({
    op: constantFrom('policy.set' as const),
    changes: record({ everyone: constantFrom(true, false), departments: constantFrom(true) }),
  }),
)

test('a batch that adds, changes and removes one contact is undone step by step', async () => {
  const one = { user: 'alice', address: 'x@partner.example' }
  await run({ op: 'contact.add', user: 'alice', contact: { address: 'y@partner.example', name: 'Y' } })
  const ran = await run(
    { op: 'contact.add', user: 'alice', contact: { address: one.address, name: 'X' } },
    { op: 'contact.set', ...one, changes: { name: 'X2', remark: 'r' } },
    { op: 'contact.remove', ...one },
    { op: 'contact.set', user: 'alice', address: 'y@partner.example', changes: { address: 'z@partner.example' } },
    { op: 'contact.remove', user: 'alice', address: 'z@partner.example' },
  )
  expect(await addressesOf('alice')).toEqual([])
  for (const n of ran.audit.toReversed()) {
    const { undo = '[]' } = (await folder.administration.store.administration.audit(n)) ?? {}
    await run(...changeSchema.array().parse(JSON.parse(undo)))
  }
  expect(await addressesOf('alice')).toEqual(['y@partner.example'])
})

test('whatever is changed and undone: every version replays, shared cards are those with a reason, undo leads back', async () => {
  const { administration } = folder
  const { store } = administration
  await run({ op: 'policy.set', changes: { domains: true } }, { op: 'group.put', group: 'g', title: 'G' })
  await assert(
    asyncProperty(listOf(listOf(change, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (batches) => {
      const before = await Promise.all(users.map(addressesOf))
      const undone: Change[] = []
      for (const batch of batches) {
        const ran = await administration.run(batch)
        if (!ran.ok || 'pending' in ran) continue
        for (const n of ran.audit) {
          const undo = (await store.administration.audit(n))?.undo ?? ''
          if (undo !== '') undone.unshift(...changeSchema.array().parse(JSON.parse(undo)))
        }
      }
      await expectSound()
      await expectReasons()
      for (const one of undone) await run(one)
      expect(await Promise.all(users.map(addressesOf))).toEqual(before)
    }),
    { numRuns: 25 },
  )
})

async function expectReasons(): Promise<void> {
  const { store } = folder.administration
  const organisation = await loadOrganisation(store)
  for (const viewer of organisation.people.values()) {
    const row = await store.lists.ofUser(viewer.user)
    if (!row) throw new Error('no list')
    const contents = await contentsOf(store, row, organisation)
    const ids = contents.map(({ id }) => id).filter((id) => id.startsWith('u.'))
    const own = new Set(contents.filter(({ id }) => id.startsWith('c')).map(({ key }) => key))
    const expected = [...organisation.people.values()].filter(
      (other) =>
        reasonsFor(organisation, viewer, other).length > 0 &&
        !own.has(other.key) &&
        !organisation.denials.find(viewer.user, other.key),
    )
    expect(ids).toEqual(expected.map(({ user }) => `u.${user}`).sort())
  }
}
