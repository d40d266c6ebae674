import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBody, encodeBody } from './body.ts'
import { toBase64, toHex } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import {
  applyOps,
  collapse,
  differenceOf,
  differenceOfOps,
  inOrder,
  type ListEntries,
  listEntries,
  type Op,
  opText,
} from './delta.ts'
import { type Entry, entryText, isEntry, leafOf, leafOfText } from './entry.ts'
import { stateRoot } from './state-root.ts'
import { testEntry } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const put = (i: number, rev = 1): Op => ({ op: 'put', e: testEntry(i, { rev, r: `revision ${rev}` }) })
const del = (i: number): Op => ({ op: 'del', id: testEntry(i).id })
const listOf = (...entries: readonly Entry[]): ListEntries => {
  const list = listEntries(primitives, entries)
  if (!list) throw new Error('no id twice')
  return list
}
const rootOf = (list: ListEntries): string =>
  toHex(
    stateRoot(
      primitives,
      [...list.values()].map(({ leaf }) => leaf),
      list.size,
    ),
  )

describe('entries (protocol 3.2)', () => {
  const full: Entry = { ...testEntry(1), a: 'dkim:example.org', g: ['Sales', '業務'], o: 's', x: 1_800_000_000_000 }

  it('have one text, whatever order their keys come in, and the leaf of that text', () => {
    const text = entryText(full)
    expect(text).toBe(entryText(Object.fromEntries(Object.entries(full).reverse()) as Entry))
    expect(Object.keys(JSON.parse(text))).toEqual(['a', 'g', 'id', 'k', 'm', 'n', 'o', 'r', 'rev', 's', 'x'])
    for (const entry of [full, testEntry(2)]) {
      expect(leafOf(primitives, entry)).toEqual(leafOfText(primitives, entryText(entry)))
    }
  })

  it.each([
    ['id with a space', { id: 'c 1' }],
    ['empty id', { id: '' }],
    ['id of 65', { id: 'c'.repeat(65) }],
    ['id outside ASCII', { id: '林' }],
    ['revision 0', { rev: 0 }],
    ['revision as text', { rev: '1' }],
    ['name of 201', { n: 'n'.repeat(201) }],
    ['name as a number', { n: 1 }],
    ['scope', { s: 'both' }],
    ['level', { a: 'spf' }],
    ['level with a bad domain', { a: 'dkim:EXAMPLE.org' }],
    ['expiry before time', { x: -1 }],
    ['groups as text', { g: 'Sales' }],
    ['33 groups', { g: Array.from({ length: 33 }, () => 'x') }],
    ['direction', { o: 'b' }],
    ['unknown member', { z: 1 }],
  ])('are refused with a bad %s', (_, over) => {
    expect(isEntry({ ...full, ...over })).toBe(false)
    expect(isEntry(full)).toBe(true)
  })

  it('are refused without a member, as a list, as nothing', () => {
    for (const key of ['id', 'rev', 'n', 'k', 'm', 'r', 's']) {
      expect(isEntry(Object.fromEntries(Object.entries(full).filter(([name]) => name !== key)))).toBe(false)
    }
    for (const value of [[], null, undefined, 'x', 1]) expect(isEntry(value)).toBe(false)
  })
})

describe('the state root (protocol 3.3)', () => {
  it('depends on every leaf, their order and their number', () => {
    const leaves = [1, 2, 3].map((i) => leafOf(primitives, testEntry(i)))
    const roots = [leaves, [...leaves].reverse(), leaves.slice(1), []].map((l) =>
      toHex(stateRoot(primitives, l, l.length)),
    )
    expect(new Set(roots).size).toBe(4)
  })

  it('throws on a wrong count or a wrong leaf: a bug of the caller', () => {
    const leaf = leafOf(primitives, testEntry(1))
    expect(() => stateRoot(primitives, [leaf], 2)).toThrow('number of leaves')
    expect(() => stateRoot(primitives, [leaf.subarray(1)], 1)).toThrow('32 bytes')
  })
})

