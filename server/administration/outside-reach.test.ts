import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { type Entry, entryText } from '../../shared/whitelist/entry.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { createReach } from './outside-reach.ts'

const domain = 'corp.test'
const inside: Entry = { id: 'c1', rev: 1, n: 'I', k: '', m: 'in@corp.test', r: '', s: 'int' }
const outside: Entry = { id: 'c2', rev: 1, n: 'O', k: '', m: 'out@other.test', r: '', s: 'ext' }
const open: Entry = { ...outside, id: 'd.1', m: '@other.test' }
const closed: Entry = { ...outside, id: 'x.1', o: 'n' }

function step(before: readonly Entry[], after: readonly Entry[], isGuests = false, open = ['@other.test']): boolean {
  return createReach(domain)({
    open: new Set(open),
    isGuests,
    before: before.map(entryText),
    after: after.map(entryText),
  })
}

describe('somebody is let in', () => {
  test.each<[string, readonly Entry[], readonly Entry[]]>([
    ['an address of outside is listed', [], [outside]],
    ['one that says it is inside', [], [{ ...outside, s: 'int' }]],
    ['a whole domain is listed', [], [open]],
    ['an entry has another address', [inside], [{ ...inside, m: 'other@other.test' }]],
    ['an address may also write', [{ ...outside, o: 's' }], [outside]],
    ['an address may also be written to', [{ ...outside, o: 'r' }], [outside]],
    ['its time is longer', [{ ...outside, x: 1 }], [{ ...outside, x: 2 }]],
    ['it counts as inside', [outside], [{ ...outside, s: 'int', a: 'key:AAAA' }]],
    ['its proof is weaker', [{ ...outside, a: 'key:AAAA' }], [{ ...outside, a: 'dmarc' }]],
    ['its proof is another key', [{ ...outside, a: 'key:AAAA' }], [{ ...outside, a: 'key:BBBB' }]],
    ['its proof is a signer that nobody has looked at', [outside], [{ ...outside, a: 'dkim:attack.test' }]],
    ['its proof is a key that nobody has looked at', [outside], [{ ...outside, a: 'key:AAAA' }]],
    ['its proof is a login in place of a key', [{ ...outside, a: 'key:AAAA' }], [{ ...outside, a: 'login' }]],
    ['a signer proves somebody inside', [inside], [{ ...inside, a: 'dkim:attack.test' }]],
    ['a key proves somebody inside', [inside], [{ ...inside, a: 'key:AAAA' }]],
    ['somebody inside is listed who is proven by a key', [], [{ ...inside, a: 'key:AAAA' }]],
    ['somebody inside is listed who is proven by the domain', [], [{ ...inside, a: 'dmarc' }]],
    ['somebody inside is proven by a key for longer', [{ ...inside, a: 'key:A', x: 1 }], [{ ...inside, a: 'key:A' }]],
    ['an address that asks for a key goes, and its domain stays', [{ ...outside, a: 'key:AAAA' }], []],
    ['an address goes, and its domain stays, perhaps by another key', [outside], []],
    ['the proof of somebody inside is weaker', [inside], [{ ...inside, a: 'dmarc' }]],
    ['an address is closed no more in a domain that stays open', [closed], []],
  ])('%s', (_what, before, after) => expect(step(before, after)).toBe(true))

  test('a guest lists somebody inside', () => expect(step([], [inside], true)).toBe(true))
})

describe('nobody is let in', () => {
  test.each<[string, readonly Entry[], readonly Entry[]]>([
    ['an address of inside is listed', [], [inside]],
    ['its name is another', [outside], [{ ...outside, n: 'P', rev: 2 }]],
    ['it may only be written to', [outside], [{ ...outside, o: 's' }]],
    ['its time is shorter', [outside], [{ ...outside, x: 2 }]],
    ['its proof is stronger', [outside], [{ ...outside, a: 'login' }]],
    ['somebody inside is proven by login in so many words', [inside], [{ ...inside, a: 'login' }]],
    ['the same address by another entry', [outside], [{ ...outside, id: 'u.o', m: 'OUT@other.test' }]],
    ['an address is closed', [outside], [closed]],
  ])('%s', (_what, before, after) => expect(step(before, after)).toBe(false))
})

test.each<[string, readonly Entry[], readonly Entry[]]>([
  ['an address that asks for a key goes with its domain', [open, { ...outside, a: 'key:AAAA' }], []],
  ['a domain goes, with what was closed in it', [open, closed], []],
])('%s, and no other rule opens it', (_what, before, after) => expect(step(before, after, false, [])).toBe(false))

test('a domain goes, and another rule opens it, perhaps by another proof', () => expect(step([open], [])).toBe(true))

test('where its domain is not open, an address goes at once', () => expect(step([outside], [], false, [])).toBe(false))

test('where its domain is not open, an address that asks for a key goes at once', () =>
  expect(step([{ ...outside, a: 'key:AAAA' }], [], false, [])).toBe(false))

describe('with four eyes', () => {
  let folder: TestFolder
  beforeEach(async () => {
    folder = await testFolder(['alice', 'bob'], { domain })
    const guest = { op: 'user.add', user: 'gu', name: 'Gu', scope: 'external', address: 'gu@other.test' } as const
    await folder.administration.run([
      guest,
      { op: 'group.put', group: 'g', title: 'G' },
      { op: 'group.join', group: 'g', user: 'alice' },
      { op: 'policy.set', changes: { fourEyes: true } },
    ])
  })
  afterEach(() => folder.close())

  async function needs(...changes: readonly Change[]): Promise<string> {
    const done = await folder.administration.run(changes)
    if (!done.ok) throw new Error(JSON.stringify(done.faults))
    return 'pending' in done ? done.needs : 'nobody'
  }

  test('it is the effect that counts, not what the change is called', async () => {
    expect(await needs({ op: 'user.set', user: 'gu', changes: { sponsor: 'bob' } })).toBe('approval')
    expect(await needs({ op: 'group.join', group: 'g', user: 'gu' })).toBe('approval')
    expect(await needs({ op: 'rule.open', a: 'user:gu', b: 'user:bob' })).toBe('approval')
    expect(await needs({ op: 'user.disable', user: 'gu' })).toBe('nobody')
    expect(await needs({ op: 'user.enable', user: 'gu' })).toBe('approval')
    // Nothing is open to domains yet: this lets nobody in, and the rule that does waits.
    expect(await needs({ op: 'policy.set', changes: { domains: true } })).toBe('nobody')
    expect(await needs({ op: 'rule.domain', domain: '@other.test', for: 'all' })).toBe('approval')
    expect(await needs({ op: 'group.join', group: 'g', user: 'bob' })).toBe('nobody')
    expect(await needs({ op: 'rule.deny', what: 'gu@other.test' })).toBe('nobody')
    expect(await needs({ op: 'role.set', user: 'bob', role: 'administrator' })).toBe('approval')
    expect(await needs({ op: 'role.set', user: 'bob', role: 'auditor' })).toBe('nobody')
    expect(await needs({ op: 'policy.set', changes: { fourEyes: false } })).toBe('approval')
  })
})
