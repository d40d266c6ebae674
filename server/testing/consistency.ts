/** For tests: whether a list's rows agree with each other and with every signed head. */
import { fromBase64, fromHex, toHex, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { applyOps, type ListEntries } from '../../shared/whitelist/delta.ts'
import { leafOfText } from '../../shared/whitelist/entry.ts'
import { coreHash, decodeHead, emptyAcc, nextAcc, verifyHead } from '../../shared/whitelist/head.ts'
import { keysOf } from '../../shared/whitelist/manifest.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import { primitives } from '../ground/primitives.ts'
import { manifestOf } from '../keys/manifests.ts'
import { contentsOf } from '../lists/contents.ts'
import { opsFromText } from '../lists/ops.ts'
import { isLogWhole } from '../lists/org-log.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import type { Context } from '../settings/context.ts'
import type { Store } from '../store/store.ts'

/**
 * The fault, or undefined: replays all versions from nothing and compares roots, chains, signatures and entries. All of one
 * moment: a change whose process was killed may still be under way in the database.
 */
export function faultOfList({ store }: Pick<Context, 'store'>, user: string): Promise<string | undefined> {
  return store.snapshot((inside) => faultIn(inside, user))
}

async function faultIn(store: Store, user: string): Promise<string | undefined> {
  const row = await store.lists.ofUser(user)
  if (!row) return 'no list'
  // Older versions stay signed by the policy keys of their time.
  const manifests = (await store.journal.manifestsAfter(0)).map(manifestOf)
  const policyKeys = manifests.flatMap((manifest) => keysOf(manifest, 'pk'))
  let entries: ListEntries = new Map()
  let acc = emptyAcc
  for (let version = 1; version <= row.version; version++) {
    const kept = await store.lists.version(row.id, version)
    const head = kept && decodeHead(utf8(kept.head))
    const signature = kept && fromBase64(kept.head_sig, 64)
    if (!kept || !head || !signature) return `version ${version} is missing`
    if (!verifyHead(primitives, { bytes: utf8(kept.head), signature }, policyKeys))
      return `version ${version} is not signed`
    if (kept.ops_json === '') return 'cannot be replayed'
    const applied = applyOps(primitives, entries, opsFromText(kept.ops_json))
    if (!applied) return `the operations of version ${version} do not apply`
    entries = applied
    acc = nextAcc(primitives, acc, coreHash(primitives, head.core))
    const leaves = [...entries.values()].map((entry) => entry.leaf)
    if (toHex(stateRoot(primitives, leaves, leaves.length)) !== head.core.root)
      return `the root of version ${version} differs`
    if (acc !== head.acc || acc !== kept.acc) return `the chain breaks at version ${version}`
  }
  const stored = await contentsOf(store, row, await loadOrganisation(store))
  const same =
    stored.length === entries.size &&
    stored.every(
      (entry) => toHex(leafOfText(primitives, entry.json)) === toHex(entries.get(entry.id)?.leaf ?? new Uint8Array()),
    )
  if (!same) return 'the entries are not those of the newest version'
  if (row.acc !== acc || fromHex(row.root, 32) === undefined || row.count !== entries.size)
    return 'the list row is not that of the newest version'
  const bytes = stored.reduce((sum, entry) => sum + Buffer.byteLength(entry.json), 0)
  if (row.bytes !== bytes) return 'the size of the list is miscounted'
  return (await isLogWhole(store)) ? undefined : 'the log of heads is broken'
}
