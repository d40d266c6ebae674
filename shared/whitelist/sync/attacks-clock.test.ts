/** Attacks of protocol.md section 13 by wrong clocks: the server's, the device's, both, and what heals them. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { nodePrimitives } from '../bytes/node-primitives.ts'
import { signCommand } from '../command.ts'
import { dayMillis, freshLife, maxAhead } from '../limits.ts'
import { encodeManifest, manifestHash, type SignedManifest, signManifest } from '../manifest.ts'
import {
  addOps,
  emptyList,
  headLife,
  nextVersion,
  openOf,
  type TestList,
  testAnswer,
  testEntry,
  testNow,
  testRequest,
} from '../testing.ts'
import { checkAnswer } from './check-answer.ts'
import type { ListState } from './list-state.ts'
import { makeScene, snapshot } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const { org, known, state, context } = makeScene(primitives)
const year = 365 * dayMillis

/** The next version by a clock that is `ahead`. */
function changedAt(ahead: number, before: TestList = known): TestList {
  const iat = testNow + ahead
  return nextVersion(before, [{ op: 'put', e: testEntry(21) }], { iat, exp: iat + headLife })
}

type Clocks = { readonly server: number; readonly device: number }

/** What the device makes of a server's answer, with both clocks moved. */
function answered(list: TestList, from: ListState, { server, device }: Clocks) {
  const request = testRequest(list.org, from)
  const answer = testAnswer(list, request, { now: testNow + server })
  return checkAnswer(from, openOf(request), answer, { ...context, now: testNow + device })
}

describe('a change that is signed and told by wrong clocks', () => {
  const second = 1_000
  it.each<[string, Clocks, string]>([
    ['both right', { server: 0, device: 0 }, 'applied'],
    ['server seconds ahead', { server: 30 * second, device: 0 }, 'applied'],
    ['server ahead by what a statement lives', { server: maxAhead, device: 0 }, 'applied'],
    ['server ahead by a moment more', { server: maxAhead + 1, device: 0 }, 'ahead'],
    ['server a day ahead', { server: dayMillis, device: 0 }, 'ahead'],
    ['server a year ahead', { server: year, device: 0 }, 'ahead'],
    ['server seconds behind', { server: -30 * second, device: 0 }, 'applied'],
    ['server a day behind', { server: -dayMillis, device: 0 }, 'stale'],
    ['server a year behind', { server: -year, device: 0 }, 'stale'],
    ['device a day ahead', { server: 0, device: dayMillis }, 'stale'],
    ['device a year ahead', { server: 0, device: year }, 'stale'],
    ['device a day behind', { server: 0, device: -dayMillis }, 'ahead'],
    ['device a year behind', { server: 0, device: -year }, 'ahead'],
    ['both a day ahead', { server: dayMillis, device: dayMillis }, 'applied'],
    ['both a year ahead', { server: year, device: year }, 'applied'],
    // The device has seen a time since which the answer is too old.
    ['both a day behind', { server: -dayMillis, device: -dayMillis }, 'stale'],
    ['server ahead, device behind', { server: dayMillis, device: -dayMillis }, 'ahead'],
    ['server behind, device ahead', { server: -dayMillis, device: dayMillis }, 'stale'],
  ])('%s', (_name, clocks, outcome) => {
    const before = snapshot(state)
    const checked = answered(changedAt(clocks.server), state, clocks)
    expect(checked.ok ? checked.step : checked.failure).toBe(outcome)
    expect(snapshot(state)).toBe(before)
  })

  it.each([dayMillis, year])('a head signed %i ms ahead, told by a right clock, does not lengthen a lease', (ahead) => {
    const right = { server: 0, device: 0 }
    expect(answered(changedAt(ahead), state, right)).toEqual({ ok: false, failure: 'headAhead', alarm: false })
    // The server signed again with its clock right: devices that took nothing of it go on by themselves.
    const again = changedAt(0, changedAt(ahead))
    expect(answered(again, state, right)).toMatchObject({ ok: true, state: { ver: 4, trustedTime: testNow } })
  })

  it('whatever was taken at the edge, the next honest answer is no stale one', () => {
    const taken = answered(changedAt(maxAhead), state, { server: maxAhead, device: 0 })
    if (!taken.ok || taken.step !== 'applied') throw new Error('the edge is within')
    const list = changedAt(0, changedAt(maxAhead))
    expect(answered(list, taken.state, { server: 0, device: 0 })).toMatchObject({ ok: true, step: 'applied' })
    expect(freshLife).toBe(maxAhead)
  })
})

