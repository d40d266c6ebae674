/** Builders for tests: an organisation with deterministic keys and lists. Not for products: its secrets are public. */

import type { RawMessage } from '../header.ts'
import { toBase64, toHex, utf8 } from './bytes/encoding.ts'
import type { KeyPair, Primitives, Random } from './bytes/primitives.ts'
import type { SignedCommand } from './command.ts'
import { applyOps, collapse, type ListEntries, type Op, opText } from './delta.ts'
import { type Entry, entryText } from './entry.ts'
import { type Core, draftHead, emptyAcc, type HeadDraft, signHead } from './head.ts'
import { dayMillis } from './limits.ts'
import { type Manifest, noManifest, type SignedManifest, signManifest } from './manifest.ts'
import type { SyncRequest } from './request.ts'
import { stateRoot } from './state-root.ts'
import { type AnswerContent, type AnswerMaterial, makeAnswer, mayDelta, needsChain, planAnswer } from './sync/answer.ts'
import type { OpenRequest } from './sync/check-answer.ts'
import { emptyState, type ListState } from './sync/list-state.ts'
import type { SyncAnswer } from './sync/sync-answer.ts'
import { messageHashes, signVerdict, type VerdictFacts } from './verdict.ts'

/** The tests' clock, milliseconds since the epoch. */
export const testNow = 1_700_000_000_000
/** How long the tests' heads are valid, in milliseconds (protocol.md section 3.4). */
export const headLife = 7 * dayMillis

/** Random bytes that are the same in every run: hashes of a seed and a counter. */
function testRandom(primitives: Primitives, seed: string): Random {
  let calls = 0
  return (n) => {
    const bytes = new Uint8Array(n)
    for (let at = 0; at < n; at += 32) {
      bytes.set(primitives.hash32(utf8(`${seed} ${calls++}`)).subarray(0, Math.min(32, n - at)), at)
    }
    return bytes
  }
}

type TestKeys = {
  readonly root: KeyPair
  readonly root2: KeyPair
  readonly policy: KeyPair
  readonly fresh: KeyPair
  readonly gateway: KeyPair
  readonly deviceSign: KeyPair
  /** Belongs to nobody. */
  readonly stranger: KeyPair
  /** X25519. */
  readonly server: KeyPair
  readonly deviceBox: KeyPair
  readonly otherBox: KeyPair
}

export type TestOrg = {
  readonly primitives: Primitives
  readonly random: Random
  readonly keys: TestKeys
  readonly manifest: SignedManifest
  readonly identity: { readonly org: string; readonly usr: string; readonly dev: string; readonly lst: string }
}

/** An organisation `org1` with user `alice` on device `d1`; `over` changes its manifest. */
export function testOrg(primitives: Primitives, over: Partial<Manifest> = {}): TestOrg {
  const random = testRandom(primitives, 'keys')
  const signing = (): KeyPair => {
    const secret = random(32)
    return { secret, public: primitives.signPublicKey(secret) }
  }
  const boxing = (): KeyPair => {
    const secret = random(32)
    return { secret, public: primitives.boxPublicKey(secret) }
  }
  const keys: TestKeys = {
    root: signing(),
    root2: signing(),
    policy: signing(),
    fresh: signing(),
    gateway: signing(),
    deviceSign: signing(),
    stranger: signing(),
    server: boxing(),
    deviceBox: boxing(),
    otherBox: boxing(),
  }
  const manifest = signManifest(primitives, { ...manifestOf(keys), ...over }, [keys.root])
  const identity = { org: 'org1', usr: 'alice', dev: 'd1', lst: 'L-alice' }
  return { primitives, random: testRandom(primitives, 'answers'), keys, manifest, identity }
}

function manifestOf(keys: TestKeys): Manifest {
  return {
    t: 'root',
    org: 'org1',
    ver: 1,
    exp: testNow + 365 * headLife,
    rk: [toBase64(keys.root.public)],
    k: 1,
    pk: [toBase64(keys.policy.public)],
    fk: [toBase64(keys.fresh.public)],
    sk: [toBase64(keys.server.public)],
    gk: [toBase64(keys.gateway.public)],
    ep: 1,
    minClient: '0.1.0',
    prev: noManifest,
  }
}

/** Entry number `i`, with fields of ordinary length; ids sort as their numbers do. */
export function testEntry(i: number, over: Partial<Entry> = {}): Entry {
  const number = String(i).padStart(6, '0')
  return {
    id: `c${number}`,
    rev: 1,
    n: `Contact ${number} 聯絡人`,
    k: `nick${i}`,
    m: `contact.${number}@example.org`,
    r: `Remark about contact ${number}`,
    s: i % 3 === 0 ? 'int' : 'ext',
    ...over,
  }
}

/** Operations that add entries `first` to `last`. */
export function addOps(first: number, last: number): readonly Op[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({ op: 'put', e: testEntry(first + i) }))
}

