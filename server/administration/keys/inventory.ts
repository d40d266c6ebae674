/** What an administrator sees of the keys: fingerprints, which manifests list them, which are here; never a secret. */
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { keyLevel } from '../../../shared/whitelist/mail-signature.ts'
import type { Manifest } from '../../../shared/whitelist/manifest.ts'
import { type KeyName, keyDigits, keyNames, readKeys } from '../../keys/key-files.ts'
import { expiryWarning, manifestOf, roleOf } from '../../keys/manifests.ts'
import type { Context } from '../../settings/context.ts'
import { keyBytes } from './rotation.ts'

/** One key, as commands and the page tell of it. */
export type KeyFacts = {
  readonly name: KeyName
  /** As digits, to compare by telephone. */
  readonly fingerprint: string
  /** Of a gateway's key: how others name it as the proof of mail from here. */
  readonly level?: string
  /** First and last manifest that lists it; absent for one that none lists yet. */
  readonly listed?: { readonly from: number; readonly to: number }
  /** `next`: made by a rotation that is not finished. */
  readonly state: 'in use' | 'listed' | 'retired' | 'next'
  /** Whether its secret is in this data folder. */
  readonly here: boolean
}

/** The manifest in force and every key that any manifest listed or that lies here. */
type Inventory = {
  readonly manifest: Pick<Manifest, 'ver' | 'ep' | 'exp' | 'k'>
  readonly expiresInDays?: number
  readonly keys: readonly KeyFacts[]
}

/** Reads every manifest and the key files here. Throws where the store holds no manifest, or a key file is damaged. */
export async function keyInventory({ store, folder, clock }: Context): Promise<Inventory> {
  const manifests = (await store.journal.manifestsAfter(0)).map((row) => manifestOf(row).m)
  const newest = manifests.at(-1)
  if (!newest) throw new Error('the store holds no manifest')
  const keys: KeyFacts[] = []
  for (const name of keyNames) {
    const here = new Set((await readKeys(folder, name)).map((pair) => toBase64(pair.public)))
    keys.push(...factsOf(name, manifests, here))
  }
  const warning = expiryWarning(newest, clock.now())
  return { manifest: newest, ...(warning ? { expiresInDays: warning.days } : {}), keys }
}

function factsOf(name: KeyName, manifests: readonly Manifest[], here: ReadonlySet<string>): readonly KeyFacts[] {
  const listed = new Map<string, { from: number; to: number }>()
  for (const manifest of manifests) {
    for (const key of keysOf(name, manifest)) {
      listed.set(key, { from: listed.get(key)?.from ?? manifest.ver, to: manifest.ver })
    }
  }
  const newest = manifests.at(-1)
  const [first] = newest ? keysOf(name, newest) : []
  const known = [...listed].map(([key, range]): KeyFacts => {
    const isListed = range.to === newest?.ver
    const state = !isListed ? 'retired' : name === 'root' || key === first ? 'in use' : 'listed'
    const level = name === 'gateway' ? { level: keyLevel(keyBytes(key)) } : {}
    return { name, fingerprint: keyDigits(keyBytes(key)), ...level, listed: range, state, here: here.has(key) }
  })
  // Here and in no manifest: a rotation made it and was cut off before the manifest moved.
  const waiting = [...here].filter((key) => !listed.has(key))
  const next = waiting.map((key): KeyFacts => {
    return { name, fingerprint: keyDigits(keyBytes(key)), state: 'next', here: true }
  })
  return [...known, ...next]
}

function keysOf(name: KeyName, manifest: Manifest): readonly string[] {
  return name === 'root' ? manifest.rk : manifest[roleOf[name]]
}
