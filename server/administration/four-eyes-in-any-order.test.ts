/** Changes in any order: with four eyes no list lets anybody of outside in by one person alone. */
import { assert, asyncProperty, constantFrom, record, tuple } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { entryFromText } from '../lists/changes.ts'
import { contentsOf } from '../lists/contents.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'
import type { TestFolder } from '../testing/harness.ts'
import { decide } from './submit.ts'
import { domain, startWatched, users } from './testing/watched.ts'

let folder: TestFolder

/** What a list lets happen: until when, by who writes or is written to and how that is proven. */
type Reach = ReadonlyMap<string, number>

const addresses = ['a@x.test', 'k@open.test', 'no@open.test', 'gu@other.test', 'b@evil.test', 'carol@corp.test']

/** Asked of the lists alone, address by address, as a client asks them: it knows nothing of the rule under test. */
async function reachOf(store: Store): Promise<Reach> {
  const reach = new Map<string, number>()
  const organisation = await loadOrganisation(store)
  for (const user of await store.users.all()) {
    // Who is of outside comes in by the list, once enabled; who is disabled finds again what others have seen.
    const isOfOutside = user.scope === 'external' || !user.address_key.endsWith(`@${domain}`)
    const isOutsider = isOfOutside && user.state === 'active'
    const list = await store.lists.ofUser(user.id)
    if (!list) continue
    const byKey = new Map(
      (await contentsOf(store, list, organisation)).map((one) => [one.key, entryFromText(one.json)]),
    )
    for (const address of new Set([...addresses, ...byKey.keys()])) {
      const entry = byKey.get(address) ?? byKey.get(address.slice(address.indexOf('@')))
      if (!entry || entry.o === 'n') continue
      const level = entry.a ?? (entry.s === 'int' ? 'login' : 'dmarc')
      const isInside = address.endsWith(`@${domain}`) && level === 'login'
      if (isInside && !isOutsider) continue
      const until = entry.x ?? Number.POSITIVE_INFINITY
      if (entry.o !== 'r') reach.set(`${user.id} to ${address}`, until)
      // A login proves only who has an account, so it comes to nothing more where something else proved before.
      if (entry.o !== 's') reach.set(`${user.id} from ${address} by ${level}`, until)
    }
  }
  return reach
}

function grownIn(before: Reach, after: Reach): readonly string[] {
  const isThere = (name: string, until: number) =>
    [...before].some(([old, end]) => end >= until && (old === name || stronger(old) === name))
  return [...after].filter(([name, until]) => !isThere(name, until)).map(([name]) => name)
}

function stronger(name: string): string {
  return name.replace(/ by (dmarc|dkim:.*)$/, ' by login')
}

describe('whatever one person does in whatever order', () => {
  beforeAll(async () => {
    folder = await startWatched()
  })
  afterAll(() => folder.close())

  const user = constantFrom(...users, 'gu')
  const end = constantFrom('2030-01-31', '2031-01-31', 'never')
  const unit = constantFrom('all', 'group:g', 'group:out', 'user:gu', 'user:bob', 'department:D')
  const contact = record(
    {
      address: constantFrom(...addresses, '@open.test'),
      scope: constantFrom('internal' as const, 'external' as const),
      proof: constantFrom('', 'login', 'dmarc', 'dkim:attack.test', 'key:AAAA', 'key:BBBB'),
      direction: constantFrom('both' as const, 'send' as const, 'receive' as const),
      expires: end,
    },
    { requiredKeys: ['address'] },
  )
  const change = tuple(
    constantFrom('add', 'set', 'set', 'remove', 'person', 'state', 'join', 'leave', 'open', 'domain', 'deny', 'policy'),
    record({
      user,
      contact,
      unit,
      other: unit,
      address: constantFrom(...addresses),
      group: constantFrom('g', 'in', 'out'),
      own: constantFrom('@corp.test', '@evil.test'),
      end,
      flag: constantFrom(true, false),
      department: constantFrom('D', 'Guests', ''),
    }),
  ).map(([what, of]): Change => {
    const { user: login, flag } = of
    if (what === 'add') return { op: 'contact.add', user: login, contact: { name: 'N', ...of.contact } }
    if (what === 'set') return { op: 'contact.set', user: login, address: of.address, changes: of.contact }
    if (what === 'remove') return { op: 'contact.remove', user: login, address: of.address }
    if (what === 'person') {
      const address = { address: `${login}${of.own}` }
      const changes = { department: of.department, expires: of.end, ...(flag ? address : {}) }
      return { op: 'user.set', user: login, changes }
    }
    if (what === 'state') return { op: flag ? 'user.enable' : 'user.disable', user: login }
    if (what === 'join') return { op: 'group.join', group: of.group, user: login }
    if (what === 'leave') return { op: 'group.leave', group: of.group, user: login }
    if (what === 'open') return { op: 'rule.open', a: of.unit, b: of.other }
    if (what === 'domain')
      return { op: 'rule.domain', domain: '@open.test', for: of.unit, proof: flag ? 'dmarc' : 'dkim:attack.test' }
    if (what === 'deny') return { op: 'rule.deny', what: of.address, user: login }
    return { op: 'policy.set', changes: { everyone: flag, domains: of.department !== '' } }
  })

  test('no list gains an address of outside, or a weaker proof, without a second one', async () => {
    const { administration } = folder
    const { store } = administration
    let before = await reachOf(store)
    const seen = { alone: 0, waited: 0 }
    // The second person says yes to some of it, so that there is something to lose.
    const step = asyncProperty(change, constantFrom(true, false), async (one, isApproved) => {
      const done = await administration.run([one])
      // Also where it waits: who is to be disabled is out at once.
      expect({ one, grown: grownIn(before, await reachOf(store)) }).toEqual({ one, grown: [] })
      if (done.ok && 'pending' in done) {
        seen.waited += 1
        await decide(store, { id: done.pending, who: 'another', approve: isApproved })
        await administration.carryOut()
      } else seen.alone += done.ok ? 1 : 0
      before = await reachOf(store)
    })
    await assert(step, { numRuns: 200, endOnFailure: true })
    expect(Math.min(seen.alone, seen.waited)).toBeGreaterThan(10)
  })
})
