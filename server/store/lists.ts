/** Rows of whitelists: the list itself, its entries, its versions, and the outbox that announces them. */
import type { Database, DialectTraits } from './database.ts'
import type { EntryRow, ListRow, OutboxKind, OutboxRow, VersionRow } from './tables.ts'
import { joined } from './transactions.ts'

/**
 * Rows alone: `server/lists` decides what is in them. Texts of entries and operations may be long, so most questions
 * leave them out.
 */
export type ListStore = {
  readonly get: (id: string) => Promise<ListRow | undefined>
  readonly ofUser: (user: string) => Promise<ListRow | undefined>
  /** The same under a lock until the transaction ends: a version is counted only under it. */
  readonly lock: (id: string) => Promise<ListRow | undefined>
  readonly lockAll: () => Promise<readonly ListRow[]>
  /** The rows as they are to be: new ones are added. */
  readonly put: (rows: readonly ListRow[]) => Promise<void>
  readonly entries: (list: string) => Promise<readonly EntryRow[]>
  /** What the state root and the rules need, without the texts; of each list in order of id. */
  readonly leaves: (lists: readonly string[]) => Promise<readonly OwnLeaf[]>
  readonly setDenied: (list: string, ids: readonly string[], denied: number) => Promise<void>
  readonly entriesByKeys: (list: string, keys: readonly string[]) => Promise<readonly EntryRow[]>
  readonly addEntries: (rows: readonly EntryRow[]) => Promise<void>
  readonly removeEntries: (list: string, ids: readonly string[]) => Promise<void>
  /** With its operations, which may be as long as the list: where these are not needed ask `headOf`. */
  readonly version: (list: string, version: number) => Promise<VersionRow | undefined>
  readonly headOf: (list: string, version: number) => Promise<VersionHead | undefined>
  /** What follows `after`, oldest first, without the operations themselves. */
  readonly chainAfter: (list: string, after: number) => Promise<readonly ChainLink[]>
  /** The operations of the versions above `after` up to `version`, oldest first. */
  readonly opsBetween: (list: string, after: number, version: number) => Promise<readonly string[]>
  /** The operations of the versions made at `time` or later. */
  readonly opsSince: (list: string, time: number) => Promise<readonly string[]>
  readonly addVersions: (rows: readonly VersionRow[]) => Promise<void>
  /** Lists whose newest version is dated before the one time or after the other: their heads are to be issued again. */
  readonly datedOutside: (times: Outside) => Promise<readonly string[]>
  /** Puts pokes into the outbox (protocol.md 7), which every process on the store reads. */
  readonly announce: (...rows: readonly Omit<OutboxRow, 'id'>[]) => Promise<void>
  readonly announcedAfter: (id: number) => Promise<readonly Announcement[]>
  /** 0: none yet. */
  readonly lastAnnounced: () => Promise<number>
  readonly removeAnnounced: (before: number) => Promise<void>
}

/**
 * An own entry without its text: enough for hashing and for the rules, and short enough to read for a hundred lists
 * at once.
 */
export type OwnLeaf = Pick<EntryRow, 'list' | 'id' | 'key' | 'leaf' | 'denied' | 'source'>

/** A version without its operations, which may be as long as the list. */
export type VersionHead = Pick<VersionRow, 'version' | 'epoch' | 'head' | 'head_sig' | 'at'>
/**
 * What a client that is behind needs of a version to follow the chain (protocol.md 6), and whether its operations are
 * worth sending.
 */
export type ChainLink = Pick<VersionRow, 'version' | 'epoch' | 'core_hash' | 'ops_size'>

/** What is not between two times, milliseconds since the epoch. */
export type Outside = { readonly before: number; readonly after: number }

/**
 * A poke as it is read back. `version` is the list's newest at that moment, also where something beside the list
 * changed.
 */
export type Announcement = {
  readonly id: number
  readonly kind: OutboxKind
  readonly list: string
  readonly epoch: number
  readonly version: number
}

/** Rows in one statement: SQLite allows 32,766 parameters, PostgreSQL 65,535. */
const batch = 1_000

async function inBatches<T>(rows: readonly T[], write: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += batch) await write(rows.slice(from, from + batch))
}

/** These rows in a database or transaction. */
export function createListStore(db: Database, traits: DialectTraits): ListStore {
  return { ...listRows(db, traits), ...entryRows(db), ...versionRows(db), ...outboxRows(db, traits) }
}

