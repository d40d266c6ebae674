/** The one way to the policy key: the key that the manifest in force lists, where its secret is on this machine. */
import { stat } from 'node:fs/promises'
import { fromBase64, sameBytes } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import type { Folder } from '../settings/folder.ts'
import type { Store } from '../store/store.ts'
import { KeyUnreadable, readKeys } from './key-files.ts'
import { newestManifest } from './manifests.ts'

/**
 * Asked inside the transaction that signs: a key that was replaced a moment ago signs nothing any more. Throws
 * `PolicyKeyAbsent` where the secret is not here.
 */
export type PolicyKey = (inside: Pick<Store, 'journal'>) => Promise<KeyPair>

/** Not a fault where the key is kept elsewhere on purpose: what is to be signed waits as a proposal. */
export class PolicyKeyAbsent extends KeyUnreadable {
  constructor(folder: Folder) {
    super(`the policy key is not on this machine (${folder.keys}): lists and commands are signed where it is`)
  }
}

/** The policy key in the folder, read again when the manifest or the folder moves. Throws `PolicyKeyAbsent`. */
export function policyKeyOf(folder: Folder): PolicyKey {
  let kept: { readonly version: number; readonly changed: number; readonly key: KeyPair } | undefined
  return async (inside) => {
    const { m } = await newestManifest(inside)
    // A key that was moved out of the folder is no longer here, though it was read before.
    const { mtimeMs: changed } = await stat(folder.keys)
    if (kept?.version === m.ver && kept.changed === changed) return kept.key
    const key = inUse(await readKeys(folder, 'policy'), m.pk)
    if (!key) throw new PolicyKeyAbsent(folder)
    kept = { version: m.ver, changed, key }
    return key
  }
}

/** Of the keys that are here the one that the manifest lists first. */
export function inUse(here: readonly KeyPair[], listed: readonly string[]): KeyPair | undefined {
  return allListed(here, listed)[0]
}

/** Those of the keys here that the manifest lists, in its order. */
export function allListed(here: readonly KeyPair[], listed: readonly string[]): readonly KeyPair[] {
  return listed.flatMap((text) => {
    const key = fromBase64(text, 32)
    return here.find((pair) => key !== undefined && sameBytes(pair.public, key)) ?? []
  })
}
