/** The list as the store keeps it. What an answer brought is written in one transaction (protocol.md section 6, step 15). */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { inOrder, type ListDifference, type ListEntry } from '../../../shared/whitelist/delta.ts'
import { entryText, isEntry } from '../../../shared/whitelist/entry.ts'
import { coreSchema } from '../../../shared/whitelist/head.ts'
import { decodeManifest, encodeManifest } from '../../../shared/whitelist/manifest.ts'
import type { ListState } from '../../../shared/whitelist/sync/list-state.ts'
import { StoreError } from '../ground/store-error.ts'
import type { Database } from './open.ts'

const listSchema = z.object({
  org: z.string(),
  usr: z.string(),
  dev: z.string(),
  lst: z.string(),
  ep: z.number(),
  ver: z.number(),
  head: z.string(),
  acc: z.string(),
  core: coreSchema.exactOptional(),
  trustedTime: z.number(),
  manifest: z.string(),
  syncedAt: z.number(),
})

/** The list as it was read from a store. */
export type StoredList = {
  readonly state: ListState
  /** When each entry was first seen by this device. */
  readonly since: Map<string, number>
  /** When the server last confirmed the list; 0 before. */
  readonly syncedAt: number
}

/** The one list of a store. `read` throws `StoreError` for a list that does not fit together. */
export type ListRepository = {
  readonly read: () => StoredList | undefined
  /** The device goes by another name from now on. */
  readonly rename: (device: string) => void
  /** Writes the state and the entries named by `change`. */
  readonly write: (
    state: ListState,
    change: ListDifference,
    at: { readonly now: number; readonly syncedAt: number },
  ) => void
}

/** `text`: canonical JSON as signed. `leaf`: 32 bytes. `since`: milliseconds. */
type EntryRow = { readonly text: string; readonly leaf: Uint8Array; readonly since: number }

/** `since` stays what it was when the entry was first seen. */
const putEntry = `INSERT INTO entries (id, text, leaf, since) VALUES (?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET text = excluded.text, leaf = excluded.leaf`

/** The list in an open store; each write is one transaction. */
export function createListRepository(database: Database): ListRepository {
  return {
    read: () => {
      const row = database.get<{ json: string }>('SELECT json FROM list')
      return row ? readList(database, row.json) : undefined
    },
    rename: (device) => {
      database.run("UPDATE list SET json = json_set(json, '$.dev', ?)", device)
    },
    write: (state, change, { now, syncedAt }) => {
      database.transaction(() => {
        for (const id of change.removed) database.run('DELETE FROM entries WHERE id = ?', id)
        for (const id of [...change.added, ...change.changed]) {
          const known = state.entries.get(id)
          if (known) database.run(putEntry, id, entryText(known.entry), known.leaf, now)
        }
        database.run('INSERT OR REPLACE INTO list (id, json) VALUES (1, ?)', listJson(state, syncedAt))
      })
    },
  }
}

function listJson(state: ListState, syncedAt: number): string {
  const { org, usr, dev, lst, ep, ver, head, acc, core, trustedTime } = state
  const manifest = toBase64(encodeManifest(state.manifest))
  return JSON.stringify({ org, usr, dev, lst, ep, ver, head, acc, core, trustedTime, manifest, syncedAt })
}

function readList(database: Database, json: string): StoredList {
  const { manifest: manifestText, syncedAt, ...fields } = listSchema.parse(JSON.parse(json))
  const manifestBytes = fromBase64(manifestText)
  const manifest = manifestBytes && decodeManifest(manifestBytes)
  const rows = database.all<EntryRow>('SELECT text, leaf, since FROM entries ORDER BY id')
  const since = new Map<string, number>()
  const list: ListEntry[] = []
  for (const row of rows) {
    const entry: unknown = JSON.parse(row.text)
    if (!isEntry(entry)) throw new StoreError('storeDamaged', 'ENTRY')
    since.set(entry.id, row.since)
    list.push({ entry, leaf: row.leaf })
  }
  // The root is not computed again here: each page is authenticated by the cipher, and a count shows what is missing.
  const entries = inOrder(list)
  if (!manifest || !entries || (fields.core && fields.core.cnt !== entries.size))
    throw new StoreError('storeDamaged', 'LIST')
  return { state: { ...fields, entries, manifest }, since, syncedAt }
}
