/** Attacks of protocol.md section 13 on what is sealed: the list itself. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeBody } from '../body.ts'
import { concat, fromHex, toBase64, utf8 } from '../bytes/encoding.ts'
import { nodePrimitives } from '../bytes/node-primitives.ts'
import type { Op } from '../delta.ts'
import { entryText } from '../entry.ts'
import { maxSealedBytes } from '../limits.ts'
import { type Sealed, sealBody, sealHash } from '../sealed.ts'
import { addOps, emptyList, nextVersion, openOf, testAnswer, testEntry, testRequest, testState } from '../testing.ts'
import { checkAnswer, type PartialList } from './check-answer.ts'
import type { SyncFailure } from './failures.ts'
import { attack, makeScene, rewritten } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const scene = makeScene(primitives)
const { org, list, request, context } = scene
const { keys, identity, random } = org
const honest = testAnswer(list, request)
const refused = (failure: SyncFailure, alarm = false) => ({ ok: false, failure, alarm })
const header = { ...identity, ep: 1, ver: 3, from: 2, non: request.non }
const device = keys.deviceBox.public

/** The honest statement over another sealed body, signed again by F: what a stolen F can do. */
function withSealed(sealed: Sealed) {
  const { bytes, seal, kc } = sealed
  return { ...rewritten(honest, { seal, kc }, keys.fresh, scene), sealed: bytes }
}
function withOps(ops: readonly Op[]) {
  return testAnswer(list, request, { content: { kind: 'delta', ops } })
}
const ops = list.ops[2] ?? []
const texts = [...list.entries.values()].map(({ entry }) => entryText(entry))
function withEntries(entries: readonly string[]) {
  return testAnswer(list, request, { content: { kind: 'full', entries, part: 0, parts: 1 } })
}

describe('section 13: operations and lists are authenticated by their result', () => {
  it('the honest delta and the honest full list pass', () => {
    expect(attack(scene, withOps(ops))).toMatchObject({ ok: true, kind: 'delta' })
    expect(attack(scene, withEntries(texts))).toMatchObject({ ok: true, kind: 'full' })
  })

  it('omitted operation', () => {
    expect(attack(scene, withOps(ops.slice(1)))).toEqual(refused('root', true))
    expect(attack(scene, withOps(ops.slice(0, 2)))).toEqual(refused('apply'))
  })

  it('added operation', () => {
    expect(attack(scene, withOps([...ops, { op: 'put', e: testEntry(99) }]))).toEqual(refused('apply'))
    expect(attack(scene, withOps([...ops, { op: 'put', e: testEntry(5, { m: 'evil@example.com' }) }]))).toEqual(
      refused('root', true),
    )
  })

  it('an operation doubled, and a deletion of what was never there', () => {
    expect(attack(scene, withOps([...ops, ...ops.slice(0, 1)]))).toEqual(refused('apply'))
    expect(attack(scene, withOps([...ops, { op: 'del', id: 'nobody' }]))).toEqual(refused('apply'))
  })

  it('truncated full list', () => {
    expect(attack(scene, withEntries(texts.slice(1)))).toEqual(refused('apply'))
    expect(attack(scene, withEntries([]))).toEqual(refused('apply'))
  })

  it('altered full list', () => {
    const altered = texts.map((text) => text.replace('contact.000005@example.org', 'contact.000005@example.com'))
    expect(altered).not.toEqual(texts)
    expect(attack(scene, withEntries(altered))).toEqual(refused('root', true))
  })

  it('duplicated full list, and one entry twice', () => {
    expect(attack(scene, withEntries([...texts, ...texts]))).toEqual(refused('apply'))
    expect(attack(scene, withEntries([...texts.slice(1), ...texts.slice(1, 2)]))).toEqual(refused('apply'))
  })

  it('entries in another order are the same list', () => {
    expect(attack(scene, withEntries([...texts].reverse()))).toMatchObject({ ok: true, kind: 'full' })
  })

  it('an entry with an unknown member, a missing one, or a duplicate key', () => {
    const [first = '', ...rest] = texts
    for (const bad of [
      first.replace('"s":', '"q":1,"s":'),
      first.replace(/"s":"(int|ext)"/, '"s":"both"'),
      first.replace('"rev":1', '"rev":1,"rev":1'),
      first.replace('"rev":1,', ''),
      first.replace('"rev":1', '"rev":1.0'),
    ]) {
      expect(bad).not.toBe(first)
      expect(attack(scene, withEntries([bad, ...rest]))).toEqual(refused('malformed'))
    }
  })
})

