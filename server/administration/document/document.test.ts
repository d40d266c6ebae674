import { array, assert, asyncProperty, boolean, constantFrom, option, record, subarray, tuple } from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { faultOfList } from '../../testing/consistency.ts'
import { type TestFolder, testFolder } from '../../testing/harness.ts'
import { changesOf } from './document-changes.ts'
import { documentSchema, loadState, type OrganisationDocument, snapshotOf } from './document.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

async function planned(document: OrganisationDocument, prune = true) {
  const { store, config } = folder.administration
  return changesOf(await loadState(store, config), document, { prune })
}

async function apply(document: OrganisationDocument, prune = true): Promise<number> {
  const plan = await planned(document, prune)
  if (!plan.ok) throw new Error(JSON.stringify(plan.fault))
  const ran = await folder.administration.run(plan.value.changes)
  if (!ran.ok || 'pending' in ran) throw new Error(JSON.stringify(ran))
  return plan.value.changes.length
}

async function snapshot(): Promise<OrganisationDocument> {
  const { store, config } = folder.administration
  return snapshotOf(await loadState(store, config))
}

async function faultsOf(document: unknown) {
  const plan = await planned(documentSchema.parse(document))
  return plan.ok ? [] : plan.fault
}

const optional = { requiredKeys: [] }
const contact = tuple(
  constantFrom('a@x.example', 'alice@example.org', 'gu@y.example', '@x.example'),
  constantFrom('N', 'M 林'),
  constantFrom<'internal' | 'external'>('internal', 'external'),
  record(
    {
      nickname: constantFrom('k'),
      remark: constantFrom('r'),
      groups: constantFrom<string[]>(['G'], ['G', 'H']),
      expires: constantFrom('2031-01-31T00:00:00.000Z'),
      direction: constantFrom<'send' | 'receive'>('send', 'receive'),
    },
    optional,
  ),
  option(constantFrom('dmarc', 'login'), { nil: undefined }),
).map(([address, name, scope, more, proof]) => ({
  address,
  name,
  scope,
  ...more,
  // An external contact who has an account here is proven by its login unless something else is said, and one of the
  // own domain always.
  ...proofOf(address, scope, proof),
}))

function proofOf(address: string, scope: string, proof: string | undefined) {
  if (address === 'alice@example.org') return scope === 'external' || proof !== undefined ? { proof: 'login' } : {}
  if (proof !== undefined) return { proof }
  return scope === 'external' && address === 'gu@y.example' ? { proof: '' } : {}
}

const contacts = array(contact, { maxLength: 4 }).map((all) =>
  [...new Map(all.map((one) => [one.address, one])).values()].sort((a, b) => (a.address < b.address ? -1 : 1)),
)
const person = <L extends string>(user: L, address: string) =>
  record(
    {
      user: constantFrom(user),
      name: constantFrom('P', 'Q'),
      address: constantFrom(address),
      department: constantFrom('Sales'),
      sponsor: constantFrom('bob', 'guest'),
      expires: constantFrom('2031-01-31T00:00:00.000Z'),
      disabled: constantFrom(true as const),
      contacts,
    },
    { requiredKeys: ['user', 'name', 'address', 'contacts'] },
  )
const rules = record({
  open: subarray([
    { a: 'all', b: 'group:g' },
    { a: 'department:Sales', b: 'user:bob' },
  ]),
  domains: array(
    record(
      {
        domain: constantFrom('@z.example'),
        for: constantFrom('all'),
        name: constantFrom('Z'),
        proof: constantFrom('dmarc'),
      },
      { requiredKeys: ['domain', 'for'] },
    ),
    { maxLength: 1 },
  ),
  deny: subarray([{ what: 'a@x.example' }, { what: '@x.example', user: 'alice' }]),
})
const document = record({
  policy: record({
    everyone: boolean(),
    departments: boolean(),
    domains: constantFrom(true),
    approval: constantFrom<'sponsor' | 'none'>('sponsor', 'none'),
    fourEyes: constantFrom(false),
    // Required, it would have to be given with every step of the test.
    reason: constantFrom('optional' as const),
  }),
  users: tuple(person('alice', 'alice@example.org'), person('bob', 'bob@example.org')),
  guests: tuple(person('guest', 'gu@y.example')),
  groups: subarray(['g', 'h']).chain((ids) =>
    tuple(
      ...ids.map((group) =>
        record({
          group: constantFrom(group),
          title: constantFrom('T', 'U'),
          members: subarray(['alice', 'bob', 'guest']),
        }),
      ),
    ),
  ),
  rules,
})

