/** Statements by a stolen F that contradict themselves: each word is checked against the others (protocol.md section 6). */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type BodyHeader, encodeBody } from '../body.ts'
import { nodePrimitives } from '../bytes/node-primitives.ts'
import { entryText } from '../entry.ts'
import type { Fresh } from '../fresh.ts'
import { encodeManifest, manifestHash, signManifest } from '../manifest.ts'
import { sealBody } from '../sealed.ts'
import { nextVersion, openOf, testAnswer, testRequest } from '../testing.ts'
import { checkAnswer } from './check-answer.ts'
import type { SyncFailure } from './failures.ts'
import { attack, makeScene, rewritten } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const scene = makeScene(primitives)
const { org, known, list, state, request, open, context } = scene
const { keys, identity, random } = org
const honest = testAnswer(list, request)
const refused = (failure: SyncFailure, alarm = false) => ({ ok: false, failure, alarm })
const entries = [...list.entries.values()].map(({ entry }) => entryText(entry))
const ops = list.ops[2] ?? []

/** The honest answer with another body, and a statement that fits it but for what the test changes. */
function withBody(content: Parameters<typeof encodeBody>[1], hdr: Partial<BodyHeader>, fresh: Partial<Fresh>) {
  const header = { ...identity, ep: 1, ver: 3, from: 2, non: request.non, ...hdr }
  const { bytes, seal, kc } = sealBody(primitives, encodeBody(header, content), keys.deviceBox.public, random)
  return { ...rewritten(honest, { seal, kc, ...fresh }, keys.fresh, scene), sealed: bytes }
}

describe('step 8: the statement is about this head', () => {
  it('another hash', () => {
    expect(attack(scene, rewritten(honest, { head: '0'.repeat(64) }, keys.fresh, scene))).toEqual(refused('headHash'))
  })

  it('another epoch or version than the head has', () => {
    expect(attack(scene, rewritten(honest, { ep: 2 }, keys.fresh, scene))).toEqual(refused('headIdentity'))
    expect(attack(scene, rewritten(honest, { ver: 4 }, keys.fresh, scene))).toEqual(refused('headIdentity'))
  })
})

describe('steps 11 to 13: the body is what the statement says', () => {
  it('a delta from another version than mine', () => {
    const answer = withBody({ kind: 'delta', ops }, { from: 1 }, { from: 1 })
    expect(attack(scene, answer)).toEqual(refused('innerHeader'))
  })

  it('a full list that starts from a version', () => {
    const answer = withBody({ kind: 'full', entries }, { from: 2 }, { kind: 'full', from: 2 })
    expect(attack(scene, answer)).toEqual(refused('innerHeader'))
  })

  it('operations where the statement says full', () => {
    const answer = withBody({ kind: 'delta', ops }, { from: 0 }, { kind: 'full', from: 0 })
    expect(attack(scene, answer)).toEqual(refused('innerHeader'))
  })

  it('a part without the number of parts', () => {
    const answer = withBody({ kind: 'full', entries }, { from: 0, part: 0 }, { kind: 'full', from: 0 })
    expect(attack(scene, answer)).toEqual(refused('innerHeader'))
  })

  it('a delta where a full list was asked for', () => {
    const asked = testRequest(org, state, { want: 'full' })
    const answer = testAnswer(list, asked, { content: { kind: 'delta', ops } })
    expect(checkAnswer(state, openOf(asked), answer, context)).toEqual(refused('noBody'))
    const none = testAnswer(known, asked, { content: { kind: 'none' } })
    expect(checkAnswer(state, openOf(asked), none, context)).toEqual(refused('noBody'))
  })

  it('nothing changed, and yet something sealed, named or started from', () => {
    const none = testAnswer(known, request)
    const { sealed = new Uint8Array(0) } = honest
    expect(attack(scene, none)).toMatchObject({ ok: true, kind: 'none' })
    expect(attack(scene, { ...none, sealed })).toEqual(refused('malformed'))
    const hash = '0'.repeat(64)
    for (const change of [{ seal: hash }, { kc: hash }, { from: 1 }]) {
      expect(attack(scene, rewritten(none, change, keys.fresh, scene))).toEqual(refused('malformed'))
    }
  })
})

describe('epochs and the ratchet', () => {
  const prev = manifestHash(primitives, org.manifest.m)
  const risen = signManifest(primitives, { ...org.manifest.m, ver: 2, ep: 2, prev }, [keys.root])
  const manifests = [encodeManifest(risen)]

  it('my version number in a new epoch is not my version', () => {
    const [first] = known.heads
    if (!first) throw new Error('version 1')
    const second = nextVersion({ ...known, heads: [first] }, [], { ep: 2 })
    const answer = testAnswer(second, request, { manifests, content: { kind: 'none' } })
    expect(attack(scene, answer)).toEqual(refused('noBody'))
  })

  it('the ratchet of an older epoch or version does not stand in the way', () => {
    const head = '0'.repeat(64)
    const reissued = testAnswer(nextVersion(known, [], { ep: 2 }), request, { manifests })
    const older = { ...state, floor: { ep: 1, ver: 3, head } }
    expect(checkAnswer(older, open, reissued, context)).toMatchObject({
      ok: true,
      kind: 'full',
      state: { ep: 2, ver: 3 },
    })
    const below = { ...state, floor: { ep: 1, ver: 2, head: state.head } }
    expect(checkAnswer(below, open, honest, context)).toMatchObject({ ok: true, kind: 'delta' })
  })
})
