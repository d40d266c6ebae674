/** The number at the administration: what waits for a decision that this very user may make, and who is woken for it. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { guestMail, mail, type RequestWorld, requestWorld } from './requests/testing.ts'
import { decide } from './submit.ts'
import { countToDecide } from './to-decide.ts'

let world: RequestWorld

beforeEach(async () => {
  world = await requestWorld()
  await world.run({ op: 'role.set', user: 'alice', role: 'administrator' })
  await world.run({ op: 'role.set', user: 'bob', role: 'operator' })
})
afterEach(() => world.end())

/** For an administrator, an operator, an auditor, and everybody else. */
async function counts() {
  const deciders = [
    { user: 'alice', role: 'administrator' },
    { user: 'bob', role: 'operator' },
    { user: 'carol', role: 'auditor' },
    { user: 'carol', role: undefined },
  ] as const
  return Promise.all(deciders.map((decider) => countToDecide(world.administration, decider)))
}

/** Whose devices were woken since the last look. */
async function woken() {
  const { lists } = world.store
  const rows = await lists.announcedAfter(last)
  last = rows.at(-1)?.id ?? last
  return [...new Set(rows.filter(({ kind }) => kind === 'news').map(({ list }) => list))].sort()
}
let last = 0

test('requests that wait for the organisation, not those that wait for somebody else', async () => {
  last = 0
  await woken()
  await world.requests('carol', 'new@partner.example')
  expect(await woken()).toEqual(['L-alice', 'L-bob', 'L-carol'])
  await world.requests('carol', mail('bob'))
  await world.requests('carol', mail('nobody'))
  expect(await counts()).toEqual([1, 1, 0, 0])
  await world.addGuest('carol')
  await world.run({ op: 'policy.set', changes: { approval: 'sponsor' } })
  await world.requests('alice', guestMail)
  await world.answers('guest', await world.idOf('guest', 'incoming'), true)
  // The sponsor's, who is a user as any other.
  expect(await counts()).toEqual([1, 1, 0, 0])
  await world.run({ op: 'rule.deny', what: 'new@partner.example', user: 'carol' })
  expect(await counts()).toEqual([0, 0, 0, 0])
})

test('with four eyes a proposal waits for every administrator but its maker', async () => {
  await world.run({ op: 'policy.set', changes: { fourEyes: true } })
  last = 0
  await woken()
  const change = { op: 'contact.add', user: 'carol', contact: { address: 'x@evil.test', name: 'X' } } as const
  const asked = await world.administration.run([change])
  if (!asked.ok || !('pending' in asked)) throw new Error('nobody has to see it')
  const [proposal] = await world.store.administration.proposals('approval')
  expect(await woken()).toEqual(['L-alice', 'L-bob'])
  expect(await counts()).toEqual([proposal?.who === 'alice' ? 0 : 1, 0, 0, 0])
  const own = { user: proposal?.who ?? '', role: 'administrator' } as const
  expect(await countToDecide(world.administration, own)).toBe(0)
  await decide(world.store, { id: asked.pending, who: 'alice', approve: false })
  expect(await counts()).toEqual([0, 0, 0, 0])
})

test('messages that users ask for', async () => {
  const row = { user: 'carol', at: 5, recipient: mail('carol'), return_path: '', login: '', rule: 'I3' }
  const more = { reason: 'notListed', sender: 'z@else.test', subject: 's', size: 1, told: 1, raw: Buffer.from('x') }
  const [id = 0] = await world.store.quarantine.add([{ ...row, ...more }])
  expect(await counts()).toEqual([0, 0, 0, 0])
  await world.store.quarantine.move({ user: 'carol', id }, { from: ['kept'], to: 'asked', due: 0 })
  expect(await counts()).toEqual([1, 1, 0, 0])
})
