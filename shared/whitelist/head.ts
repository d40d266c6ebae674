/** The head: what the policy key signs about one version of a list (protocol.md section 3.4). */
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import { concat, fromHex, toHex } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { count, hash, name } from './bytes/schemas.ts'
import { signAs, taggedHash, verifyAs } from './bytes/signing.ts'
import { dayMillis, defaultOfflineDays, maxObjectBytes } from './limits.ts'

/** What the list's owner may do with it. Absent keys have the defaults of `policyOf`. */
export const policySchema = z.strictObject({
  /** When the lease is over: refuse all sending, or allow internal contacts (guard.md O7). */
  on: z.enum(['block', 'internal']),
  /** Days of grace after the head's expiry. */
  days: z.number().int().min(0).max(3_650).exactOptional(),
  /** Which way messages go. */
  mode: z.enum(['both', 'send', 'receive']).exactOptional(),
  /** Whether half of the store's key comes from the server (section 9). */
  store: z.enum(['local', 'online']).exactOptional(),
  /** Who updates: the user's button, the server's poke, both (section 7). */
  upd: z.enum(['user', 'server', 'both']).exactOptional(),
  /** Whether addresses outside ASCII may be listed and written to (guard.md A2). */
  uni: z.boolean().exactOptional(),
})
/** The list's rules on the wire; `policyOf` reads them. */
export type Policy = Readonly<z.infer<typeof policySchema>>

/** What a head says of one version of a list (protocol.md section 3.4), in the names of the wire. */
export const coreSchema = z.strictObject({
  t: z.literal('core'),
  org: name,
  usr: name,
  lst: name,
  ep: count.min(1),
  ver: count.min(1),
  /** State root, hex. */
  root: hash,
  /** Number of entries. */
  cnt: count,
  iat: count,
  exp: count,
  pol: policySchema,
})
/** What a version of a list says, without its past. Times are milliseconds since the epoch. */
export type Core = Readonly<z.infer<typeof coreSchema>>

const headSchema = z.strictObject({ t: z.literal('head'), core: coreSchema, acc: hash })
/** What P signs: a core, and the chain of all cores before it (`acc`, hex). */
export type Head = Readonly<z.infer<typeof headSchema>>

/** `acc_0`: 32 zero bytes, hex. */
export const emptyAcc = '0'.repeat(64)

/** A policy with nothing left open. */
type FullPolicy = {
  readonly onExpiry: 'block' | 'internal'
  readonly offlineDays: number
  readonly mode: 'both' | 'send' | 'receive'
  readonly store: 'local' | 'online'
  readonly update: 'user' | 'server' | 'both'
  readonly unicode: boolean
}

/** The policy with every default filled in. */
export function policyOf(core: Pick<Core, 'pol'>): FullPolicy {
  const { on, days, mode, store, upd, uni } = core.pol
  return {
    onExpiry: on,
    offlineDays: days ?? defaultOfflineDays,
    mode: mode ?? 'both',
    store: store ?? 'local',
    update: upd ?? 'both',
    unicode: uni ?? false,
  }
}

/** When sending by this list ends without a fresh answer: the head's expiry and the off-line days (section 9). */
export function leaseEndsAt(core: Pick<Core, 'pol' | 'exp'>): number {
  return core.exp + policyOf(core).offlineDays * dayMillis
}

/** `coreHash = H(DS("core") ‖ core bytes)`, hex. */
export function coreHash(primitives: Primitives, core: Core): string {
  return toHex(taggedHash(primitives, 'core', encodeCanonical(core)))
}

/** `acc_v = H(DS("acc") ‖ acc_{v−1} ‖ coreHash_v)`; all hex. Throws on what is not a hash: check first. */
export function nextAcc(primitives: Primitives, acc: string, core: string): string {
  const before = fromHex(acc, 32)
  const added = fromHex(core, 32)
  if (!before || !added) throw new Error('not a hash')
  return toHex(taggedHash(primitives, 'acc', concat(before, added)))
}

/** `H(DS("head") ‖ head)`, hex: identifies a head. */
export function headHash(primitives: Primitives, head: Uint8Array): string {
  return toHex(taggedHash(primitives, 'head', head))
}

/** The signature by P of a head's bytes: wherever P is. */
export function signHead(primitives: Primitives, bytes: Uint8Array, policySeed: Uint8Array): Uint8Array {
  return signAs(primitives, 'head', bytes, policySeed)
}

/** The same head before it is signed. */
export function draftHead(primitives: Primitives, core: Core, accBefore: string): HeadDraft {
  const hashOfCore = coreHash(primitives, core)
  const head: Head = { t: 'head', core, acc: nextAcc(primitives, accBefore, hashOfCore) }
  const bytes = encodeCanonical(head)
  return {
    head,
    bytes,
    coreHash: hashOfCore,
    acc: head.acc,
    hash: headHash(primitives, bytes),
  }
}

/** A head before it is signed, and what is kept of it. Hashes are hex. */
export type HeadDraft = {
  readonly head: Head
  readonly bytes: Uint8Array
  readonly coreHash: string
  readonly acc: string
  readonly hash: string
}

/** A head from its bytes, in form only. */
export function decodeHead(bytes: Uint8Array): Head | undefined {
  if (bytes.length > maxObjectBytes) return undefined
  const parsed = headSchema.safeParse(decodeCanonical(bytes))
  return parsed.success ? parsed.data : undefined
}

/** Whether one of the policy keys signed these head bytes. */
export function verifyHead(
  primitives: Primitives,
  signed: { readonly bytes: Uint8Array; readonly signature: Uint8Array },
  policyKeys: readonly Uint8Array[],
): boolean {
  return verifyAs(primitives, 'head', signed, policyKeys)
}
