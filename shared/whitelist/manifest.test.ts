import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeCanonical } from './bytes/canonical.ts'
import { fromHex, toBase64 } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import type { KeyPair } from './bytes/primitives.ts'
import {
  acceptFirst,
  acceptNext,
  decodeManifest,
  encodeManifest,
  isOutdated,
  keysOf,
  type Manifest,
  manifestHash,
  rootFingerprint,
  signManifest,
} from './manifest.ts'
import { checkAnswer } from './sync/check-answer.ts'
import { attack, makeScene, snapshot } from './sync/testing.ts'
import { headLife, nextVersion, openOf, testAnswer, testNow, testOrg, testRequest } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const scene = makeScene(primitives)
const { org, known, list, state, request, open, context } = scene
const { keys, manifest: first } = org
const refused = (failure: string, alarm = false) => ({ ok: false, failure, alarm })

/** Version 2 with changes, signed by the given roots. */
function second(over: Partial<Manifest> = {}, roots: readonly KeyPair[] = [keys.root]) {
  return signManifest(primitives, { ...first.m, ver: 2, prev: manifestHash(primitives, first.m), ...over }, roots)
}
const rotation = { rk: [toBase64(keys.root2.public)] }
const withManifest = (...steps: readonly ReturnType<typeof second>[]) =>
  testAnswer(list, request, { manifests: steps.map(encodeManifest) })

describe('a first manifest (protocol 5.1)', () => {
  const pin = rootFingerprint(primitives, first.m)

  it('is taken with the pinned fingerprint and enough signatures', () => {
    expect(acceptFirst(primitives, first, { now: testNow, pin, org: 'org1' })).toEqual({ ok: true, value: first })
  })

  it('is taken right after a rotation of the root, where the old root keys signed, too', () => {
    const next = second(rotation, [keys.root, keys.root2])
    const newPin = rootFingerprint(primitives, next.m)
    expect(acceptFirst(primitives, next, { now: testNow, pin: newPin })).toEqual({ ok: true, value: next })
    const byTheOld = second(rotation, [keys.root])
    expect(acceptFirst(primitives, byTheOld, { now: testNow, pin: newPin })).toEqual({ ok: false, fault: 'notSigned' })
    const spoilt = { m: next.m, sigs: next.sigs.map(({ k }) => ({ k, s: next.sigs[0]?.s ?? '' })) }
    expect(acceptFirst(primitives, spoilt, { now: testNow, pin: newPin })).toEqual({ ok: false, fault: 'notSigned' })
  })

  it('is refused from another organisation, with other root keys, unsigned, expired', () => {
    const others = testOrg(primitives, rotation).manifest
    expect(acceptFirst(primitives, first, { now: testNow, pin, org: 'org2' })).toEqual({ ok: false, fault: 'otherOrg' })
    expect(acceptFirst(primitives, others, { now: testNow, pin })).toEqual({ ok: false, fault: 'notPinned' })
    expect(acceptFirst(primitives, others, { now: testNow })).toEqual({ ok: false, fault: 'notSigned' })
    expect(acceptFirst(primitives, first, { now: first.m.exp + 1, pin })).toEqual({ ok: false, fault: 'expired' })
    const threshold = testOrg(primitives, { k: 2 }).manifest
    expect(acceptFirst(primitives, threshold, { now: testNow })).toEqual({ ok: false, fault: 'notSigned' })
  })

  it('has a fingerprint of its root keys and threshold, in whatever order they stand', () => {
    const rk = [toBase64(keys.root.public), toBase64(keys.root2.public)]
    expect(rootFingerprint(primitives, { rk, k: 2 })).toBe(rootFingerprint(primitives, { rk: [...rk].reverse(), k: 2 }))
    expect(rootFingerprint(primitives, { rk, k: 1 })).not.toBe(rootFingerprint(primitives, { rk, k: 2 }))
  })
})

describe('the next manifest (protocol 3.1)', () => {
  it('rotation: signed by the old root and the new one', () => {
    const next = second(rotation, [keys.root, keys.root2])
    expect(acceptNext(primitives, first, next, testNow)).toEqual({ ok: true, value: next })
  })

  it.each([
    ['rotation by the new root alone', second(rotation, [keys.root2]), 'notSigned'],
    ['rotation by the old root alone', second(rotation, [keys.root]), 'notSigned'],
    ['a stranger', second({}, [keys.stranger]), 'notSigned'],
    ['a stranger beside the root', second({}, [keys.root, keys.stranger]), 'notSigned'],
    ['one root counted twice', second({ k: 2 }, [keys.root, keys.root]), 'notSigned'],
    ['a threshold that is not met', second({ k: 2, rk: [...first.m.rk, ...rotation.rk] }, [keys.root]), 'notSigned'],
    ['the policy key', second({}, [keys.policy]), 'notSigned'],
    ['a gap', second({ ver: 3 }), 'gap'],
    ['another predecessor', second({ prev: '0'.repeat(64) }), 'gap'],
    ['another text of my version', second({ ver: 1, minClient: '9.9.9' }), 'rollback'],
    ['another organisation', second({ org: 'org2' }), 'otherOrg'],
    ['expired', second({ exp: testNow - 1 }), 'expired'],
  ])('is refused: %s', (_, next, fault) => {
    expect(acceptNext(primitives, first, next, testNow)).toEqual({ ok: false, fault })
  })

  it('manifest rollback: version 1 after version 2', () => {
    expect(acceptNext(primitives, second(), first, testNow)).toEqual({ ok: false, fault: 'rollback' })
  })

  it('the epoch never falls', () => {
    const risen = second({ ep: 2 })
    const prev = manifestHash(primitives, risen.m)
    const back = signManifest(primitives, { ...risen.m, ver: 3, ep: 1, prev }, [keys.root])
    expect(acceptNext(primitives, risen, back, testNow)).toEqual({ ok: false, fault: 'epochBack' })
  })

  it('identity-point key: a root key of small order signs nothing', () => {
    const identity = fromHex(`01${'00'.repeat(31)}`) ?? new Uint8Array(0)
    const weak = { m: { ...second().m, rk: [toBase64(identity)] }, sigs: second({}, [keys.root]).sigs }
    const forged = toBase64(Buffer.concat([identity, Buffer.alloc(32)]))
    const next = {
      m: weak.m,
      sigs: [...signManifest(primitives, weak.m, [keys.root]).sigs, { k: toBase64(identity), s: forged }],
    }
    expect(acceptNext(primitives, first, next, testNow)).toEqual({ ok: false, fault: 'notSigned' })
  })

  it('its bytes are canonical, closed and at most 64 kB', () => {
    expect(decodeManifest(encodeManifest(first))).toEqual(first)
    expect(decodeManifest(encodeCanonical({ ...first, extra: 1 }))).toBeUndefined()
    expect(decodeManifest(encodeCanonical({ ...first, m: { ...first.m, extra: 1 } }))).toBeUndefined()
    expect(decodeManifest(encodeCanonical({ ...first, m: { ...first.m, rk: ['AA=='] } }))).toBeUndefined()
    expect(decodeManifest(new Uint8Array(65 * 1024).fill(0x20))).toBeUndefined()
  })
})

