import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { nodeBrotli, nodePrimitives } from '../bytes/node-primitives.ts'
import { naclPrimitives } from '../bytes/testing/nacl-primitives.ts'
import { signCommand } from '../command.ts'
import {
  addOps,
  emptyList,
  headLife,
  nextVersion,
  openOf,
  testAnswer,
  testEntry,
  testNow,
  testRequest,
  testState,
} from '../testing.ts'
import { checkAnswer } from './check-answer.ts'
import { follow, makeScene, snapshot } from './testing.ts'

const node = nodePrimitives(crypto, zlib)
const scene = makeScene(node)
const { org, list, state, request, open, context } = scene
const ids = (...numbers: readonly number[]) => numbers.map((i) => testEntry(i).id)

describe('honest answers pass (protocol 13)', () => {
  it('full, to a device without a list', () => {
    const empty = testState(org)
    const asked = testRequest(org, empty)
    const checked = checkAnswer(empty, openOf(asked), testAnswer(list, asked), context)
    expect(checked).toMatchObject({ ok: true, step: 'applied', kind: 'full', commands: [] })
    if (!checked.ok || checked.step !== 'applied') throw new Error('applied')
    expect(checked.change.added).toEqual([...list.entries.keys()])
    expect([...checked.state.entries]).toEqual([...list.entries])
    expect(checked.state).toMatchObject({
      ep: 1,
      ver: 3,
      head: list.heads[2]?.hash,
      acc: list.heads[2]?.acc,
      trustedTime: testNow,
    })
  })

  it('delta, from the version before', () => {
    const checked = checkAnswer(state, open, testAnswer(list, request), context)
    expect(checked).toMatchObject({
      ok: true,
      kind: 'delta',
      change: { added: ids(21), changed: ids(3), removed: ids(4) },
    })
    if (!checked.ok || checked.step !== 'applied') throw new Error('applied')
    expect([...checked.state.entries]).toEqual([...list.entries])
  })

  it('none, where nothing changed: the trusted time moves on, the entries stay', () => {
    const later = testNow + 60_000
    const checked = checkAnswer(state, open, testAnswer(scene.known, request, { now: later }), {
      ...context,
      now: later,
    })
    expect(checked).toMatchObject({ ok: true, kind: 'none', change: { added: [], changed: [], removed: [] } })
    if (!checked.ok || checked.step !== 'applied') throw new Error('applied')
    expect(checked.state).toEqual({ ...state, trustedTime: later })
  })

  it('full, asked for by a device that has a list: the same version again', () => {
    const asked = testRequest(org, state, { want: 'full' })
    const checked = checkAnswer(state, openOf(asked), testAnswer(scene.known, asked), context)
    expect(checked).toMatchObject({ ok: true, kind: 'full', change: { added: [], changed: [], removed: [] } })
  })

  it('full over the chain, where a delta would be as long', () => {
    const replaced = nextVersion(
      list,
      addOps(1, 21).map((op) => (op.op === 'put' ? { op: 'put', e: { ...op.e, rev: 9 } } : op)),
    )
    const checked = checkAnswer(state, open, testAnswer(replaced, request), context)
    expect(checked).toMatchObject({ ok: true, kind: 'full', state: { ver: 4 } })
  })

  it('a version with nothing changed: the head issued again at half its life', () => {
    const renewed = nextVersion(scene.known, [], { iat: testNow + headLife / 2, exp: testNow + 1.5 * headLife })
    const now = testNow + headLife / 2
    const checked = checkAnswer(state, open, testAnswer(renewed, request, { now }), { ...context, now })
    expect(checked).toMatchObject({ ok: true, kind: 'delta', change: { added: [], changed: [], removed: [] } })
  })

  it('an empty list', () => {
    const empty = testState(org)
    const asked = testRequest(org, empty)
    const checked = checkAnswer(empty, openOf(asked), testAnswer(nextVersion(emptyList(org), []), asked), context)
    expect(checked).toMatchObject({ ok: true, kind: 'full', state: { ver: 1, core: { cnt: 0 } } })
  })

  it('through 30 versions one by one and all at once, to the same state', () => {
    let grown = list
    let stepwise = state
    for (let i = 22; i < 52; i++) {
      const changed = [...grown.entries.keys()][i % 7] ?? ''
      grown = nextVersion(grown, [...addOps(i, i), ...(i % 3 === 0 ? [{ op: 'del' as const, id: changed }] : [])])
      stepwise = follow(grown, stepwise, context)
    }
    expect(snapshot(follow(grown, state, context))).toBe(snapshot(stepwise))
    expect([...stepwise.entries]).toEqual([...grown.entries])
  })

  it('with tweetnacl as with node:crypto', () => {
    const plain = makeScene(naclPrimitives(nodeBrotli(zlib)))
    expect(snapshot(plain.state)).toBe(snapshot(state))
  })
})

describe('the key-ring ratchet (protocol 6)', () => {
  const floor = { ep: 1, ver: 3, head: list.heads[2]?.hash ?? '' }

  it('refuses a version below it, although the database is older still', () => {
    const rolledBack = { ...state, floor }
    expect(checkAnswer(rolledBack, open, testAnswer(scene.known, request), context)).toEqual({
      ok: false,
      failure: 'rollback',
      alarm: true,
    })
  })

  it('is gone once it is reached, and names its head', () => {
    const checked = checkAnswer({ ...state, floor }, open, testAnswer(list, request), context)
    if (!checked.ok || checked.step !== 'applied') throw new Error('applied')
    expect(checked.state).not.toHaveProperty('floor')
    const other = { ...floor, head: '0'.repeat(64) }
    expect(checkAnswer({ ...state, floor: other }, open, testAnswer(list, request), context)).toMatchObject({
      failure: 'equivocation',
      alarm: true,
    })
  })
})

describe('commands (protocol 9)', () => {
  const wipe = signCommand(
    node,
    { t: 'cmd', org: 'org1', dev: 'd1', cmd: 'wipe', scope: 'all', id: 'w1', iat: testNow },
    org.keys.policy.secret,
  )

  it('come with any kind of answer', () => {
    expect(checkAnswer(state, open, testAnswer(list, request, { commands: [wipe] }), context)).toMatchObject({
      ok: true,
      kind: 'delta',
      commands: [wipe],
    })
  })

  it('reach a revoked device without a byte of the newer list', () => {
    const answer = testAnswer(list, request, { commands: [wipe], content: { kind: 'none' } })
    expect(answer.sealed).toBeUndefined()
    expect(checkAnswer(state, open, answer, context)).toEqual({ ok: true, step: 'commands', commands: [wipe] })
    const bare = testAnswer(list, request, { content: { kind: 'none' } })
    expect(checkAnswer(state, open, bare, context)).toMatchObject({ ok: false, failure: 'noBody' })
  })
})