describe('operations', () => {
  const base = listOf(testEntry(1), testEntry(3), testEntry(5))

  it('are applied to a copy, in order of id, wherever they fall', () => {
    const after = applyOps(primitives, base, [put(6), put(3, 2), put(0), del(5), put(4)])
    expect([...(after?.keys() ?? [])]).toEqual([0, 1, 3, 4, 6].map((i) => testEntry(i).id))
    expect(after?.get(testEntry(3).id)?.entry.rev).toBe(2)
    expect([...base.keys()]).toEqual([1, 3, 5].map((i) => testEntry(i).id))
    expect(after && rootOf(after)).toBe(
      rootOf(
        listOf(
          testEntry(0, { r: 'revision 1' }),
          testEntry(1),
          testEntry(3, { rev: 2, r: 'revision 2' }),
          testEntry(4, { r: 'revision 1' }),
          testEntry(6, { r: 'revision 1' }),
        ),
      ),
    )
  })

  it('are refused: an unknown id deleted, an id twice', () => {
    expect(applyOps(primitives, base, [del(2)])).toBeUndefined()
    expect(applyOps(primitives, base, [put(2), put(2, 2)])).toBeUndefined()
    expect(applyOps(primitives, base, [del(1), put(1)])).toBeUndefined()
    expect(listEntries(primitives, [testEntry(1), testEntry(1)])).toBeUndefined()
    expect(inOrder([...base.values(), ...base.values()])).toBeUndefined()
  })

  it('collapse: one for each id; added and deleted leaves nothing', () => {
    const ops = collapse([[put(7), put(3, 2)], [put(7, 2), del(1)], [del(7), put(3, 3)], [put(8)]])
    expect(ops).toEqual([del(1), put(3, 3), put(8)])
    expect(collapse([[del(1)], [put(1)]])).toEqual([put(1)])
    expect(collapse([])).toEqual([])
  })

  it('collapsed and one by one lead to the same list, and differences tell what changed', () => {
    const step = fc.record({ i: fc.nat(7), kind: fc.constantFrom('put', 'del') })
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 12 }), (plan) => {
        let list = base
        const versions: (readonly Op[])[] = []
        for (const steps of plan) {
          const ops: Op[] = []
          for (const { i, kind } of steps) {
            const old = list.get(testEntry(i).id)
            if (ops.some((op) => (op.op === 'put' ? op.e.id : op.id) === testEntry(i).id)) continue
            if (kind === 'put') ops.push(put(i, (old?.entry.rev ?? 0) + 1))
            else if (old) ops.push(del(i))
          }
          versions.push(ops)
          list = applyOps(primitives, list, ops) ?? list
        }
        const collapsed = collapse(versions)
        const direct = applyOps(primitives, base, collapsed)
        if (!direct) throw new Error('collapsed operations apply')
        expect(rootOf(direct)).toBe(rootOf(list))
        const byOps = differenceOfOps(base, collapsed)
        const byList = differenceOf(base, list)
        expect(byOps.added).toEqual(byList.added)
        expect(byOps.removed).toEqual(byList.removed)
        expect(byOps.changed).toEqual(expect.arrayContaining([...byList.changed]))
      }),
      { numRuns: 100 },
    )
  })
})

describe('the body (protocol 3.6)', () => {
  const hdr = { org: 'o', usr: 'u', dev: 'd', lst: 'l', ep: 1, ver: 2, from: 1, non: toBase64(new Uint8Array(24)) }

  it('is canonical in both forms', () => {
    const ops = [put(1), del(2)]
    expect(decodeBody(encodeBody(hdr, { kind: 'delta', ops }))).toEqual({ hdr, kind: 'delta', ops })
    const entries = [testEntry(1), testEntry(2)]
    const parts = { ...hdr, part: 0, parts: 2 }
    expect(decodeBody(encodeBody(parts, { kind: 'full', entries: entries.map(entryText) }))).toEqual({
      hdr: parts,
      kind: 'full',
      entries,
    })
    expect(decodeBody(encodeBody(hdr, { kind: 'full', entries: [] }))).toEqual({ hdr, kind: 'full', entries: [] })
  })

  it.each(['[', '{"op":"put"}', '{"e":1,"op":"put"}', '{"id":"a","op":"put"}', '{"id":"a","op":"move"}', '1', '[]'])(
    'is refused with the operation %s',
    (op) => {
      const text = new TextDecoder()
        .decode(encodeBody(hdr, { kind: 'delta', ops: [] }))
        .replace('"ops":[]', `"ops":[${op}]`)
      expect(decodeBody(new TextEncoder().encode(text))).toBeUndefined()
    },
  )

  it('writes an operation as its version keeps it', () => {
    expect(opText(del(1))).toBe('{"id":"c000001","op":"del"}')
  })
})
