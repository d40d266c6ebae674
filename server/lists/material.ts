/**
 * What sync answers are made of. Deltas and entries are kept by list and version: many devices ask for the same, and only
 * the seal is each device's own (protocol.md 6 and 14). Entries are read only where a whole list is sent.
 */
import { collapse, type Op, opText } from '../../shared/whitelist/delta.ts'
import { createOrganisations, type Organisations } from '../organisation/organisation.ts'
import type { VersionHead } from '../store/lists.ts'
import type { Store } from '../store/store.ts'
import type { ListRow } from '../store/tables.ts'
import { contentsOf } from './contents.ts'
import { opsFromText } from './ops.ts'

/** A list's newest version, without its entries. */
export type ListVersion = { readonly row: ListRow; readonly head: VersionHead }

type ListEntries = {
  readonly epoch: number
  readonly version: number
  readonly bytes: number
  /** Canonical texts of a range, by id, joined as a body holds them; kept, since every device asks for the same ranges. */
  readonly joined: (offset: number, limit: number) => readonly string[]
}

/**
 * One operation for each entry that changed, and how many bytes they take as canonical text: sync compares that with
 * the whole list.
 */
export type Operations = { readonly ops: readonly Op[]; readonly size: number }

export type Material = {
  /** The list's newest version; undefined where the user has none. */
  newest(user: string): Promise<ListVersion | undefined>
  /** Its entries; undefined where the list has moved on meanwhile: ask for the newest again. */
  entries(row: ListRow): Promise<ListEntries | undefined>
  /** All that changed since `from`, one operation an entry. */
  operations(row: ListRow, from: number): Promise<Operations>
}

/** Bytes of entries kept in memory: a few lists of 100,000 entries, or thousands of ordinary ones. */
const maxKept = 256 * 1024 * 1024
/** Deltas kept: all devices that were online ask for the same one. */
const maxDeltas = 1_000

/** Material over the store; what was made is kept within bounds. */
export function createMaterial(store: Store): Material {
  const organisations = createOrganisations()
  const lists = new Map<string, ListEntries>()
  const deltas = new Map<string, Promise<Operations>>()
  return {
    async newest(user) {
      const row = await store.lists.ofUser(user)
      const head = row && (await store.lists.headOf(row.id, row.version))
      return row && head && { row, head }
    },
    async entries(row) {
      const kept = lists.get(row.id)
      const loaded = kept && isOf(kept, row) ? kept : await load(store, organisations, row)
      if (loaded) keep(lists, row.id, loaded)
      return loaded
    },
    operations(row, from) {
      const key = `${row.id} ${row.epoch} ${row.version} ${from}`
      const kept = deltas.get(key) ?? loadOperations(store, row, from)
      // Taken out and put in again: a Map keeps the order of insertion, so the first key is the one that was asked
      // for longest ago.
      deltas.delete(key)
      deltas.set(key, kept)
      // A failed read is not kept, or every device would get the same failure until the list moves.
      kept.catch(() => deltas.delete(key))
      for (const oldest of deltas.keys()) {
        if (deltas.size <= maxDeltas) break
        deltas.delete(oldest)
      }
      return kept
    },
  }
}

function isOf(version: { readonly epoch: number; readonly version: number }, row: ListRow): boolean {
  return version.epoch === row.epoch && version.version === row.version
}

/** All of one moment: a change between two reads would mix versions. */
function load(
  store: Store,
  organisations: Organisations,
  { id, epoch, version }: ListRow,
): Promise<ListEntries | undefined> {
  return store.snapshot(async (inside) => {
    const row = await inside.lists.get(id)
    if (!row || !isOf({ epoch, version }, row)) return undefined
    const texts = (await contentsOf(inside, row, await organisations.of(inside))).map((entry) => entry.json)
    return { epoch, version, bytes: row.bytes, joined: joiner(texts) }
  })
}

/** Joins ranges of entries on demand: a list that goes out in parts is cut in the same places for every device. */
function joiner(texts: readonly string[]): ListEntries['joined'] {
  const ranges = new Map<string, readonly string[]>()
  return (offset, limit) => {
    const key = `${offset} ${limit}`
    const some = texts.slice(offset, offset + limit)
    const joined = ranges.get(key) ?? (some.length === 0 ? [] : [some.join(',')])
    ranges.set(key, joined)
    return joined
  }
}

/** Operations of several versions come to one an entry: put and del cancel, and the last put wins. */
async function loadOperations(store: Store, row: ListRow, from: number): Promise<Operations> {
  const texts = await store.lists.opsBetween(row.id, from, row.version)
  const added = new Set<Op>()
  const ops = collapse(
    texts.map((text) => opsFromText(text, added)),
    (op) => added.has(op),
  )
  return { ops, size: ops.reduce((sum, op) => sum + Buffer.byteLength(opText(op)), 0) }
}

/** The least recently used go when there are too many bytes. */
function keep(lists: Map<string, ListEntries>, id: string, entries: ListEntries): void {
  lists.delete(id)
  lists.set(id, entries)
  let size = 0
  for (const [other, { bytes }] of [...lists].toReversed()) {
    size += bytes
    if (size > maxKept && other !== id) lists.delete(other)
  }
}
