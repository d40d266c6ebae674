/** Which manifests are followed, from the first contact on. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { nodePrimitives } from '../../../shared/whitelist/bytes/node-primitives.ts'
import {
  encodeManifest,
  type Manifest,
  manifestHash,
  rootFingerprint,
  type SignedManifest,
  signManifest,
} from '../../../shared/whitelist/manifest.ts'
import { testNow, testOrg } from '../../../shared/whitelist/testing.ts'
import { createTrust } from './trust.ts'

const primitives = nodePrimitives(crypto, zlib)
const { keys, manifest: first } = testOrg(primitives)

function after(before: SignedManifest, over: Partial<Manifest>, roots = [keys.root]): SignedManifest {
  const m = { ...before.m, ...over, ver: before.m.ver + 1, prev: manifestHash(primitives, before.m) }
  return signManifest(primitives, m, roots)
}

const second = after(first, { fk: [toBase64(keys.stranger.public)] })
const third = after(second, { rk: [toBase64(keys.root2.public)] }, [keys.root, keys.root2])
const fourth = after(third, { fk: first.m.fk }, [keys.root2])
const all = [first, second, third, fourth]
const pinOf = ({ m }: SignedManifest) => rootFingerprint(primitives, m)

function follow(steps: readonly SignedManifest[], options: { readonly pin?: string; readonly known?: SignedManifest }) {
  let accepted: SignedManifest | undefined
  const { pin, known } = options
  const trust = createTrust({
    primitives,
    now: () => testNow,
    known: () => accepted ?? known,
    accepted: (manifest) => {
      accepted = manifest
    },
    ...(pin === undefined ? {} : { pin }),
  })
  const from = trust.after()
  const result = trust.follow(steps.map(encodeManifest))
  return { after: from, result, kept: accepted?.m.ver }
}

const refused = { ok: false, failure: { kind: 'untrustedServer' } }

describe('protocol 5.1: the first contact', () => {
  it('a pin of the first root leads to the newest manifest, over a rotation of the root', () => {
    expect(follow(all, { pin: pinOf(first) })).toMatchObject({ after: 0, result: { ok: true }, kept: 4 })
  })

  it('a pin of the newest root takes nothing from the manifests before it', () => {
    expect(follow(all, { pin: pinOf(fourth) })).toMatchObject({ result: { ok: true }, kept: 4 })
    expect(follow([third], { pin: pinOf(third) })).toMatchObject({ result: { ok: true }, kept: 3 })
  })

  it('without a pin only the newest is asked for', () => {
    expect(follow([fourth], {})).toMatchObject({ after: undefined, result: { ok: true }, kept: 4 })
  })

  it('a pin that nobody has, a missing link, and a link that the pinned root did not sign keep nothing', () => {
    const stolen = after(second, { rk: [toBase64(keys.stranger.public)] }, [keys.stranger])
    for (const [steps, pin] of [
      [all, 'ab'.repeat(32)],
      [[first, third, fourth], pinOf(first)],
      [[first, second, stolen], pinOf(first)],
      [[], pinOf(first)],
    ] as const) {
      expect(follow(steps, { pin })).toMatchObject({ result: refused, kept: undefined })
    }
  })
})

it('protocol 3.1: what is known is followed from there, whatever the pin was', () => {
  expect(follow([third, fourth], { pin: pinOf(first), known: second })).toMatchObject({ after: 2, kept: 4 })
  expect(follow([fourth], { pin: pinOf(fourth), known: second })).toMatchObject({ result: refused, kept: undefined })
})