describe('section 13: manifests in answers', () => {
  it('an honest step passes, and so do two in order', () => {
    const next = second()
    expect(attack(scene, withManifest(next))).toMatchObject({ ok: true, state: { manifest: next } })
    const prev = manifestHash(primitives, next.m)
    const third = signManifest(primitives, { ...next.m, ver: 3, prev }, [keys.root])
    expect(attack(scene, withManifest(next, third))).toMatchObject({ ok: true, state: { manifest: third } })
    expect(attack(scene, withManifest(third, next))).toEqual(refused('manifest'))
  })

  it.each([
    ['stranger', second({}, [keys.stranger])],
    ['gap', second({ ver: 3 })],
    ['rotation by the new root alone', second(rotation, [keys.root2])],
    ['expired', second({ exp: testNow - 1 })],
  ])('%s: nothing moves, not even by a good answer beside it', (_, step) => {
    expect(attack(scene, withManifest(step))).toEqual(refused('manifest'))
  })

  it('rollback: a device at version 2 is shown version 1', () => {
    const ahead = { ...state, manifest: second() }
    const before = snapshot(ahead)
    expect(checkAnswer(ahead, open, withManifest(first), context)).toEqual(refused('manifest'))
    expect(snapshot(ahead)).toBe(before)
  })

  it('keys that a step withdraws sign nothing any more', () => {
    const withdrawn = second({ fk: [toBase64(keys.stranger.public)] })
    expect(attack(scene, withManifest(withdrawn))).toEqual(refused('freshSignature'))
    const noPolicy = second({ pk: [toBase64(keys.stranger.public)] })
    expect(attack(scene, withManifest(noPolicy))).toEqual(refused('headSignature'))
  })

  it('an expired manifest in force ends the trust in its keys', () => {
    const now = first.m.exp + 1
    const renewed = nextVersion(known, [], { iat: now, exp: now + headLife })
    expect(attack(scene, testAnswer(renewed, request, { now }), { now })).toEqual(refused('manifestExpired'))
  })

  describe('a new epoch', () => {
    const risen = second({ ep: 2 })
    const reissued = nextVersion(known, [], { ep: 2 })
    const manifests = [encodeManifest(risen)]

    it('passes with its manifest and a full list', () => {
      const checked = attack(scene, testAnswer(reissued, request, { manifests }))
      expect(checked).toMatchObject({ ok: true, kind: 'full', state: { ep: 2, ver: 3, manifest: risen } })
    })

    it('is refused with a delta, without its manifest, and with a head of the old epoch', () => {
      const content = { kind: 'delta', ops: [] } as const
      expect(attack(scene, testAnswer(reissued, request, { manifests, content }))).toEqual(refused('epoch', true))
      expect(attack(scene, testAnswer(reissued, request))).toEqual(refused('epoch', true))
      expect(attack(scene, testAnswer(list, request, { manifests }))).toEqual(refused('epoch', true))
    })

    it('never goes back', () => {
      const asked = testRequest(org, state)
      const checked = checkAnswer(state, openOf(asked), testAnswer(reissued, asked, { manifests }), context)
      if (!checked.ok || checked.step !== 'applied') throw new Error('applied')
      const again = testRequest(org, checked.state)
      const old = checkAnswer(checked.state, openOf(again), testAnswer(list, again), context)
      expect(old).toEqual(refused('rollback', true))
    })
  })
})

it('gives its keys by role as bytes', () => {
  expect(keysOf(first, 'fk')).toEqual([keys.fresh.public])
  expect(keysOf(first, 'gk')).toEqual([keys.gateway.public])
})

it.each([
  ['0.1.0', false],
  ['0.0.9', true],
  ['0.2', false],
  ['1.0.0-beta', false],
  ['nonsense', true],
])('client %s is outdated for 0.1.0: %s', (version, outdated) => {
  expect(isOutdated(first, version)).toBe(outdated)
})
