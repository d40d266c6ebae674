/** The manifest in the store, and the one way in which it moves: signed by the root keys, one version at a time (protocol.md 3.1). */
import { fromUtf8, toBase64, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import {
  acceptNext,
  decodeManifest,
  encodeManifest,
  type KeyRole,
  type Manifest,
  type ManifestFault,
  manifestHash,
  type SignedManifest,
  signManifest,
} from '../../shared/whitelist/manifest.ts'
import { primitives } from '../ground/primitives.ts'
import { type Done, type Refusal, refusal } from '../ground/refusals.ts'
import type { Context } from '../settings/context.ts'
import type { Store } from '../store/store.ts'
import type { ManifestRow } from '../store/tables.ts'
import type { KeyName } from './key-files.ts'

const dayMs = 24 * 3_600_000
/** How long a manifest is valid: the root key that signs the next one is off-line, so not too short. */
export const manifestLifeMs = 5 * 365 * dayMs
/** From this long before its end an administrator is warned. */
const warnMs = 90 * dayMs

/** The field of the manifest in which keys of this name stand. */
export const roleOf = { policy: 'pk', fresh: 'fk', server: 'sk', gateway: 'gk' } as const satisfies Readonly<
  Record<Exclude<KeyName, 'root'>, KeyRole>
>

/** The manifest in force. Throws where the store has none. */
export async function newestManifest(store: Pick<Store, 'journal'>): Promise<SignedManifest> {
  return manifestOf(await store.journal.manifest())
}

/** The manifest in a row. Throws where it is damaged or there is none: a store is made with its first. */
export function manifestOf(row: ManifestRow | undefined): SignedManifest {
  const manifest = row && decodeManifest(utf8(row.bytes))
  if (!manifest) throw new Error('the stored manifest is damaged')
  return manifest
}

/** What the next manifest changes; undefined where there is nothing to change any more. */
type ManifestChange = (current: Manifest) => Partial<Manifest> | undefined
/** One move of the manifest, as `stepManifest` takes it. */
export type ManifestStep = {
  readonly change: ManifestChange
  /** Root keys that sign: enough of the old manifest and enough of the new. */
  readonly roots: readonly KeyPair[]
  /** What belongs to the same transaction. */
  readonly also?: (inside: Store, next: Manifest) => Promise<void>
}

function refusedFor(fault: ManifestFault): Refusal {
  if (fault === 'malformed') return refusal('keysMany')
  return fault === 'gap' ? refusal('keysMoved') : { ok: false, why: words[fault] }
}

const words: { readonly [F in Exclude<ManifestFault, 'malformed' | 'gap'>]: string } = {
  otherOrg: 'the manifest is of another organisation',
  rollback: 'the stored manifest is newer',
  notSigned: 'the root keys given are too few, or not those of this organisation',
  expired: 'the new manifest would have expired already; check the clock of this machine',
  notPinned: 'the root keys are not those of this organisation',
  epochBack: 'the epoch cannot go back',
}

/** Signs and stores the next manifest; gives the one in force afterwards. */
export function stepManifest(context: Context, step: ManifestStep): Promise<Done<Manifest>> {
  const { store, clock, config } = context
  return store.transaction(async (inside) => {
    const current = await newestManifest(inside)
    const changed = step.change(current.m)
    if (!changed) return { ok: true, value: current.m }
    const now = clock.now()
    const next: Manifest = {
      ...current.m,
      ...changed,
      ver: current.m.ver + 1,
      // Never sooner than before: whatever the step is for, it does not shorten the organisation's time.
      exp: Math.max(current.m.exp, now + manifestLifeMs),
      minClient: config.minClient,
      prev: manifestHash(primitives, current.m),
    }
    // A signature by a key of neither manifest would make clients refuse it (protocol.md 3.1): every one present must
    // be good.
    const known = [...current.m.rk, ...next.rk]
    const signers = step.roots.filter(({ public: key }) => known.includes(toBase64(key)))
    const signed = decodeManifest(encodeManifest(signManifest(primitives, next, signers)))
    if (!signed) return signers.length === 0 ? { ok: false, why: words.notSigned } : refusal('keysMany')
    // The same check that every client makes: what it would refuse is not stored.
    const accepted = acceptNext(primitives, current, signed, now)
    if (!accepted.ok) return refusedFor(accepted.fault)
    await inside.journal.addManifest({ version: next.ver, bytes: fromUtf8(encodeManifest(signed)) ?? '', at: now })
    await step.also?.(inside, next)
    return { ok: true, value: next }
  })
}

/** Days until the manifest ends, once there are few left; clients refuse every answer after it. */
export function expiryWarning({ exp }: Pick<Manifest, 'exp'>, now: number): { readonly days: number } | undefined {
  return exp - now > warnMs ? undefined : { days: Math.max(0, Math.floor((exp - now) / dayMs)) }
}