function listRows(db: Database, traits: DialectTraits): Pick<ListStore, 'get' | 'ofUser' | 'lock' | 'lockAll' | 'put'> {
  return {
    get: (id) => db.selectFrom('lists').selectAll().where('id', '=', id).executeTakeFirst(),
    ofUser: (user) => db.selectFrom('lists').selectAll().where('user', '=', user).executeTakeFirst(),
    lock(id) {
      const row = db.selectFrom('lists').selectAll().where('id', '=', id)
      // SQLite has no row locks and needs none: the writing transaction holds the whole store.
      return (traits.rowLocks ? row.forUpdate() : row).executeTakeFirst()
    },
    lockAll() {
      // In order of id: two that lock all lists never wait for each other.
      const rows = db.selectFrom('lists').selectAll().orderBy('id')
      return (traits.rowLocks ? rows.forUpdate() : rows).execute()
    },
    put: (rows) =>
      inBatches(rows, (some) =>
        db
          .insertInto('lists')
          .values(some)
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((pick) => ({
              epoch: pick.ref('excluded.epoch'),
              version: pick.ref('excluded.version'),
              acc: pick.ref('excluded.acc'),
              root: pick.ref('excluded.root'),
              count: pick.ref('excluded.count'),
              bytes: pick.ref('excluded.bytes'),
              next: pick.ref('excluded.next'),
            })),
          )
          .execute(),
      ),
  }
}

function entryRows(
  db: Database,
): Pick<ListStore, 'entries' | 'leaves' | 'setDenied' | 'entriesByKeys' | 'addEntries' | 'removeEntries'> {
  return {
    entries: (list) => db.selectFrom('entries').selectAll().where('list', '=', list).orderBy('id').execute(),
    leaves: (lists) =>
      db
        .selectFrom('entries')
        .select(['list', 'id', 'key', 'leaf', 'denied', 'source'])
        .where('list', 'in', lists)
        .orderBy('list')
        .orderBy('id')
        .execute(),
    setDenied: (list, ids, denied) =>
      inBatches(ids, (some) =>
        db.updateTable('entries').set({ denied }).where('list', '=', list).where('id', 'in', some).execute(),
      ),
    async entriesByKeys(list, keys) {
      const found: EntryRow[] = []
      await inBatches(keys, async (some) => {
        const rows = db.selectFrom('entries').selectAll().where('list', '=', list).where('key', 'in', some)
        found.push(...(await rows.execute()))
      })
      return found
    },
    addEntries: (rows) => inBatches(rows, (some) => db.insertInto('entries').values(some).execute()),
    removeEntries: (list, ids) =>
      inBatches(ids, (some) => db.deleteFrom('entries').where('list', '=', list).where('id', 'in', some).execute()),
  }
}

function versionRows(
  db: Database,
): Pick<ListStore, 'version' | 'headOf' | 'chainAfter' | 'opsBetween' | 'opsSince' | 'addVersions' | 'datedOutside'> {
  return {
    version: (list, version) =>
      db.selectFrom('versions').selectAll().where('list', '=', list).where('version', '=', version).executeTakeFirst(),
    headOf: (list, version) =>
      db
        .selectFrom('versions')
        .select(['version', 'epoch', 'head', 'head_sig', 'at'])
        .where('list', '=', list)
        .where('version', '=', version)
        .executeTakeFirst(),
    chainAfter: (list, after) =>
      db
        .selectFrom('versions')
        .select(['version', 'epoch', 'core_hash', 'ops_size'])
        .where('list', '=', list)
        .where('version', '>', after)
        .orderBy('version')
        .execute(),
    async opsBetween(list, after, version) {
      const rows = await db
        .selectFrom('versions')
        .select('ops_json')
        .where('list', '=', list)
        .where('version', '>', after)
        .where('version', '<=', version)
        .orderBy('version')
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
    addVersions: (rows) => inBatches(rows, (some) => db.insertInto('versions').values(some).execute()),
    async datedOutside({ before, after }) {
      const rows = await db
        .selectFrom('lists')
        .innerJoin('versions', (join) =>
          join.onRef('versions.list', '=', 'lists.id').onRef('versions.version', '=', 'lists.version'),
        )
        .select('lists.id')
        .where((where) => where.or([where('versions.at', '<', before), where('versions.at', '>', after)]))
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
    announce: (...rows) =>
      joined(db, async (inside) => {
        await traits.lock(inside, 'outbox')
        await inBatches(rows, (some) => inside.insertInto('outbox').values(some).execute())
      }),
    announcedAfter: (id) =>
      db
        .selectFrom('outbox')
        .select(['id', 'kind', 'list', 'epoch', 'version'])
        .where('id', '>', id)
        .orderBy('id')
        .execute(),
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
