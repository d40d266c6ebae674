/** The server's side of a sync: none, delta, full or one part of a full list (protocol.md section 6). */
import { type BodyHeader, encodeBody } from '../body.ts'
import type { Primitives, Random } from '../bytes/primitives.ts'
import type { SignedCommand } from '../command.ts'
import type { Op } from '../delta.ts'
import { type Fresh, signFresh } from '../fresh.ts'
import { headHash } from '../head.ts'
import { entriesPerPart, freshLife, maxChain, maxDeltaVersions, partsAbove } from '../limits.ts'
import type { SyncRequest } from '../request.ts'
import { type Sealed, sealBody } from '../sealed.ts'
import type { SyncAnswer } from './sync-answer.ts'

/** What decides between none, delta and full. Sizes are bytes of canonical texts. */
export type ListFacts = {
  readonly ep: number
  readonly ver: number
  /** Number of entries and the bytes of their texts. */
  readonly count: number
  readonly size: number
  /** Bytes of the collapsed operations since the request's version; absent where they are not to be had. */
  readonly opsSize?: number
}

/** What to send. Full: entries `offset` to `offset + limit` in order of id. */
type AnswerPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'delta' }
  | {
      readonly kind: 'full'
      /** From 0; `parts` is 1 for a list in one piece. */
      readonly part: number
      readonly parts: number
      readonly offset: number
      readonly limit: number
    }

/** What the plan asked for: canonical entry texts in order of id, or collapsed operations. */
export type AnswerContent =
  | { readonly kind: 'none' }
  | { readonly kind: 'delta'; readonly ops: readonly Op[] }
  | { readonly kind: 'full'; readonly entries: readonly string[]; readonly part: number; readonly parts: number }

/** Everything that an answer is made of, read in one moment. */
export type AnswerMaterial = {
  readonly org: string
  readonly usr: string
  readonly dev: string
  readonly lst: string
  readonly ep: number
  readonly ver: number
  readonly head: Uint8Array
  readonly headSig: Uint8Array
  /** `coreHash` (hex) of each version after the request's up to `ver`; see `needsChain`. */
  readonly chain: readonly string[]
  readonly content: AnswerContent
  readonly commands: readonly SignedCommand[]
  /** Encoded signed manifests after the client's `man`, oldest first. */
  readonly manifests: readonly Uint8Array[]
}

type AnswerContext = {
  readonly now: number
  readonly primitives: Primitives
  readonly random: Random
  /** F's seed. */
  readonly freshSeed: Uint8Array
  /** The device's box key. */
  readonly deviceBox: Uint8Array
}

type Version = Pick<ListFacts, 'ep' | 'ver'>

/** Whether the client follows a history: then every `coreHash` after its version must be sent, whatever the kind. */
export function needsChain(request: Pick<SyncRequest, 'ep' | 'ver'>, facts: Version): boolean {
  return request.ver > 0 && request.ep === facts.ep && request.ver < facts.ver
}

/** Whether the client is further behind than a chain may be long: answer `VersionUnknown`, it enrols again. */
export function isTooFarBehind(request: Pick<SyncRequest, 'ep' | 'ver'>, facts: Version): boolean {
  return needsChain(request, facts) && facts.ver - request.ver > maxChain
}

/** Whether operations since the request's version are worth loading. */
export function mayDelta(request: SyncRequest, facts: Version): boolean {
  return request.want === 'auto' && needsChain(request, facts) && facts.ver - request.ver <= maxDeltaVersions
}

/** Chooses what to send. A client that claims a version above the list's own gets it whole, and raises its alarm. */
export function planAnswer(request: SyncRequest, facts: ListFacts): AnswerPlan {
  if (request.want === 'auto' && request.ep === facts.ep && request.ver === facts.ver) return { kind: 'none' }
  const { opsSize } = facts
  if (opsSize !== undefined && mayDelta(request, facts) && opsSize <= Math.min(partsAbove, facts.size / 2)) {
    return { kind: 'delta' }
  }
  if (facts.size <= partsAbove) return { kind: 'full', part: 0, parts: 1, offset: 0, limit: facts.count }
  const parts = Math.ceil(facts.count / entriesPerPart)
  // The list got shorter meanwhile: part 0 tells the client, by another head, to begin again.
  const part = request.part < parts ? request.part : 0
  return { kind: 'full', part, parts, offset: part * entriesPerPart, limit: entriesPerPart }
}

/** Seals and signs the answer to one request. */
export function makeAnswer(request: SyncRequest, material: AnswerMaterial, context: AnswerContext): SyncAnswer {
  const { primitives, now } = context
  const { org, usr, dev, lst, ep, ver, head, headSig, chain, content, commands, manifests } = material
  const from = content.kind === 'full' ? 0 : content.kind === 'delta' ? request.ver : ver
  const sealed = seal({ org, usr, dev, lst, ep, ver, from, non: request.non }, content, context)
  const fresh: Fresh = {
    t: 'fresh',
    org,
    usr,
    dev,
    lst,
    ep,
    ver,
    head: headHash(primitives, head),
    kind: content.kind,
    from,
    seal: sealed?.seal ?? '',
    kc: sealed?.kc ?? '',
    non: request.non,
    seq: request.seq,
    iat: now,
    exp: now + freshLife,
    cmd: commands,
  }
  const signed = signFresh(primitives, fresh, context.freshSeed)
  return {
    fresh: signed.bytes,
    freshSig: signed.signature,
    head,
    headSig,
    chain,
    manifests,
    ...(sealed && { sealed: sealed.bytes }),
  }
}

function seal(hdr: BodyHeader, content: AnswerContent, context: AnswerContext): Sealed | undefined {
  if (content.kind === 'none') return undefined
  const { primitives, deviceBox, random } = context
  const parts = content.kind === 'full' && content.parts > 1 ? { part: content.part, parts: content.parts } : {}
  return sealBody(primitives, encodeBody({ ...hdr, ...parts }, content), deviceBox, random)
}
