/** The manifest: which keys speak for an organisation, signed by its root keys (protocol.md section 3.1). */
import { z } from 'zod'
import type { Checked } from '../failures.ts'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import { fromBase64, toBase64, toHex } from './bytes/encoding.ts'
import type { KeyPair, Primitives } from './bytes/primitives.ts'
import { count, hash, name, publicKey, signature } from './bytes/schemas.ts'
import { signAs, taggedHash, verifyAs } from './bytes/signing.ts'
import { maxObjectBytes } from './limits.ts'

/** Most keys of one kind in a manifest. */
const maxKeys = 16
const keys = z.array(publicKey).min(1).max(maxKeys).readonly()

const manifestSchema = z.strictObject({
  t: z.literal('root'),
  org: name,
  /** 1, then rising by one. */
  ver: count.min(1),
  exp: count,
  /** Root keys, Ed25519. */
  rk: keys,
  /** How many root keys must sign. */
  k: z.number().int().min(1).max(maxKeys),
  /** Policy keys, Ed25519: heads and commands. */
  pk: keys,
  /** Fresh keys, Ed25519: answers and sessions. */
  fk: keys,
  /** Server keys, X25519: sealed logins. */
  sk: keys,
  /** Gateway keys, Ed25519: verdicts. */
  gk: z.array(publicKey).max(maxKeys).readonly(),
  /** Epoch of all lists: rises when a policy key may have been stolen. */
  ep: count.min(1),
  /** Oldest client that may send, as `major.minor.patch`. */
  minClient: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
  /** `manifestHash` of the version before; 64 zeros for the first. */
  prev: hash,
})
/**
 * The manifest without its signatures. Keys are base64; the first of a kind is in use. `exp`: milliseconds since the
 * epoch.
 */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>

const signedSchema = z.strictObject({
  m: manifestSchema,
  sigs: z
    .array(z.strictObject({ k: publicKey, s: signature }))
    .min(1)
    .max(2 * maxKeys)
    .readonly(),
})
/** A manifest and its signatures, each with the root key that made it. On the wire: its canonical bytes. */
export type SignedManifest = Readonly<z.infer<typeof signedSchema>>

/** The number of a manifest; `undefined` where there is none. */
export function manifestVersion(manifest: SignedManifest | undefined): number | undefined {
  return manifest?.m.ver
}

/** `prev` of a first manifest. */
export const noManifest = '0'.repeat(64)

/** Why a manifest is not accepted. */
export type ManifestFault =
  | 'malformed'
  | 'otherOrg'
  | 'rollback'
  | 'gap'
  | 'notSigned'
  | 'expired'
  | 'notPinned'
  | 'epochBack'
/** A manifest that may be trusted, or why not. */
export type ManifestResult = Checked<SignedManifest, ManifestFault>

/** Signs a manifest with the given root keys. */
export function signManifest(primitives: Primitives, manifest: Manifest, roots: readonly KeyPair[]): SignedManifest {
  const bytes = encodeCanonical(manifest)
  const sigs = roots.map((root) => ({
    k: toBase64(root.public),
    s: toBase64(signAs(primitives, 'root', bytes, root.secret)),
  }))
  return { m: manifest, sigs }
}

/** The canonical bytes, signatures included. */
export function encodeManifest(manifest: SignedManifest): Uint8Array {
  return encodeCanonical(manifest)
}

/** A signed manifest from its bytes, in form only: nothing is verified yet. */
export function decodeManifest(bytes: Uint8Array): SignedManifest | undefined {
  if (bytes.length > maxObjectBytes) return undefined
  const parsed = signedSchema.safeParse(decodeCanonical(bytes))
  return parsed.success ? parsed.data : undefined
}

/** Identifies a manifest: what the next one names as `prev`. */
export function manifestHash(primitives: Primitives, manifest: Manifest): string {
  return toHex(taggedHash(primitives, 'root', encodeCanonical(manifest)))
}

/** H(R): fingerprint of the root keys and their threshold, as an enrolment code pins it. */
export function rootFingerprint(primitives: Primitives, manifest: Pick<Manifest, 'rk' | 'k'>): string {
  return toHex(taggedHash(primitives, 'rootKeys', encodeCanonical({ k: manifest.k, rk: [...manifest.rk].sort() })))
}

