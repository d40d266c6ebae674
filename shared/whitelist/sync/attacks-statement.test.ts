/** Attacks of protocol.md section 13 on the statements: who says what, when, about which version. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeCanonical } from '../bytes/canonical.ts'
import { fromHex, toBase64, utf8 } from '../bytes/encoding.ts'
import { nodePrimitives } from '../bytes/node-primitives.ts'
import { type SignatureType, signAs } from '../bytes/signing.ts'
import { signCommand } from '../command.ts'
import { maxFreshLife } from '../limits.ts'
import { headLife, nextVersion, testAnswer, testEntry, testNow, testRequest } from '../testing.ts'
import { checkAnswer } from './check-answer.ts'
import type { SyncFailure } from './failures.ts'
import { attack, follow, makeScene, objectOf, rewritten, withFresh } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const scene = makeScene(primitives)
const { org, known, list, state, request, context } = scene
const { keys } = org
const honest = testAnswer(list, request)
const refused = (failure: SyncFailure, alarm = false) => ({ ok: false, failure, alarm })

describe('section 13: of this request, for this device', () => {
  it('replay: an older answer to another request', () => {
    const older = testAnswer(list, testRequest(org, state))
    expect(attack(scene, older)).toEqual(refused('notThisRequest'))
  })

  it('replay: the same nonce with an older sequence number', () => {
    expect(attack(scene, rewritten(honest, { seq: 0 }, keys.fresh, scene))).toEqual(refused('notThisRequest'))
  })

  it('unsolicited answer: no request is open', () => {
    expect(checkAnswer(state, undefined, honest, context)).toEqual(refused('noRequest'))
  })

  it('other device', () => {
    const over = { dev: 'd2' }
    expect(attack(scene, testAnswer(list, request, { over }))).toEqual(refused('notMine'))
  })

  it.each([{ usr: 'bob' }, { org: 'org2' }, { lst: 'L-bob' }])('other user, organisation or list: %j', (over) => {
    expect(attack(scene, testAnswer(list, request, { over }))).toEqual(refused('notMine'))
  })

  it('a head of another user under a statement for me', () => {
    for (const over of [{ usr: 'bob' }, { lst: 'L-bob' }, { org: 'org2' }]) {
      const theirs = nextVersion(known, [], over)
      expect(attack(scene, testAnswer(theirs, request))).toEqual(refused('headIdentity'))
    }
  })
})

describe('section 13: time', () => {
  it('over-long freshness window', () => {
    const exp = testNow + maxFreshLife + 1
    expect(attack(scene, rewritten(honest, { exp }, keys.fresh, scene))).toEqual(refused('lifetime'))
    expect(attack(scene, rewritten(honest, { iat: testNow, exp: testNow - 1 }, keys.fresh, scene))).toEqual(
      refused('lifetime'),
    )
  })

  it('an answer held back until it is stale', () => {
    expect(attack(scene, honest, { now: testNow + maxFreshLife })).toEqual(refused('stale'))
  })

  it('clock turned back: time does not run below the highest trusted one', () => {
    const later = { ...scene, state: { ...state, trustedTime: testNow + headLife / 2 } }
    expect(checkAnswer(later.state, scene.open, honest, { ...context, now: testNow })).toEqual(refused('stale'))
  })

  it('freeze: a stolen F confirms the old version only until its head expires', () => {
    const frozen = testAnswer(known, request, { now: testNow + headLife + 1 })
    expect(attack(scene, frozen, { now: testNow + headLife + 1 })).toEqual(refused('headExpired'))
  })

  it('expired head, even where the clock was turned back with the statement', () => {
    const expired = nextVersion(known, [], { iat: testNow - headLife, exp: testNow - 1 })
    expect(attack(scene, testAnswer(expired, request))).toEqual(refused('headExpired'))
    const slow = testAnswer(expired, request, { now: testNow })
    expect(attack(scene, slow, { now: testNow - headLife })).toEqual(refused('headExpired'))
  })

  it('a stolen F cannot push the trusted time past a head that P signed', () => {
    const iat = testNow + headLife + 1
    const far = rewritten(honest, { iat, exp: iat + 1_000 }, keys.fresh, scene)
    expect(attack(scene, far)).toEqual(refused('ahead'))
    expect(attack(scene, far, { now: iat })).toEqual(refused('headExpired'))
  })
})

describe('section 13: versions', () => {
  it('rollback signed by a stolen F', () => {
    const [first] = known.heads
    if (!first) throw new Error('version 1')
    const old = { ...list, heads: [first] }
    expect(attack(scene, testAnswer(old, request))).toEqual(refused('rollback', true))
  })

  it('rollback that only the head tells', () => {
    const [first] = known.heads
    if (!first) throw new Error('version 1')
    const over = { head: first.bytes, headSig: first.signature }
    expect(attack(scene, testAnswer(list, request, { over }))).toEqual(refused('headIdentity'))
  })

  it('equivocation: another head of my version', () => {
    const [first] = known.heads
    if (!first) throw new Error('version 1')
    const other = nextVersion({ ...known, heads: [first] }, [{ op: 'put', e: testEntry(9, { rev: 2, k: 'other' }) }])
    expect(attack(scene, testAnswer(other, request))).toEqual(refused('equivocation', true))
  })

  it('fork: a later version that does not descend from mine', () => {
    const [first] = known.heads
    if (!first) throw new Error('version 1')
    const other = nextVersion({ ...known, heads: [first] }, [{ op: 'put', e: testEntry(9, { rev: 2, k: 'other' }) }])
    const fork = nextVersion(other, [{ op: 'put', e: testEntry(30) }])
    expect(attack(scene, testAnswer(fork, request))).toEqual(refused('fork', true))
  })

  it.each([
    ['empty', []],
    ['too long', [list.heads[1]?.coreHash ?? '', list.heads[2]?.coreHash ?? '']],
    ['of another version', [list.heads[1]?.coreHash ?? '']],
  ])('fork: a chain that is %s', (_, chain) => {
    expect(attack(scene, testAnswer(list, request, { over: { chain } }))).toEqual(refused('fork', true))
  })

  it('a chain that is not of hashes', () => {
    expect(attack(scene, { ...honest, chain: ['XY'] })).toEqual(refused('malformed'))
  })

  it('epoch change without a manifest', () => {
    const risen = nextVersion(known, [], { ep: 2 })
    expect(attack(scene, testAnswer(risen, request))).toEqual(refused('epoch', true))
  })
})

describe('section 13: signatures', () => {
  it('role confusion: F signs a head', () => {
    const headSig = signAs(primitives, 'head', honest.head, keys.fresh.secret)
    expect(attack(scene, { ...honest, headSig })).toEqual(refused('headSignature'))
  })

  it('role confusion: P signs a fresh statement', () => {
    expect(attack(scene, rewritten(honest, {}, keys.policy, scene))).toEqual(refused('freshSignature'))
  })

  it.each(['root', 'head', 'cmd', 'req', 'ack', 'verdict', 'session'] as const)(
    'wrong domain tag: %s for fresh',
    (type: SignatureType) => {
      const freshSig = signAs(primitives, type, honest.fresh, keys.fresh.secret)
      expect(attack(scene, { ...honest, freshSig })).toEqual(refused('freshSignature'))
    },
  )

  it('wrong domain tag: fresh for head, and none at all', () => {
    const headSig = signAs(primitives, 'fresh', honest.head, keys.policy.secret)
    expect(attack(scene, { ...honest, headSig })).toEqual(refused('headSignature'))
    const bare = primitives.sign(honest.head, keys.policy.secret)
    expect(attack(scene, { ...honest, headSig: bare })).toEqual(refused('headSignature'))
  })

  it('unknown signer', () => {
    expect(attack(scene, rewritten(honest, {}, keys.stranger, scene))).toEqual(refused('freshSignature'))
    const headSig = signAs(primitives, 'head', honest.head, keys.stranger.secret)
    expect(attack(scene, { ...honest, headSig })).toEqual(refused('headSignature'))
  })

  it('missing signatures', () => {
    const none = new Uint8Array(0)
    expect(attack(scene, { ...honest, freshSig: none })).toEqual(refused('freshSignature'))
    expect(attack(scene, { ...honest, headSig: none })).toEqual(refused('headSignature'))
    expect(attack(scene, { ...honest, headSig: new Uint8Array(64) })).toEqual(refused('headSignature'))
  })

  it('malleated signature: S + L', () => {
    expect(attack(scene, { ...honest, freshSig: plusOrder(honest.freshSig) })).toEqual(refused('freshSignature'))
    expect(attack(scene, { ...honest, headSig: plusOrder(honest.headSig) })).toEqual(refused('headSignature'))
  })

  it('duplicate-key JSON, well signed', () => {
    const text = new TextDecoder().decode(honest.fresh).replace('"dev":"d1"', '"dev":"d1","dev":"d1"')
    expect(attack(scene, withFresh(honest, utf8(text), keys.fresh, scene))).toEqual(refused('malformed'))
  })

  it('unknown and missing members, well signed', () => {
    const { seq: _, ...less } = objectOf(honest.fresh)
    for (const value of [{ ...objectOf(honest.fresh), extra: 1 }, less]) {
      expect(attack(scene, withFresh(honest, encodeCanonical(value), keys.fresh, scene))).toEqual(refused('malformed'))
    }
  })

  it('more than 64 kB of statement', () => {
    expect(attack(scene, { ...honest, fresh: new Uint8Array(65 * 1024) })).toEqual(refused('tooLarge'))
    expect(attack(scene, { ...honest, head: new Uint8Array(65 * 1024) })).toEqual(refused('tooLarge'))
  })
})

/** The same signature with the group's order added to S. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const order = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010') ?? new Uint8Array(0)
  const changed = signature.slice()
  let carry = 0
  for (let i = 0; i < 32; i++) {
    const sum = (changed[32 + i] ?? 0) + (order[i] ?? 0) + carry
    changed[32 + i] = sum & 255
    carry = sum >> 8
  }
  return changed
}

describe('section 13: commands', () => {
  const wipe = { t: 'cmd', org: 'org1', dev: 'd1', cmd: 'wipe', scope: 'all', id: 'w1', iat: testNow } as const
  const byPolicy = signCommand(primitives, wipe, keys.policy.secret)

  it('wipe signed by P for this device passes', () => {
    expect(attack(scene, testAnswer(list, request, { commands: [byPolicy] }))).toMatchObject({
      ok: true,
      commands: [byPolicy],
    })
  })

  it('wipe signed by F', () => {
    const byFresh = signCommand(primitives, wipe, keys.fresh.secret)
    expect(attack(scene, testAnswer(list, request, { commands: [byFresh] }))).toEqual(refused('command', true))
  })

  it('wipe for another device or organisation, signed by P', () => {
    for (const other of [
      { ...wipe, dev: 'd2' },
      { ...wipe, org: 'org2' },
    ]) {
      const command = signCommand(primitives, other, keys.policy.secret)
      expect(attack(scene, testAnswer(list, request, { commands: [command] }))).toEqual(refused('command', true))
    }
  })

  it('wipe whose text was changed after P signed a lock', () => {
    const lock = signCommand(primitives, { ...wipe, cmd: 'lock' }, keys.policy.secret)
    const forged = { c: wipe, s: lock.s }
    expect(attack(scene, testAnswer(list, request, { commands: [forged] }))).toEqual(refused('command', true))
  })

  it('a good command beside a bad one: neither counts', () => {
    const bad = { c: { ...wipe, id: 'w2' }, s: toBase64(new Uint8Array(64)) }
    expect(attack(scene, testAnswer(list, request, { commands: [byPolicy, bad] }))).toEqual(refused('command', true))
  })
})

it('every attack left a device that still follows its server', () => {
  expect(follow(list, state, context).ver).toBe(3)
})
