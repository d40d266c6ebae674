import { array, assert, constantFrom, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Entry, entryText } from '../../shared/whitelist/entry.ts'
import { type Core, draftHead, emptyAcc, type Head } from '../../shared/whitelist/head.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import { primitives } from '../ground/primitives.ts'
import { createPool, pack, unpack } from './bundle.ts'
import { unknownIn, type Verified, verifyDraft } from './check-draft.ts'
import { baseOf, type SignedLists, withTaken } from './signed-lists.ts'
import { visible, wordsOf } from './words.ts'

const pool = createPool()
const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id,
  rev: 1,
  n: id,
  k: '',
  m: `${id}@partner.example`,
  r: '',
  s: 'ext',
  ...more,
})
const pooled = (one: Entry) => {
  const made = pool.of(entryText(one))
  if (!made) throw new Error('no entry')
  return made
}

function headOf(entries: readonly Entry[], acc: string, more: Partial<Core> = {}): Head {
  const leaves = entries.map((one) => pooled(one).leaf)
  const root = toHex(stateRoot(primitives, leaves, leaves.length))
  const identity = { t: 'core', org: 'o', usr: 'alice', lst: 'L-alice', ep: 1, ver: 1 } as const
  const times = { iat: 1, exp: 2 }
  return draftHead(primitives, { ...identity, ...times, root, cnt: entries.length, pol: { on: 'block' }, ...more }, acc)
    .head
}

const operations = (...put: readonly Entry[]) => ({ gone: [], put: put.map(pooled) })
const [a, b] = [entry('a'), entry('b')]
const first = headOf([a], emptyAcc)

function verified(
  heads: readonly Head[],
  ops: readonly ReturnType<typeof operations>[],
  signed: SignedLists,
): Verified {
  const done = verifyDraft({ heads, operations: ops, contents: new Map() }, signed, pool)
  if (!done.ok) throw new Error(done.why)
  return done.value
}

/** Alice's list with one entry, signed and taken. */
const signed = withTaken(verified([first], [operations(a)], new Map()).signed, ['alice'])

function tried(head: Head, ops = operations()) {
  return verifyDraft({ heads: [head], operations: [ops], contents: new Map() }, signed, pool)
}

describe('a draft', () => {
  test('renewed without a change: only where the root is the same', () => {
    const { changes } = verified([headOf([a], first.acc, { ver: 2 })], [operations()], signed)
    expect(wordsOf(changes).slice(1)).toEqual(['alice: unchanged, renewed'])
    expect(tried(headOf([a, b], first.acc, { ver: 2 }))).toMatchObject({ ok: false })
  })

  test('changed fields and policy are told, and what does not show is told by its number', () => {
    const after = entry('a', { rev: 2, n: 'Ann\u202e', m: 'ann@partner.example', x: 0, g: ['x'] })
    const head = headOf([after], first.acc, { ver: 2, pol: { on: 'internal', days: 30 } })
    const { changes } = verified([head], [operations(after)], signed)
    expect(wordsOf(changes).slice(1)).toEqual([
      'alice: policy: on block -> days 30, on internal',
      'alice: ~ a@partner.example -> ann@partner.example: name a -> Ann\\u{202e}, until none -> never, groups none -> x',
    ])
  })

  test('several versions of a list at once are checked one by one and taken together', () => {
    const second = headOf([a, b], first.acc, { ver: 2 })
    const third = headOf([a, b], second.acc, { ver: 3, pol: { on: 'internal' } })
    const done = verified([second, third], [operations(b), operations()], signed)
    expect(done.signed.get('alice')?.map(({ version, isTaken }) => [version, isTaken])).toEqual([
      [1, true],
      [3, false],
    ])
    const wrong = verifyDraft(
      { heads: [second, second], operations: [operations(b), operations()], contents: new Map() },
      signed,
      pool,
    )
    expect(wrong).toMatchObject({ ok: false, why: expect.stringContaining('version 2 was signed before') })
  })

  test('a new epoch is shown whole; an older one is refused', () => {
    const next = headOf([a, b], first.acc, { ver: 2, ep: 2 })
    expect(unknownIn([next], signed)).toEqual(['L-alice'])
    const contents = new Map([['L-alice', { version: 1, acc: first.acc, entries: [pooled(a)] }]])
    const done = verifyDraft({ heads: [next], operations: [operations(b)], contents }, signed, pool)
    if (!done.ok) throw new Error(done.why)
    expect(wordsOf(done.value.changes)).toContain('alice: a new epoch, so shown whole')
    expect(done.value.changes[0]?.entries).toHaveLength(2)
    const later = withTaken(done.value.signed, ['alice'])
    expect(baseOf(later.get('alice') ?? [], headOf([a], next.acc, { ver: 3 }))).toMatchObject({ kind: 'refused' })
  })

  test('signatures that were not taken do not pile up, and the one that was built on counts', () => {
    let lists = signed
    const tries = Array.from({ length: 10 }, (_, at) => headOf([a, b], first.acc, { ver: 2, iat: at }))
    for (const head of tries) lists = verified([head], [operations(b)], lists).signed
    expect(lists.get('alice')).toHaveLength(5)
    const last = tries.at(-1)
    const next = verified([headOf([a, b], last?.acc ?? '', { ver: 3 })], [operations()], lists)
    expect(next.signed.get('alice')?.map(({ version, isTaken }) => [version, isTaken])).toEqual([
      [2, true],
      [3, false],
    ])
  })
})

describe('a bundle', () => {
  test('gives back what was put in, in its order, each entry kept once', () => {
    const texts = uniqueArray(constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 10 })
    assert(
      property(array(texts, { maxLength: 20 }), (lists) => {
        const given = lists.map((ids) => ({ gone: ids, put: ids.map((id) => entryText(entry(id))) }))
        const back = unpack(pack(given), createPool())
        expect(back?.map(({ gone, put }) => ({ gone, put: put.map(({ text }) => text) }))).toEqual(given)
      }),
    )
  })

  test('anything else is refused', () => {
    const text = entryText(a)
    const made = (value: unknown) => unpack(primitives.compress(utf8(JSON.stringify(value))), createPool())
    const list = (put: string) => made({ entries: [text], lists: [{ gone: [], put }] })
    expect(list('0')).toHaveLength(1)
    const wrong = ['1', '0-1', '0 0', '0-', '-1', '0-0 0', ' 0', '0  0', '1-0', '0x0', '999999999999']
    expect(wrong.filter((put) => list(put) !== undefined)).toEqual([])
    expect(made({ entries: [`${text} `], lists: [] })).toBeUndefined()
    expect(made({ entries: ['{}'], lists: [] })).toBeUndefined()
    expect(made([])).toBeUndefined()
    expect(unpack(new Uint8Array(50), createPool())).toBeUndefined()
  })
})

test('hidden characters show as numbers', () => {
  expect(visible('a\u001b[2Kb\u200b王')).toBe('a\\u{1b}[2Kb\\u{200b}王')
})
