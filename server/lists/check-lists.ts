/** Whether lists are whole, from their rows alone: entries make the signed root, heads make the chain. */
import { toHex, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { leafOfText } from '../../shared/whitelist/entry.ts'
import { coreHash, decodeHead, emptyAcc, nextAcc } from '../../shared/whitelist/head.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import { primitives } from '../ground/primitives.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import type { Database } from '../store/database.ts'
import type { StoreSide } from '../store/migration/copy.ts'
import { insideOf } from '../store/store.ts'
import type { ListRow, VersionRow } from '../store/tables.ts'
import { type Content, contentsOf } from './contents.ts'

/** The first fault that is found, or undefined. */
export async function faultOfLists({ db, traits }: StoreSide): Promise<string | undefined> {
  const store = insideOf(db, traits)
  const organisation = await loadOrganisation(store)
  // One list at a time: a damaged store is checked on small machines too, and one list may hold 100,000 entries.
  for (const row of await db.selectFrom('lists').selectAll().orderBy('id').execute()) {
    const fault = faultOfContents(await contentsOf(store, row, organisation), row) ?? (await faultOfChain(db, row))
    if (fault !== undefined) return `${row.id}: ${fault}`
  }
  return undefined
}

function faultOfContents(contents: readonly Content[], row: ListRow): string | undefined {
  const leaves = contents.map((entry) => leafOfText(primitives, entry.json))
  // The leaf beside each entry is what heads are computed from; an entry that was edited in the database betrays
  // itself here.
  if (contents.some((entry, i) => toHex(entry.leaf) !== toHex(leaves[i] ?? new Uint8Array())))
    return 'an entry differs from its leaf'
  if (row.count !== leaves.length || row.root !== toHex(stateRoot(primitives, leaves, leaves.length)))
    return 'the entries are not those of the root'
  return undefined
}

/** Versions in memory at once. */
const pageSize = 1_000

async function faultOfChain(db: Database, row: ListRow): Promise<string | undefined> {
  let acc = emptyAcc
  // 0 until the first row was read: versions begin with 1.
  let reached = 0
  let root = ''
  for (;;) {
    const page = await versionsAfter(db, row.id, reached)
    for (const { version, ...link } of page) {
      const { core } = decodeHead(utf8(link.head)) ?? {}
      if (!core || core.ver !== version || (reached > 0 && version !== reached + 1))
        return `version ${version} is damaged, or one before it is missing`
      const hash = coreHash(primitives, core)
      // Versions before the first that is kept are known by its accumulator alone.
      acc = reached === 0 && version > 1 ? link.acc : nextAcc(primitives, acc, hash)
      if (hash !== link.core_hash || acc !== link.acc) return `the chain breaks at version ${version}`
      reached = version
      root = core.root
    }
    if (page.length < pageSize) break
  }
  // The list's own row must be the end of the chain: otherwise a version was cut off, or the row was put back from an
  // older copy.
  return reached === row.version && acc === row.acc && root === row.root
    ? undefined
    : 'the newest version is not the list’s'
}

/** What the chain is checked by; operations are left out, since they are by far the longest column. */
type Link = Pick<VersionRow, 'version' | 'head' | 'core_hash' | 'acc'>

function versionsAfter(db: Database, list: string, version: number): Promise<readonly Link[]> {
  return db
    .selectFrom('versions')
    .select(['version', 'head', 'core_hash', 'acc'])
    .where('list', '=', list)
    .where('version', '>', version)
    .orderBy('version')
    .limit(pageSize)
    .execute()
}