describe('section 13: header, key and box', () => {
  it.each([
    ['user', { usr: 'bob' }],
    ['device', { dev: 'd2' }],
    ['list', { lst: 'L-bob' }],
    ['organisation', { org: 'org2' }],
    ['epoch', { ep: 2 }],
    ['version', { ver: 4 }],
    ['base', { from: 1 }],
    ['nonce', { non: toBase64(new Uint8Array(24)) }],
  ])('cross-user body: sealed for another %s', (_, over) => {
    const body = encodeBody({ ...header, ...over }, { kind: 'delta', ops })
    expect(attack(scene, withSealed(sealBody(primitives, body, device, random)))).toEqual(refused('innerHeader'))
  })

  it('a full list where the statement says delta', () => {
    const body = encodeBody(header, { kind: 'full', entries: texts })
    expect(attack(scene, withSealed(sealBody(primitives, body, device, random)))).toEqual(refused('innerHeader'))
  })

  it('a body of a version in between', () => {
    const over = { from: 1 }
    expect(attack(scene, rewritten(honest, over, keys.fresh, scene))).toEqual(refused('innerHeader'))
  })

  it('wrong key commitment', () => {
    expect(attack(scene, rewritten(honest, { kc: '0'.repeat(64) }, keys.fresh, scene))).toEqual(refused('commitment'))
    expect(attack(scene, rewritten(honest, { kc: '' }, keys.fresh, scene))).toEqual(refused('commitment'))
  })

  it('wrong device key: sealed to somebody else', () => {
    const answer = testAnswer(list, request, { deviceBox: keys.otherBox.public })
    expect(attack(scene, answer)).toEqual(refused('box'))
    expect(attack(scene, honest, { boxSecret: keys.otherBox.secret })).toEqual(refused('box'))
  })

  it('sealed bytes changed, doubled, absent, of another form', () => {
    const sealed = honest.sealed ?? new Uint8Array(0)
    const { sealed: _, ...without } = honest
    const flipped = sealed.slice()
    flipped[200] = (flipped[200] ?? 0) ^ 1
    expect(attack(scene, { ...honest, sealed: flipped })).toEqual(refused('seal'))
    expect(attack(scene, { ...honest, sealed: concat(sealed, sealed) })).toEqual(refused('seal'))
    expect(attack(scene, without)).toEqual(refused('noBody'))
    for (const other of [Uint8Array.of(2, ...sealed.subarray(1)), sealed.subarray(0, 100), new Uint8Array(0)]) {
      const answer = { ...rewritten(honest, { seal: sealHash(primitives, other) }, keys.fresh, scene), sealed: other }
      expect(attack(scene, answer)).toEqual(refused('malformed'))
    }
    const broken = rewritten(honest, { seal: sealHash(primitives, flipped) }, keys.fresh, scene)
    expect(attack(scene, { ...broken, sealed: flipped })).toEqual(refused('secretbox'))
  })

  it('low-order key in the seal', () => {
    const sealed = (honest.sealed ?? new Uint8Array(0)).slice()
    const low = fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800') ?? new Uint8Array(0)
    for (const point of [low, new Uint8Array(32)]) {
      sealed.set(point, 1)
      const answer = { ...rewritten(honest, { seal: sealHash(primitives, sealed) }, keys.fresh, scene), sealed }
      expect(attack(scene, answer)).toEqual(refused('lowOrder'))
    }
  })

  it('a sealed object over the cap', () => {
    expect(attack(scene, { ...honest, sealed: new Uint8Array(maxSealedBytes + 1) })).toEqual(refused('tooLarge'))
  })

  it('a brotli bomb is refused, not expanded', () => {
    const bomb = sealBody(primitives, new Uint8Array(3 * maxSealedBytes), device, random)
    expect(bomb.bytes.length).toBeLessThan(100_000)
    expect(attack(scene, withSealed(bomb))).toEqual(refused('bomb'))
  })

  it('padding that is not zero or not the least', () => {
    const plain = { ...primitives, compress: (bytes: Uint8Array) => bytes }
    const body = encodeBody(header, { kind: 'delta', ops })
    const content = concat(Uint8Array.of(0, 0, body.length >> 8, body.length & 255), body)
    const pad = (length: number) => concat(content, new Uint8Array(length - content.length))
    const dirty = pad(4096)
    dirty[4095] = 1
    for (const bad of [dirty, pad(8192), pad(content.length + 1)]) {
      const padding = {
        ...plain,
        secretbox: (m: Uint8Array, n: Uint8Array, k: Uint8Array) => plain.secretbox(m.length >= 4096 ? bad : m, n, k),
      }
      const answer = withSealed(sealBody(padding, body, device, random))
      const verdict = attack(scene, answer)
      expect(verdict).toEqual(refused(bad.length < 4096 ? 'malformed' : 'padding'))
    }
  })

  it('a body that is no body', () => {
    for (const text of ['', '{}', '[]', '{"entries":[],"hdr":{},"t":"body"}', 'null', '{"__proto__":{}}']) {
      expect(attack(scene, withSealed(sealBody(primitives, utf8(text), device, random)))).toEqual(refused('malformed'))
    }
  })
})