/** Rules have no order of their own. */
function settledRules({ rules: given, ...rest }: OrganisationDocument) {
  const sorted = (all: readonly unknown[] = []) => all.map((one) => JSON.stringify(one)).sort()
  return { ...rest, rules: { open: sorted(given?.open), domains: sorted(given?.domains), deny: sorted(given?.deny) } }
}

test('whatever a document says is so once it is applied: the snapshot is the document, and applying that changes nothing', async () => {
  await assert(
    asyncProperty(document, async (wanted) => {
      await apply(wanted)
      const found = await snapshot()
      expect(settledRules(found)).toEqual(settledRules(wanted))
      expect(await planned(found)).toEqual({ ok: true, value: { changes: [], places: [] } })
      for (const user of ['alice', 'bob', 'guest'])
        expect([user, await faultOfList(folder.administration, user)]).toEqual([user, undefined])
    }),
    // One document after the other in the same folder: a smaller one would not start from the same state.
    { numRuns: 25, endOnFailure: true },
  )
})

test('without pruning nothing goes; with it only from the sections that are there, and people are disabled', async () => {
  await apply(
    {
      users: [{ user: 'alice', name: 'A', contacts: [{ address: 'a@x.example', name: 'X' }] }],
      groups: [{ group: 'g', title: 'G', members: ['alice', 'bob'] }],
      rules: { open: [{ a: 'all', b: 'group:g' }] },
    },
    false,
  )
  expect(await apply({ users: [{ user: 'alice', name: 'A', contacts: [] }], groups: [], rules: {} }, false)).toBe(0)
  expect((await snapshot()).users).toMatchObject([{ user: 'alice' }, { user: 'bob', name: 'bob' }])
  expect(await apply({ users: [{ user: 'alice', name: 'A', contacts: [] }], rules: {} })).toBe(2)
  expect(await snapshot()).toMatchObject({
    users: [{ contacts: [] }, { user: 'bob', disabled: true }],
    groups: [{ members: ['alice', 'bob'] }],
    rules: { open: [{ a: 'all' }] },
  })
  expect(await apply({ groups: [{ group: 'g', title: 'G', members: ['bob'] }] })).toBe(1)
})

test('an address moves from one user to another in one document; contacts of an import stay out of it', async () => {
  const { administration } = folder
  await administration.run([
    {
      op: 'contact.add',
      user: 'bob',
      contact: { address: 'i@x.example', name: 'I' },
      from: { source: 'hr', external: '1' },
    },
  ])
  await apply({
    users: [
      { user: 'bob', name: 'B', address: 'alice@example.org', contacts: [] },
      { user: 'alice', name: 'A', address: 'ally@example.org' },
    ],
  })
  expect((await snapshot()).users).toMatchObject([
    { user: 'alice', address: 'ally@example.org' },
    { user: 'bob', address: 'alice@example.org', contacts: [] },
  ])
  expect(await administration.store.lists.ofUser('bob')).toMatchObject({ count: 1 })
})

test('one bad row names its place, and there is nothing to run', async () => {
  const alice = { user: 'alice', name: 'A' }
  const bad = { users: [alice, { user: 'x', name: 'X', address: 'a b@x' }, { ...alice, address: 'c@example.org' }] }
  expect(await faultsOf(bad)).toMatchObject([{ place: 'users[1].address' }, { place: 'users[2].user' }])
  const twice = [
    { ...alice, address: 'c@example.org' },
    { user: 'bob', name: 'B', address: 'C@example.org' },
  ]
  expect(await faultsOf({ users: twice })).toMatchObject([{ place: 'users[1].address' }])
  const contact = { address: 'a@x.example', name: 'N' }
  expect(
    await faultsOf({
      users: [
        { ...alice, sponsor: 'nobody', contacts: [contact, { ...contact, address: 'A@x.example' }] },
        { user: 'bob', name: 'B', expires: 'soon', contacts: [{ ...contact, proof: 'trust' }] },
      ],
      guests: [
        { user: 'alice', name: 'A' },
        { user: 'New!', name: 'N', expires: 8.64e15 + 1 },
      ],
      groups: [{ group: 'G!', title: 'G', members: ['nobody'] }],
      rules: { open: [{ a: 'some', b: 'all' }] },
    }),
  ).toMatchObject([
    { place: 'users[0].sponsor' },
    { place: 'users[1].expires' },
    { place: 'guests[0].user' },
    { place: 'guests[1].address' },
    { place: 'guests[1].expires' },
    { place: 'groups[0]' },
    { place: 'groups[0].members[0]' },
    { place: 'rules.open[0]' },
    { place: 'users[0].contacts[1].address' },
  ])
})
