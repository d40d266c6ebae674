/** Random bit and digit mutations of whole answers (protocol.md section 13): never another state than the honest one. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { expect, it } from 'vitest'
import { readSyncAnswer, writeSyncAnswer } from '../soap/operations.ts'
import { readEnvelope } from '../soap/reader.ts'
import { writeEnvelope } from '../soap/writer.ts'
import { fromUtf8, utf8 } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import { encodeManifest, manifestHash, signManifest } from './manifest.ts'
import { checkAnswer } from './sync/check-answer.ts'
import type { SyncAnswer } from './sync/sync-answer.ts'
import { attack, makeScene, snapshot } from './sync/testing.ts'
import { testAnswer } from './testing.ts'

/** Mutations of the answer's fields, and of its envelope. Fewer than 100,000 would not be what section 13 asks. */
const runs = { fields: 90_000, envelopes: 10_000 }

const primitives = nodePrimitives(crypto, zlib)
const scene = makeScene(primitives)
const { org, list, state, request, open, context } = scene
const prev = manifestHash(primitives, org.manifest.m)
const next = signManifest(primitives, { ...org.manifest.m, ver: 2, prev }, [org.keys.root])
const bare = testAnswer(list, request)
const honest = { ...bare, manifests: [encodeManifest(next)] }
const honestState = (() => {
  const checked = attack(scene, honest)
  if (!checked.ok || checked.step !== 'applied') throw new Error('the honest answer passes')
  return snapshot(checked.state)
})()

/** A small generator with a fixed seed (xorshift32): the same mutations in every run. */
let seed = 0x9e3779b9
function random(below: number): number {
  seed ^= seed << 13
  seed ^= seed >>> 17
  seed ^= seed << 5
  return (seed >>> 0) % below
}

/** One bit flipped, or one digit or letter replaced by another. */
function mutated(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  const at = random(copy.length)
  const old = copy[at] ?? 0
  const isDigit = old >= 0x30 && old <= 0x39
  copy[at] = isDigit && random(2) === 0 ? 0x30 + ((old - 0x30 + 1 + random(9)) % 10) : old ^ (1 << random(8))
  return copy
}

/** The answer with one of its fields mutated; small statements as often as the large sealed body. */
function mutatedAnswer(): SyncAnswer {
  const { sealed = new Uint8Array(1), chain } = bare
  switch (random(7)) {
    case 0:
      return { ...bare, fresh: mutated(honest.fresh) }
    case 1:
      return { ...bare, freshSig: mutated(honest.freshSig) }
    case 2:
      return { ...bare, head: mutated(honest.head) }
    case 3:
      return { ...bare, headSig: mutated(honest.headSig) }
    case 4:
      return { ...bare, chain: chain.map((link) => fromUtf8(mutated(utf8(link))) ?? '') }
    case 5:
      return { ...bare, sealed: mutated(sealed) }
    default:
      return { ...honest, manifests: honest.manifests.map(mutated) }
  }
}

const before = snapshot(state)

it(`refuses all of ${runs.fields} mutations of an answer's fields`, { timeout: 600_000 }, () => {
  const passed: string[] = []
  for (let run = 0; run < runs.fields; run++) {
    const checked = checkAnswer(state, open, mutatedAnswer(), context)
    if (checked.ok) passed.push(`run ${run}`)
  }
  expect(passed).toEqual([])
  expect(snapshot(state)).toBe(before)
})

it(
  `${runs.envelopes} mutations of whole envelopes are refused or change nothing that is read`,
  {
    timeout: 300_000,
  },
  () => {
    const bytes = utf8(writeEnvelope({ operation: 'SyncResponse', fields: writeSyncAnswer(honest) }))
    let refused = 0
    for (let run = 0; run < runs.envelopes; run++) {
      const envelope = readEnvelope(mutated(bytes))
      const answer = envelope.ok && envelope.operation === 'SyncResponse' ? readSyncAnswer(envelope.fields) : undefined
      const checked = answer && checkAnswer(state, open, answer, context)
      if (!checked?.ok) refused++
      else if (checked.step !== 'applied' || snapshot(checked.state) !== honestState)
        throw new Error(`another state in run ${run}`)
    }
    expect(refused).toBeGreaterThan(runs.envelopes * 0.99)
    expect(snapshot(state)).toBe(before)
  },
)
