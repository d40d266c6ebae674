import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../bytes/encoding.ts'
import { nodePrimitives } from '../bytes/node-primitives.ts'
import { entryText } from '../entry.ts'
import { decodeFresh } from '../fresh.ts'
import { entriesPerPart, maxChain, maxDeltaVersions, maxFreshLife, partsAbove } from '../limits.ts'
import {
  addOps,
  emptyList,
  nextVersion,
  openOf,
  testAnswer,
  testEntry,
  testNow,
  testOrg,
  testRequest,
  testState,
} from '../testing.ts'
import { isTooFarBehind, type ListFacts, mayDelta, needsChain, planAnswer } from './answer.ts'
import { checkAnswer, type PartialList } from './check-answer.ts'

const primitives = nodePrimitives(crypto, zlib)
const org = testOrg(primitives)
const at = (ver: number, over: object = {}) => testRequest(org, { ...testState(org), ep: 1, ver }, over)
const facts: ListFacts = { ep: 1, ver: 5_000, count: 10_000, size: 1_880_000, opsSize: 1_000 }

describe('what the server sends (protocol 6)', () => {
  it('none, if the version is equal', () => {
    expect(planAnswer(at(5_000), facts)).toEqual({ kind: 'none' })
  })

  it('delta, up to 1,000 versions and half the size of the list', () => {
    expect(planAnswer(at(5_000 - maxDeltaVersions), facts)).toEqual({ kind: 'delta' })
    expect(planAnswer(at(4_999), { ...facts, opsSize: 940_000 })).toEqual({ kind: 'delta' })
    const whole = { kind: 'full', part: 0, parts: 1, offset: 0, limit: 10_000 }
    expect(planAnswer(at(4_999 - maxDeltaVersions), facts)).toEqual(whole)
    expect(planAnswer(at(4_999), { ...facts, opsSize: 940_001 })).toEqual(whole)
  })

  it('full: without a list, of another epoch, when asked for, from a version that never was', () => {
    for (const request of [at(0), at(4_999, { ep: 0 }), at(5_000, { want: 'full' }), at(5_001)]) {
      expect(planAnswer(request, facts)).toMatchObject({ kind: 'full', parts: 1 })
    }
  })

  it('in parts of 512 entries over 2 MB, the last one short, the first where a part is beyond', () => {
    const large = { ...facts, count: 100_000, size: partsAbove + 1 }
    expect(planAnswer(at(0), large)).toEqual({ kind: 'full', part: 0, parts: 196, offset: 0, limit: entriesPerPart })
    expect(planAnswer(at(0, { part: 195 }), large)).toMatchObject({ part: 195, offset: 195 * entriesPerPart })
    expect(planAnswer(at(0, { part: 196 }), large)).toMatchObject({ part: 0, offset: 0 })
  })

  it('a chain for whoever follows a history, as long as it may be', () => {
    expect(needsChain(at(4_999), facts)).toBe(true)
    expect(needsChain(at(5_000), facts)).toBe(false)
    expect(needsChain(at(0), facts)).toBe(false)
    expect(needsChain(at(4_999, { ep: 2 }), facts)).toBe(false)
    expect(mayDelta(at(4_999, { want: 'full' }), facts)).toBe(false)
    expect(isTooFarBehind(at(1), { ep: 1, ver: maxChain + 1 })).toBe(false)
    expect(isTooFarBehind(at(1), { ep: 1, ver: maxChain + 2 })).toBe(true)
  })

  it('a statement that lives less than a quarter of an hour', () => {
    const answer = testAnswer(nextVersion(emptyList(org), addOps(1, 3)), at(0))
    const fresh = decodeFresh(answer.fresh)
    expect((fresh?.exp ?? 0) - (fresh?.iat ?? 0)).toBeLessThanOrEqual(maxFreshLife)
    expect(fresh?.iat).toBe(testNow)
  })
})

it('a list of 14,500 goes in 29 parts and arrives whole', () => {
  const list = nextVersion(emptyList(org), addOps(1, 14_500))
  const texts = [...list.entries.values()].map(({ entry }) => entryText(entry))
  const size = utf8(texts.join(',')).length
  expect(size).toBeGreaterThan(partsAbove)
  const state = testState(org)
  const context = { now: testNow, primitives, boxSecret: org.keys.deviceBox.secret }
  const take = (part: number, parts: PartialList | undefined) => {
    const request = testRequest(org, state, { part })
    const plan = planAnswer(request, { ep: 1, ver: 1, count: texts.length, size })
    if (plan.kind !== 'full') throw new Error('a part of a full list')
    const entries = texts.slice(plan.offset, plan.offset + plan.limit)
    const answer = testAnswer(list, request, { content: { ...plan, entries } })
    return checkAnswer(state, { ...openOf(request), ...(parts && { parts }) }, answer, context)
  }
  let parts: PartialList | undefined
  for (let part = 0; part < 28; part++) {
    const checked = take(part, parts)
    if (!checked.ok || checked.step !== 'part') throw new Error('a part')
    expect(checked.partial).toMatchObject({ total: 29, received: { length: part + 1 } })
    parts = checked.partial
  }
  const done = take(28, parts)
  expect(done).toMatchObject({ ok: true, step: 'applied', kind: 'full', state: { core: { cnt: 14_500 } } })
  if (!done.ok || done.step !== 'applied') throw new Error('applied')
  expect(done.state.entries.get(testEntry(14_500).id)).toEqual(list.entries.get(testEntry(14_500).id))
})
