/** The fresh statement: what the server says now, to this request of this device (protocol.md section 3.5). */
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import type { Primitives } from './bytes/primitives.ts'
import { count, hash, name, nonce } from './bytes/schemas.ts'
import { signAs, verifyAs } from './bytes/signing.ts'
import { signedCommandSchema } from './command.ts'
import { maxCommands, maxObjectBytes } from './limits.ts'

const freshSchema = z.strictObject({
  t: z.literal('fresh'),
  org: name,
  usr: name,
  dev: name,
  lst: name,
  ep: count,
  ver: count,
  /** `headHash`, hex. */
  head: hash,
  kind: z.enum(['none', 'delta', 'full']),
  /** The version that a delta starts from; 0 for a full list; `ver` where nothing changed. */
  from: count,
  /** `H(DS("seal") ‖ sealed)`, hex; empty where nothing is sealed. */
  seal: z.union([hash, z.literal('')]),
  /** Key commitment, hex; empty where nothing is sealed. */
  kc: z.union([hash, z.literal('')]),
  /** The client's nonce, base64. */
  non: nonce,
  seq: count,
  iat: count,
  exp: count,
  cmd: z.array(signedCommandSchema).max(maxCommands).readonly(),
})
/**
 * The statement, unsigned: which version is the newest, and how the answer carries it. Times are milliseconds since
 * the epoch.
 */
export type Fresh = Readonly<z.infer<typeof freshSchema>>

/** Encodes and signs a fresh statement with F. */
export function signFresh(
  primitives: Primitives,
  fresh: Fresh,
  freshSeed: Uint8Array,
): { readonly bytes: Uint8Array; readonly signature: Uint8Array } {
  const bytes = encodeCanonical(fresh)
  return { bytes, signature: signAs(primitives, 'fresh', bytes, freshSeed) }
}

/** A fresh statement from its bytes, in form only. */
export function decodeFresh(bytes: Uint8Array): Fresh | undefined {
  if (bytes.length > maxObjectBytes) return undefined
  const parsed = freshSchema.safeParse(decodeCanonical(bytes))
  return parsed.success ? parsed.data : undefined
}

/** Whether one of the fresh keys signed these bytes. */
export function verifyFresh(
  primitives: Primitives,
  signed: { readonly bytes: Uint8Array; readonly signature: Uint8Array },
  freshKeys: readonly Uint8Array[],
): boolean {
  return verifyAs(primitives, 'fresh', signed, freshKeys)
}