/**
 * Accepts a manifest seen for the first time: its root keys must have the pinned fingerprint and have signed it.
 * Without a pin (trust on first use, section 5.1) only the signatures are checked; the caller shows the fingerprint.
 */
export function acceptFirst(
  primitives: Primitives,
  manifest: SignedManifest,
  context: { readonly now: number; readonly pin?: string; readonly org?: string },
): ManifestResult {
  const { m } = manifest
  if (context.org !== undefined && m.org !== context.org) return { ok: false, fault: 'otherOrg' }
  if (context.pin !== undefined && rootFingerprint(primitives, m) !== context.pin)
    return { ok: false, fault: 'notPinned' }
  // Where the root keys were just replaced, the old ones signed too: they are unknown here, and count for nothing.
  const known = { m, sigs: manifest.sigs.filter(({ k }) => m.rk.includes(k)) }
  if (!isSignedBy(primitives, known, [m])) return { ok: false, fault: 'notSigned' }
  if (m.exp < context.now) return { ok: false, fault: 'expired' }
  return { ok: true, value: manifest }
}

/** Accepts version N+1 after N: signed by enough root keys of both, one higher, not expired (section 3.1). */
export function acceptNext(
  primitives: Primitives,
  mine: SignedManifest,
  next: SignedManifest,
  now: number,
): ManifestResult {
  const refuse = (fault: ManifestFault): ManifestResult => ({ ok: false, fault })
  if (next.m.org !== mine.m.org) return refuse('otherOrg')
  if (next.m.ver < mine.m.ver) return refuse('rollback')
  // The one that I have, shown again, is no step. Another one of the same number is what a fork looks like.
  if (next.m.ver === mine.m.ver) {
    const same = manifestHash(primitives, next.m) === manifestHash(primitives, mine.m)
    return same ? { ok: true, value: mine } : refuse('rollback')
  }
  if (next.m.ver !== mine.m.ver + 1) return refuse('gap')
  // A step names what it follows, so that two histories of one organisation can't be joined.
  if (next.m.prev !== manifestHash(primitives, mine.m)) return refuse('gap')
  if (!isSignedBy(primitives, next, [mine.m, next.m])) return refuse('notSigned')
  if (next.m.ep < mine.m.ep) return refuse('epochBack')
  if (next.m.exp < now) return refuse('expired')
  return { ok: true, value: next }
}

/**
 * Whether enough root keys of each of the manifests signed. Every signature present must be good and by a different
 * key of one of them: a stranger's signature is a reason to refuse, not to look away.
 */
function isSignedBy(primitives: Primitives, signed: SignedManifest, roots: readonly Manifest[]): boolean {
  const bytes = encodeCanonical(signed.m)
  const signers = new Set<string>()
  for (const { k, s } of signed.sigs) {
    const key = fromBase64(k, 32)
    const sig = fromBase64(s, 64)
    if (!key || !sig || signers.has(k) || !roots.some((root) => root.rk.includes(k))) return false
    if (!verifyAs(primitives, 'root', { bytes, signature: sig }, [key])) return false
    signers.add(k)
  }
  return roots.every((root) => new Set(root.rk.filter((k) => signers.has(k))).size >= root.k)
}

/** The field in which the manifest lists a key: P, F, S or G. */
export type KeyRole = 'pk' | 'fk' | 'sk' | 'gk'

/** A manifest's keys of one role, as bytes. */
export function keysOf(manifest: SignedManifest, role: KeyRole): readonly Uint8Array[] {
  return manifest.m[role].flatMap((text) => fromBase64(text, 32) ?? [])
}

/** Whether a client of this version (`major.minor.patch`) is older than the manifest allows to send. */
export function isOutdated(manifest: SignedManifest, appVersion: string): boolean {
  const parts = (text: string): readonly number[] => text.split(/[.+-]/, 3).map(Number)
  const mine = parts(appVersion)
  for (const [i, least] of parts(manifest.m.minClient).entries()) {
    const own = mine[i] ?? 0
    if (own !== least) return !(own > least)
  }
  return false
}
