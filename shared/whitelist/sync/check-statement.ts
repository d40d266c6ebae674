/** Steps 1 to 10 of protocol.md section 6: who says what about which version, before anything sealed is opened. */
import { fromHex } from '../bytes/encoding.ts'
import type { Primitives } from '../bytes/primitives.ts'
import { verifyCommand } from '../command.ts'
import { decodeFresh, type Fresh, verifyFresh } from '../fresh.ts'
import { type Core, coreHash, decodeHead, type Head, headHash, nextAcc, verifyHead } from '../head.ts'
import { maxAhead, maxChain, maxFreshLife, maxManifestSteps, maxObjectBytes, maxSealedBytes } from '../limits.ts'
import { acceptNext, decodeManifest, keysOf, type SignedManifest } from '../manifest.ts'
import type { SyncRequest } from '../request.ts'
import type { SyncFailure } from './failures.ts'
import { isBelow, type ListState, trustedTimeIn } from './list-state.ts'
import type { SyncAnswer } from './sync-answer.ts'

/** An answer whose statements are all good: what it says may be acted on. */
export type Statement = {
  readonly manifest: SignedManifest
  readonly fresh: Fresh
  readonly head: Head
  readonly headHash: string
  /** The highest trusted time before this answer, in its epoch. */
  readonly trustedTime: number
  /** Why it may move nothing, though all else is good: whoever dated it and this device disagree about the time. */
  readonly ahead?: Extract<SyncFailure, 'ahead' | 'headAhead'>
}

type Asked = Pick<SyncRequest, 'non' | 'seq'>
type Context = { readonly now: number; readonly primitives: Primitives }

/** Runs steps 1 to 10 in order; the first failure ends it. */
export function checkStatement(
  state: ListState,
  asked: Asked,
  answer: SyncAnswer,
  context: Context,
): Statement | SyncFailure {
  const { primitives } = context
  if (isTooLarge(answer)) return 'tooLarge'
  const fresh = decodeFresh(answer.fresh)
  const head = decodeHead(answer.head)
  if (!fresh || !head || !answer.chain.every((link) => fromHex(link, 32))) return 'malformed'
  const manifest = stepManifests(state.manifest, answer.manifests, context)
  if (!manifest) return 'manifest'
  const trustedTime = trustedTimeIn(state, manifest.m.ep)
  // A clock set back must not make an expired manifest good again.
  const clock = Math.max(context.now, trustedTime)
  if (manifest.m.exp < clock) return 'manifestExpired'
  const ahead = aheadOf(fresh, head, context.now)
  const hash = headHash(primitives, answer.head)
  const statement = { manifest, fresh, head, headHash: hash, trustedTime, ...(ahead && { ahead }) }
  return (
    checkFresh(state, asked, answer, { primitives, now: clock, statement }) ??
    checkHead(answer, statement, { primitives, now: ahead === 'ahead' ? clock : Math.max(clock, fresh.iat) }) ??
    checkCommands(state, statement, primitives) ??
    checkHistory(state, statement, answer.chain, primitives) ??
    statement
  )
}

/** By the device's own clock: the trusted time is what such an answer would move. */
function aheadOf(fresh: Fresh, head: Head, now: number): Statement['ahead'] {
  if (fresh.iat > now + maxAhead) return 'ahead'
  return head.core.iat > now + maxAhead ? 'headAhead' : undefined
}

/** Step 1. */
function isTooLarge(answer: SyncAnswer): boolean {
  return (
    [answer.fresh, answer.head, ...answer.manifests].some((bytes) => bytes.length > maxObjectBytes) ||
    (answer.sealed?.length ?? 0) > maxSealedBytes ||
    answer.chain.length > maxChain ||
    answer.manifests.length > maxManifestSteps
  )
}