/** A list with all that a server keeps of it. */
export type TestList = {
  readonly org: TestOrg
  readonly entries: ListEntries
  readonly ops: readonly (readonly Op[])[]
  /** Heads of versions 1, 2, … */
  readonly heads: readonly (HeadDraft & { readonly signature: Uint8Array })[]
}

/** A list without a version. */
export function emptyList(org: TestOrg): TestList {
  return { org, entries: new Map(), ops: [], heads: [] }
}

/** The next version of a list; `over` changes its core. Throws on operations that do not apply. */
export function nextVersion(list: TestList, ops: readonly Op[], over: Partial<Core> = {}): TestList {
  const { org } = list
  const { primitives, identity } = org
  const entries = applyOps(primitives, list.entries, ops)
  if (!entries) throw new Error('these operations do not apply')
  const leaves = [...entries.values()].map(({ leaf }) => leaf)
  const { org: orgId, usr, lst } = identity
  const core: Core = {
    t: 'core',
    org: orgId,
    usr,
    lst,
    ep: org.manifest.m.ep,
    ver: list.heads.length + 1,
    root: toHex(stateRoot(primitives, leaves, leaves.length)),
    cnt: leaves.length,
    iat: testNow,
    exp: testNow + headLife,
    pol: { on: 'block' },
    ...over,
  }
  const draft = draftHead(primitives, core, list.heads.at(-1)?.acc ?? emptyAcc)
  const head = { ...draft, signature: signHead(primitives, draft.bytes, org.keys.policy.secret) }
  return { org, entries, ops: [...list.ops, ops], heads: [...list.heads, head] }
}

/** The state of the organisation's device before its first list. */
export function testState(org: TestOrg): ListState {
  return emptyState(org.identity, org.manifest)
}

/** A request from a state, with a nonce of its own. */
export function testRequest(org: TestOrg, state: ListState, over: Partial<SyncRequest> = {}): SyncRequest {
  const { usr, dev, lst, ep, ver, head, manifest } = state
  const common = { usr, dev, lst, ep, ver, head, man: manifest.m.ver }
  return { ...common, non: toBase64(org.random(24)), seq: 1, want: 'auto', part: 0, ...over }
}

/** What the client remembers of a request while it is open. */
export function openOf(request: SyncRequest): OpenRequest {
  const { non, seq, want, part } = request
  return { non, seq, want, part }
}

export type AnswerOptions = {
  readonly now?: number
  readonly commands?: readonly SignedCommand[]
  readonly manifests?: readonly Uint8Array[]
  readonly content?: AnswerContent
  /** Changes what is answered, before it is sealed and signed. */
  readonly over?: Partial<AnswerMaterial>
  readonly freshSeed?: Uint8Array
  readonly deviceBox?: Uint8Array
}

/** The honest server's answer to a request, or, with options, a dishonest one's. */
export function testAnswer(list: TestList, request: SyncRequest, options: AnswerOptions = {}): SyncAnswer {
  const { org } = list
  const head = list.heads.at(-1)
  if (!head) throw new Error('a list without a version')
  const { ep, ver } = head.head.core
  const chain = needsChain(request, { ep, ver }) ? list.heads.slice(request.ver).map((h) => h.coreHash) : []
  const content = options.content ?? contentFor(list, request, { ep, ver })
  const { manifests = [], commands = [] } = options
  const statement = { ep, ver, head: head.bytes, headSig: head.signature, chain, manifests, commands, content }
  const context = {
    now: options.now ?? testNow,
    primitives: org.primitives,
    random: org.random,
    freshSeed: options.freshSeed ?? org.keys.fresh.secret,
    deviceBox: options.deviceBox ?? org.keys.deviceBox.public,
  }
  return makeAnswer(request, { ...org.identity, ...statement, ...options.over }, context)
}

/** What `planAnswer` asks for. */
function contentFor(list: TestList, request: SyncRequest, version: { ep: number; ver: number }): AnswerContent {
  const texts = [...list.entries.values()].map(({ entry }) => entryText(entry))
  const sizeOf = (items: readonly string[]): number => items.reduce((sum, text) => sum + utf8(text).length + 1, 0)
  const ops = mayDelta(request, version) ? collapse(list.ops.slice(request.ver)) : undefined
  const opsSize = ops && { opsSize: sizeOf(ops.map(opText)) }
  const plan = planAnswer(request, { ...version, count: texts.length, size: sizeOf(texts), ...opsSize })
  if (plan.kind === 'none') return plan
  if (plan.kind === 'delta') return { kind: 'delta', ops: ops ?? [] }
  const entries = texts.slice(plan.offset, plan.offset + plan.limit)
  return { kind: 'full', entries, part: plan.part, parts: plan.parts }
}

/** The field's value of a verdict about this message, signed with the secret key `seed`. */
export function makeVerdict(
  primitives: Primitives,
  facts: VerdictFacts,
  message: RawMessage,
  seed: Uint8Array,
): string {
  return signVerdict(primitives, { ...facts, ...messageHashes(primitives, message) }, seed)
}