describe('section 13: parts', () => {
  const large = nextVersion(emptyList(org), addOps(1, 12))
  const all = [...large.entries.values()].map(({ entry }) => entryText(entry))
  const empty = testState(org)
  const answerPart = (part: number, over: { parts?: number; from?: typeof large } = {}) => {
    const asked = testRequest(org, empty, { part })
    const parts = over.parts ?? 3
    const content = { kind: 'full', entries: all.slice(part * 4, part * 4 + 4), part, parts } as const
    return { asked, answer: testAnswer(over.from ?? large, asked, { content }) }
  }
  const take = (part: number, parts: PartialList | undefined, made = answerPart(part)) =>
    checkAnswer(empty, { ...openOf(made.asked), ...(parts && { parts }) }, made.answer, context)
  const partialAfter = (count: number): PartialList => {
    let parts: PartialList | undefined
    for (let part = 0; part < count; part++) {
      const checked = take(part, parts)
      if (!checked.ok || checked.step !== 'part') throw new Error('a part')
      parts = checked.partial
    }
    if (!parts) throw new Error('at least one part')
    return parts
  }

  it('all in order are one list, applied only with the last', () => {
    const parts = partialAfter(2)
    expect(parts).toMatchObject({ ver: 1, total: 3, received: [{ length: 4 }, { length: 4 }] })
    expect(take(2, parts)).toMatchObject({
      ok: true,
      step: 'applied',
      kind: 'full',
      state: { ver: 1, core: { cnt: 12 } },
    })
  })

  it('missing: the last without the middle', () => {
    expect(take(2, partialAfter(1))).toEqual(refused('partsChanged'))
    expect(take(1, undefined)).toEqual(refused('partsChanged'))
  })

  it('doubled: the same part again, under another number', () => {
    const asked = testRequest(org, empty, { part: 1 })
    const content = { kind: 'full', entries: all.slice(0, 4), part: 1, parts: 3 } as const
    const doubled = checkAnswer(
      empty,
      { ...openOf(asked), parts: partialAfter(1) },
      testAnswer(large, asked, { content }),
      context,
    )
    if (!doubled.ok || doubled.step !== 'part') throw new Error('only the whole can tell')
    expect(take(2, doubled.partial)).toEqual(refused('apply'))
    expect(take(0, partialAfter(1))).toEqual(refused('partsChanged'))
  })

  it('out of order: another part than was asked for', () => {
    const asked = testRequest(org, empty, { part: 1 })
    const content = { kind: 'full', entries: all.slice(8), part: 2, parts: 3 } as const
    const answer = testAnswer(large, asked, { content })
    expect(checkAnswer(empty, { ...openOf(asked), parts: partialAfter(1) }, answer, context)).toEqual(
      refused('partsChanged'),
    )
  })

  it('another number of parts, or another version in between', () => {
    expect(take(1, partialAfter(1), answerPart(1, { parts: 4 }))).toEqual(refused('partsChanged'))
    const moved = nextVersion(large, [{ op: 'put', e: testEntry(1, { rev: 2 }) }])
    expect(take(1, partialAfter(1), answerPart(1, { from: moved }))).toEqual(refused('partsChanged'))
  })

  it('a delta that arrives as a list in parts is asked for, or a list in one piece', () => {
    const { asked } = answerPart(1)
    const whole = testAnswer(large, asked, { content: { kind: 'full', entries: all, part: 0, parts: 1 } })
    expect(checkAnswer(empty, { ...openOf(asked), parts: partialAfter(1) }, whole, context)).toEqual(
      refused('partsChanged'),
    )
  })
})
