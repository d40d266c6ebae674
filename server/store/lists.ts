/** Rows of whitelists: the list itself, its entries, its versions, and the outbox that announces them. */
import type { DialectTraits } from './schema.ts'
import type { Database } from './store.ts'
import type { EntryRow, ListRow, OutboxKind, OutboxRow, VersionRow } from './tables.ts'
import { joined } from './transactions.ts'

export type ListStore = {
  readonly get: (id: string) => Promise<ListRow | undefined>
  readonly ofUser: (usr: string) => Promise<ListRow | undefined>
  /** The same under a lock until the transaction ends: a version is counted only under it. */
  readonly lock: (id: string) => Promise<ListRow | undefined>
  readonly add: (row: ListRow) => Promise<void>
  readonly update: (row: ListRow) => Promise<void>
  readonly entries: (list: string) => Promise<readonly EntryRow[]>
  /** What the state root and the rules need, without the texts. */
  readonly leaves: (list: string) => Promise<readonly OwnLeaf[]>
  readonly setDenied: (list: string, ids: readonly string[], denied: number) => Promise<void>
  readonly entriesByKeys: (list: string, keys: readonly string[]) => Promise<readonly EntryRow[]>
  readonly addEntries: (rows: readonly EntryRow[]) => Promise<void>
  readonly removeEntries: (list: string, ids: readonly string[]) => Promise<void>
  readonly version: (list: string, ver: number) => Promise<VersionRow | undefined>
  readonly headOf: (list: string, ver: number) => Promise<VersionHead | undefined>
  /** What follows `after`, oldest first, without the operations themselves. */
  readonly chainAfter: (list: string, after: number) => Promise<readonly ChainLink[]>
  /** The operations of the versions above `after` up to `ver`, oldest first. */
  readonly opsBetween: (list: string, after: number, ver: number) => Promise<readonly string[]>
  /** The operations of the versions made at `time` or later. */
  readonly opsSince: (list: string, time: number) => Promise<readonly string[]>
  readonly addVersion: (row: VersionRow) => Promise<void>
  /** Lists whose newest version is older than `time`: their heads are to be issued again. */
  readonly olderThan: (time: number) => Promise<readonly string[]>
  readonly announce: (row: Omit<OutboxRow, 'id'>) => Promise<void>
  readonly announcedAfter: (id: number) => Promise<readonly Announcement[]>
  readonly lastAnnounced: () => Promise<number>
  readonly removeAnnounced: (before: number) => Promise<void>
}

export type OwnLeaf = Pick<EntryRow, 'id' | 'key' | 'leaf' | 'denied' | 'source'>

/** A version without its operations, which may be as long as the list. */
export type VersionHead = Pick<VersionRow, 'ver' | 'ep' | 'head' | 'head_sig' | 'at'>
export type ChainLink = Pick<VersionRow, 'ver' | 'ep' | 'core_hash' | 'ops_size'>

export type Announcement = {
  readonly id: number
  readonly kind: OutboxKind
  readonly list: string
  readonly ep: number
  readonly ver: number
}

/** Rows in one statement: SQLite allows 32,766 parameters, PostgreSQL 65,535. */
const batch = 1_000

export function createListStore(db: Database, traits: DialectTraits): ListStore {
  return { ...listRows(db, traits), ...entryRows(db), ...versionRows(db), ...outboxRows(db, traits) }
}

function listRows(db: Database, traits: DialectTraits): Pick<ListStore, 'get' | 'ofUser' | 'lock' | 'add' | 'update'> {
  return {
    get: (id) => db.selectFrom('lists').selectAll().where('id', '=', id).executeTakeFirst(),
    ofUser: (usr) => db.selectFrom('lists').selectAll().where('usr', '=', usr).executeTakeFirst(),
    lock(id) {
      const row = db.selectFrom('lists').selectAll().where('id', '=', id)
      return (traits.rowLocks ? row.forUpdate() : row).executeTakeFirst()
    },
    async add(row) {
      await db.insertInto('lists').values(row).execute()
    },
    async update({ id, ...rest }) {
      await db.updateTable('lists').set(rest).where('id', '=', id).execute()
    },
  }
}

