/** Append-only rows: manifests, the hash-chained log of all heads, clients' alarms; and the store's own settings. */
import type { Database } from './database.ts'
import type { ManifestRow, OrgLogRow, ReportRow } from './tables.ts'

/** Nothing here is changed once it is written, but for the settings. */
export type JournalStore = {
  /** Of this version, or the newest; undefined only in a store that is being made. */
  readonly manifest: (version?: number) => Promise<ManifestRow | undefined>
  /** Only its number: asked with every answer. */
  readonly newestManifest: () => Promise<number>
  /** Oldest first. */
  readonly manifestsAfter: (version: number) => Promise<readonly ManifestRow[]>
  readonly addManifest: (row: ManifestRow) => Promise<void>
  readonly lastLog: () => Promise<OrgLogRow | undefined>
  /** When the newest head of those was issued that are not dated after `time`. */
  readonly newestLogUntil: (time: number) => Promise<number | undefined>
  readonly addLog: (rows: readonly OrgLogRow[]) => Promise<void>
  readonly log: () => Promise<readonly OrgLogRow[]>
  readonly addReport: (row: Omit<ReportRow, 'id'>) => Promise<void>
  /** What the store says of itself, such as its schema; not the administrator's settings, which are in config.json. */
  readonly setting: (name: string) => Promise<string | undefined>
  readonly setSetting: (name: string, value: string) => Promise<void>
}

/** These rows in a database or transaction. */
export function createJournalStore(db: Database): JournalStore {
  return {
    manifest(version) {
      const newest = db.selectFrom('manifests').selectAll().orderBy('version', 'desc').limit(1)
      return (version === undefined ? newest : newest.where('version', '=', version)).executeTakeFirst()
    },
    async newestManifest() {
      const row = await db
        .selectFrom('manifests')
        .select((pick) => pick.fn.max('version').as('version'))
        .executeTakeFirst()
      return row?.version ?? 0
    },
    manifestsAfter: (version) =>
      db.selectFrom('manifests').selectAll().where('version', '>', version).orderBy('version').execute(),
    async addManifest(row) {
      await db.insertInto('manifests').values(row).execute()
    },
    lastLog: () => db.selectFrom('orglog').selectAll().orderBy('n', 'desc').limit(1).executeTakeFirst(),
    async newestLogUntil(time) {
      const row = await db
        .selectFrom('orglog')
        .select((pick) => pick.fn.max('at').as('at'))
        .where('at', '<=', time)
        .executeTakeFirst()
      // A sum over no rows is null.
      return row?.at ?? undefined
    },
    async addLog(rows) {
      await db.insertInto('orglog').values(rows).execute()
    },
    log: () => db.selectFrom('orglog').selectAll().orderBy('n').execute(),
    async addReport(row) {
      await db.insertInto('reports').values(row).execute()
    },
    setting: async (name) =>
      (await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value,
    async setSetting(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