/** Step 2: the manifest in force after the answer's steps, each exactly one after the other. */
function stepManifests(
  mine: SignedManifest,
  steps: readonly Uint8Array[],
  { primitives, now }: Context,
): SignedManifest | undefined {
  let current = mine
  for (const bytes of steps) {
    const next = decodeManifest(bytes)
    const accepted = next && acceptNext(primitives, current, next, now)
    if (!accepted?.ok) return undefined
    current = accepted.value
  }
  return current
}

/** Steps 3 to 7. */
function checkFresh(
  state: ListState,
  asked: Asked,
  answer: SyncAnswer,
  { now, primitives, statement }: Context & { readonly statement: Statement },
): SyncFailure | undefined {
  const { fresh, manifest } = statement
  const signed = { bytes: answer.fresh, signature: answer.freshSig }
  if (!verifyFresh(primitives, signed, keysOf(manifest, 'fk'))) return 'freshSignature'
  const isMine =
    fresh.org === state.org && fresh.usr === state.usr && fresh.dev === state.dev && fresh.lst === state.lst
  if (!isMine) return 'notMine'
  if (fresh.non !== asked.non || fresh.seq !== asked.seq) return 'notThisRequest'
  if (fresh.exp < fresh.iat || fresh.exp - fresh.iat > maxFreshLife) return 'lifetime'
  if (fresh.exp < now) return 'stale'
  if (isBelow(fresh, state) || (state.floor && isBelow(fresh, state.floor))) return 'rollback'
  return undefined
}

/**
 * Step 8. Here now is also at least the answer's own `iat`, unless that is ahead and moves nothing: so the trusted time
 * that an answer leaves behind never passes the expiry of a head.
 */
function checkHead(
  answer: SyncAnswer,
  { fresh, head, headHash: hash, manifest }: Statement,
  { primitives, now }: Context,
): SyncFailure | undefined {
  if (hash !== fresh.head) return 'headHash'
  const signed = { bytes: answer.head, signature: answer.headSig }
  if (!verifyHead(primitives, signed, keysOf(manifest, 'pk'))) return 'headSignature'
  if (!isSameIdentity(head.core, fresh) || head.core.iat > head.core.exp) return 'headIdentity'
  return head.core.exp < now ? 'headExpired' : undefined
}

function isSameIdentity(core: Core, fresh: Fresh): boolean {
  return (
    core.org === fresh.org &&
    core.usr === fresh.usr &&
    core.lst === fresh.lst &&
    core.ep === fresh.ep &&
    core.ver === fresh.ver
  )
}

/** Step 9: one command that is not P's, or not for this device, spoils the whole answer. */
function checkCommands(
  state: ListState,
  { fresh, manifest }: Statement,
  primitives: Primitives,
): SyncFailure | undefined {
  const keys = keysOf(manifest, 'pk')
  const good = fresh.cmd.every(
    (command) => command.c.org === state.org && command.c.dev === state.dev && verifyCommand(primitives, command, keys),
  )
  return good ? undefined : 'command'
}

/** Step 10: the same version is the same head; a higher one descends from mine; a new epoch comes from the root. */
function checkHistory(
  state: ListState,
  { fresh, head, headHash: hash, manifest }: Statement,
  chain: readonly string[],
  primitives: Primitives,
): SyncFailure | undefined {
  if (fresh.ep !== manifest.m.ep) return 'epoch'
  const { floor } = state
  if (floor && fresh.ep === floor.ep && fresh.ver === floor.ver && hash !== floor.head) return 'equivocation'
  if (fresh.ep !== state.ep || state.ver === 0) return undefined
  // Two heads of one version: somebody shows different lists to different devices.
  if (fresh.ver === state.ver) return hash === state.head ? undefined : 'equivocation'
  if (chain.length !== fresh.ver - state.ver || chain.at(-1) !== coreHash(primitives, head.core)) return 'fork'
  const acc = chain.reduce((before, link) => nextAcc(primitives, before, link), state.acc)
  return acc === head.acc ? undefined : 'fork'
}