describe('a wrong time that the device took, since its own clock was wrong in the same way', () => {
  const taken = answered(changedAt(year), state, { server: year, device: year })
  const poisoned = taken.ok && taken.step === 'applied' ? taken.state : state
  const right = { server: 0, device: 0 }

  /** The same keys in a new epoch, which only R can begin. */
  function nextEpoch(before: SignedManifest): SignedManifest {
    const { m } = before
    const next = { ...m, ver: m.ver + 1, ep: m.ep + 1, prev: manifestHash(primitives, m) }
    return signManifest(primitives, next, [org.keys.root])
  }
  const manifest = nextEpoch(org.manifest)
  const newOrg = { ...org, manifest }
  const begun = nextVersion(emptyList(newOrg), addOps(1, 3))
  const inNewEpoch = (from: ListState, over = {}) => {
    const request = testRequest(newOrg, from)
    const answer = testAnswer(begun, request, { over: { manifests: [encodeManifest(manifest)], ...over } })
    return checkAnswer(from, openOf(request), answer, context)
  }

  it('stays as long as the epoch: nothing but time or R takes it back', () => {
    expect(poisoned.trustedTime).toBe(testNow + year)
    const again = changedAt(0, changedAt(year))
    expect(answered(again, poisoned, right)).toEqual({ ok: false, failure: 'stale', alarm: false })
  })

  it('ends with a new epoch, whose first list comes whole', () => {
    const healed = inNewEpoch(poisoned)
    expect(healed).toMatchObject({ ok: true, kind: 'full', state: { ep: 2, trustedTime: testNow } })
    if (!healed.ok || healed.step !== 'applied') throw new Error('not healed')
    const goesOn = nextVersion(begun, [{ op: 'del', id: testEntry(2).id }])
    const last = answered(goesOn, healed.state, right)
    expect(last).toMatchObject({ ok: true, change: { removed: [testEntry(2).id] } })
  })

  it('ends also where the manifest came by Hello, and where the manifest would have expired by then', () => {
    const old = { ...poisoned, trustedTime: manifest.m.exp + 1, manifest }
    expect(inNewEpoch(old, { manifests: [] })).toMatchObject({ ok: true, state: { ep: 2, trustedTime: testNow } })
    expect(inNewEpoch({ ...poisoned, trustedTime: manifest.m.exp + 1 })).toMatchObject({ ok: true })
  })

  it('ends for a store that was put back, too: its floor is of the old epoch', () => {
    const floor = { ep: 1, ver: 9, head: 'ab'.repeat(32) }
    expect(inNewEpoch({ ...poisoned, floor })).toMatchObject({ ok: true, state: { trustedTime: testNow } })
  })

  it('does not end by a new epoch that the device already follows: F cannot turn time back with it', () => {
    const healed = inNewEpoch(poisoned)
    if (!healed.ok || healed.step !== 'applied') throw new Error('not healed')
    const later = { ...healed.state, trustedTime: testNow + dayMillis }
    expect(answered(begun, later, right)).toMatchObject({ ok: false, failure: 'stale' })
  })
})

describe('a stolen machine does not escape by its clock', () => {
  const command = (cmd: 'wipe' | 'lock' | 'rotate') =>
    signCommand(
      primitives,
      { t: 'cmd', org: 'org1', dev: 'd1', cmd, scope: 'all', id: cmd, iat: testNow },
      org.keys.policy.secret,
    )
  const behind = { ...context, now: testNow - year }

  it.each(['wipe', 'lock'] as const)('%s is obeyed with the clock set back, and nothing else moves', (cmd) => {
    const request = testRequest(org, state)
    const answer = testAnswer(known, request, { commands: [command(cmd), command('rotate')] })
    expect(checkAnswer(state, openOf(request), answer, behind)).toEqual({
      ok: true,
      step: 'commands',
      commands: [command(cmd)],
    })
  })

  it('what destroys nothing waits for the right time', () => {
    const request = testRequest(org, state)
    const answer = testAnswer(known, request, { commands: [command('rotate')] })
    expect(checkAnswer(state, openOf(request), answer, behind)).toMatchObject({ ok: false, failure: 'ahead' })
  })
})
