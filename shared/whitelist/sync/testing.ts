/** What tests of attacks need: an honest scene, a pen to rewrite statements, and the check that nothing moved. For tests only. */
import { type Canonical, decodeCanonical, encodeCanonical, isList } from '../bytes/canonical.ts'
import { toHex } from '../bytes/encoding.ts'
import type { KeyPair, Primitives } from '../bytes/primitives.ts'
import { signAs } from '../bytes/signing.ts'
import { decodeFresh, type Fresh } from '../fresh.ts'
import type { SyncRequest } from '../request.ts'
import {
  addOps,
  emptyList,
  nextVersion,
  openOf,
  type TestList,
  type TestOrg,
  testAnswer,
  testEntry,
  testNow,
  testOrg,
  testRequest,
  testState,
} from '../testing.ts'
import { type CheckContext, type CheckedAnswer, checkAnswer, type OpenRequest } from './check-answer.ts'
import type { ListState } from './list-state.ts'
import type { SyncAnswer } from './sync-answer.ts'

/** A device at version 2 of a list of 20, whose server has version 3, and an open request. */
type Scene = {
  readonly org: TestOrg
  /** Version 2, as the device has it. */
  readonly known: TestList
  /** Version 3: one added, one changed, one removed. */
  readonly list: TestList
  readonly state: ListState
  readonly request: SyncRequest
  readonly open: OpenRequest
  readonly context: CheckContext
}

export function makeScene(primitives: Primitives): Scene {
  const org = testOrg(primitives)
  const first = nextVersion(emptyList(org), addOps(1, 20))
  const known = nextVersion(first, [{ op: 'put', e: testEntry(2, { rev: 2, k: 'second' }) }])
  const list = nextVersion(known, [
    { op: 'put', e: testEntry(3, { rev: 2, k: 'third' }) },
    { op: 'del', id: testEntry(4).id },
    { op: 'put', e: testEntry(21) },
  ])
  const context = { now: testNow, primitives, boxSecret: org.keys.deviceBox.secret }
  const state = follow(known, testState(org), context)
  const request = testRequest(org, state)
  return { org, known, list, state, request, open: openOf(request), context }
}

/** The state after an honest sync with a list. */
export function follow(list: TestList, state: ListState, context: CheckContext): ListState {
  const request = testRequest(list.org, state)
  const checked = checkAnswer(state, openOf(request), testAnswer(list, request), context)
  if (!checked.ok || checked.step !== 'applied') throw new Error('an honest answer was not applied')
  return checked.state
}

/** Everything of a state that could move, as text. */
export function snapshot(state: ListState): string {
  const { entries, ...rest } = state
  return JSON.stringify([rest, [...entries.values()].map(({ entry, leaf }) => [entry, toHex(leaf)])])
}

/** An answer whose fresh statement was rewritten and signed again: what a stolen F can do. */
export function rewritten(answer: SyncAnswer, change: Partial<Fresh>, signer: KeyPair, scene: Scene): SyncAnswer {
  const fresh = decodeFresh(answer.fresh)
  if (!fresh) throw new Error('the answer has a fresh statement')
  return withFresh(answer, encodeCanonical({ ...fresh, ...change }), signer, scene)
}

/** An answer with other fresh bytes, well signed. */
export function withFresh(answer: SyncAnswer, bytes: Uint8Array, signer: KeyPair, { context }: Scene): SyncAnswer {
  return { ...answer, fresh: bytes, freshSig: signAs(context.primitives, 'fresh', bytes, signer.secret) }
}

/** The value of canonical bytes that are an object. */
export function objectOf(bytes: Uint8Array): { readonly [key: string]: Canonical | undefined } {
  const value = decodeCanonical(bytes)
  if (typeof value !== 'object' || isList(value)) throw new Error('not an object')
  return value
}

/** The verdict on an answer, after asserting that the state did not move and that an honest answer still passes. */
export function attack(scene: Scene, answer: SyncAnswer, over: Partial<CheckContext> = {}): CheckedAnswer {
  const before = snapshot(scene.state)
  const checked = checkAnswer(scene.state, scene.open, answer, { ...scene.context, ...over })
  if (snapshot(scene.state) !== before) throw new Error('the state moved')
  const honest = checkAnswer(scene.state, scene.open, testAnswer(scene.list, scene.request), scene.context)
  if (!honest.ok) throw new Error('an honest answer is refused after the attack')
  return checked
}