function entryRows(
  db: Database,
): Pick<ListStore, 'entries' | 'leaves' | 'setDenied' | 'entriesByKeys' | 'addEntries' | 'removeEntries'> {
  return {
    entries: (list) => db.selectFrom('entries').selectAll().where('list', '=', list).orderBy('id').execute(),
    leaves: (list) =>
      db
        .selectFrom('entries')
        .select(['id', 'key', 'leaf', 'denied', 'source'])
        .where('list', '=', list)
        .orderBy('id')
        .execute(),
    async setDenied(list, ids, denied) {
      for (let from = 0; from < ids.length; from += batch) {
        const some = ids.slice(from, from + batch)
        await db.updateTable('entries').set({ denied }).where('list', '=', list).where('id', 'in', some).execute()
      }
    },
    async entriesByKeys(list, keys) {
      const found: EntryRow[] = []
      for (let from = 0; from < keys.length; from += batch) {
        const some = keys.slice(from, from + batch)
        const rows = db.selectFrom('entries').selectAll().where('list', '=', list).where('key', 'in', some)
        found.push(...(await rows.execute()))
      }
      return found
    },
    async addEntries(rows) {
      for (let from = 0; from < rows.length; from += batch) {
        await db
          .insertInto('entries')
          .values(rows.slice(from, from + batch))
          .execute()
      }
    },
    async removeEntries(list, ids) {
      for (let from = 0; from < ids.length; from += batch) {
        const some = ids.slice(from, from + batch)
        await db.deleteFrom('entries').where('list', '=', list).where('id', 'in', some).execute()
      }
    },
  }
}

function versionRows(
  db: Database,
): Pick<ListStore, 'version' | 'headOf' | 'chainAfter' | 'opsBetween' | 'opsSince' | 'addVersion' | 'olderThan'> {
  return {
    version: (list, ver) =>
      db.selectFrom('versions').selectAll().where('list', '=', list).where('ver', '=', ver).executeTakeFirst(),
    headOf: (list, ver) =>
      db
        .selectFrom('versions')
        .select(['ver', 'ep', 'head', 'head_sig', 'at'])
        .where('list', '=', list)
        .where('ver', '=', ver)
        .executeTakeFirst(),
    chainAfter: (list, after) =>
      db
        .selectFrom('versions')
        .select(['ver', 'ep', 'core_hash', 'ops_size'])
        .where('list', '=', list)
        .where('ver', '>', after)
        .orderBy('ver')
        .execute(),
    async opsBetween(list, after, ver) {
      const rows = await db
        .selectFrom('versions')
        .select('ops_json')
        .where('list', '=', list)
        .where('ver', '>', after)
        .where('ver', '<=', ver)
        .orderBy('ver')
        .execute()
      return rows.map((row) => row.ops_json)
    },
    async opsSince(list, time) {
      const rows = await db
        .selectFrom('versions')
        .select('ops_json')
        .where('list', '=', list)
        .where('at', '>=', time)
        .execute()
      return rows.map((row) => row.ops_json)
    },
    async addVersion(row) {
      await db.insertInto('versions').values(row).execute()
    },
    async olderThan(time) {
      const rows = await db
        .selectFrom('lists')
        .innerJoin('versions', (join) =>
          join.onRef('versions.list', '=', 'lists.id').onRef('versions.ver', '=', 'lists.ver'),
        )
        .select('lists.id')
        .where('versions.at', '<', time)
        .orderBy('lists.id')
        .execute()
      return rows.map((row) => row.id)
    },
  }
}

function outboxRows(
  db: Database,
  traits: DialectTraits,
): Pick<ListStore, 'announce' | 'announcedAfter' | 'lastAnnounced' | 'removeAnnounced'> {
  return {
    /**
     * Under a lock until the transaction ends: numbers become visible in their order, and who has read up to one of
     * them has missed none below it. A number whose transaction failed is never seen at all.
     */
    announce: (row) =>
      joined(db, async (inside) => {
        await traits.lock(inside, 'outbox')
        await inside.insertInto('outbox').values(row).execute()
      }),
    announcedAfter: (id) =>
      db.selectFrom('outbox').select(['id', 'kind', 'list', 'ep', 'ver']).where('id', '>', id).orderBy('id').execute(),
    async lastAnnounced() {
      const row = await db
        .selectFrom('outbox')
        .select((pick) => pick.fn.max('id').as('id'))
        .executeTakeFirst()
      return row?.id ?? 0
    },
    async removeAnnounced(before) {
      await db.deleteFrom('outbox').where('at', '<', before).execute()
    },
  }
}
