/**
 * Moves a data folder's store to another database: copied in one transaction, checked, and only then is `config.json`
 * changed. Until that moment the old store is the store; broken off anywhere, it may be begun again.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import type { Done } from '../ground/refusals.ts'
import { faultOfLists } from '../lists/check-lists.ts'
import { readConfig } from '../settings/config.ts'
import { type Folder, folderAt } from '../settings/folder.ts'
import { backendOf, openConfigured, type StoreSettings } from '../settings/open-configured.ts'
import type { Database } from '../store/database.ts'
import { StoreUnusable } from '../store/failures.ts'
import { createJournalStore } from '../store/journal.ts'
import { copyAll, type StoreSide, type Sums, sumsOf } from '../store/migration/copy.ts'
import { allShapes } from '../store/schema.ts'
import { prepare } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'

type Moved = { readonly tables: number; readonly rows: number }

/**
 * Moves the store of the data folder `path`, with every process of it stopped; `why` says what stands in the way.
 * Throws `StoreUnusable` where somebody still uses it.
 */
export async function moveStore(path: string, to: StoreSettings): Promise<Done<Moved>> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) return config
  if (placeOf(config.value.store) === placeOf(to)) return { ok: false, why: 'the store is there already' }
  const moved = await withBoth({ from: config.value.store, to, folder })
  // Opened as any command will: it becomes the store, and the settings are seen to work.
  if (moved.ok) await (await openConfigured(to, folder)).close()
  return moved
}

type Places = { readonly from: StoreSettings; readonly to: StoreSettings; readonly folder: Folder }

async function withBoth({ from, to, folder }: Places): Promise<Done<Moved>> {
  const source = await openAlone(from, folder)
  try {
    const target = await openAlone(to, folder)
    try {
      return await move({ source, target, folder, to })
    } finally {
      await target.db.destroy()
    }
  } finally {
    await source.db.destroy()
  }
}

function placeOf(settings: StoreSettings): string {
  return settings.kind === 'sqlite' ? 'sqlite' : `${settings.host} ${settings.port} ${settings.database}`
}

async function openAlone(settings: StoreSettings, folder: Folder): Promise<StoreSide> {
  const { dialect, traits } = await backendOf(settings, folder, true)
  const db = new Kysely<Tables>({ dialect })
  try {
    await prepare(db, traits)
    return { db, traits }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

type Move = {
  readonly source: StoreSide
  readonly target: StoreSide
  readonly folder: Folder
  readonly to: StoreSettings
}

/** The source stays locked until the settings name the target: nothing is written to it that the copy has not. */
function move({ source, target, folder, to }: Move): Promise<Done<Moved>> {
  return source.db.transaction().execute(async (from) => {
    const held = { ...source, db: from }
    await holdAlone(held)
    const fault = await faultOfLists(held)
    if (fault !== undefined) return { ok: false, why: `the store is damaged and was left where it is: ${fault}` }
    // One transaction: broken off, the target is as empty as before.
    const copied = await target.db.transaction().execute(async (db) => {
      await holdAlone({ ...target, db })
      if (!(await mayReplace({ ...target, db }))) return undefined
      const sums = await copyAll(held, { ...target, db })
      // Marked as a copy that nobody has used yet: where the move breaks off, the next one may replace it.
      await createJournalStore(db).setSetting('standing', 'copy')
      return sums
    })
    if (!copied) return { ok: false, why: 'the other database holds a store that is in use: name an empty one' }
    // Read back from the target, after its commit: what counts is what it holds, not what was sent to it.
    const different = differenceOf(copied, await sumsOf(target)) ?? (await faultOfLists(target))
    if (different !== undefined) return { ok: false, why: `the copy differs and is not used: ${different}` }
    // The source is marked in the transaction that has it locked, so no old process goes on writing to it afterwards.
    await createJournalStore(from).setSetting('standing', 'moved')
    await changeSettings(folder, to)
    const rows = Object.values(copied).reduce((sum, table) => sum + table.rows, 0)
    return { ok: true, value: { tables: Object.keys(copied).length, rows } }
  })
}

/** An empty store, one that was moved away, or a copy that was never used. */
async function mayReplace({ db }: StoreSide): Promise<boolean> {
  const journal = createJournalStore(db)
  const standing = await journal.setting('standing')
  return standing === 'moved' || standing === 'copy' || (await journal.manifest()) === undefined
}

/** SQLite's file was opened so that nobody else can (sqlite.ts); here PostgreSQL's tables are closed to all other writers. */
async function holdAlone({ db, traits }: StoreSide): Promise<void> {
  if (!traits.rowLocks) return
  const until = performance.now() + goneMs
  while ((await others(db)) > 0 && performance.now() < until) await wait(againMs)
  if ((await others(db)) > 0) throw new StoreUnusable('servers or commands use the database: stop them all first')
  // The transaction of one side is idle while the other is read through.
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(db)
  const tables = sql.join(Object.keys(allShapes).map((name) => sql.table(name)))
  await sql`lock table ${tables} in exclusive mode`.execute(db)
}

/** A process that was killed a moment ago may seem to be there still. */
const goneMs = 3_000
const againMs = 100

async function others(db: Database): Promise<number> {
  await sql`select pg_stat_clear_snapshot()`.execute(db)
  const count = sql<{ count: number }>`select count(*) as count from pg_stat_activity
    where datname = current_database() and application_name = 'kith-server' and pid <> pg_backend_pid()`
  return (await count.execute(db)).rows[0]?.count ?? 0
}

function differenceOf(one: Sums, other: Sums): string | undefined {
  return Object.keys(one).find((name) => one[name]?.rows !== other[name]?.rows || one[name]?.hash !== other[name]?.hash)
}

/** All at once: who reads it meanwhile finds the old settings or the new, whole. Other settings stay as they are. */
async function changeSettings({ config }: Folder, store: StoreSettings): Promise<void> {
  const settings: unknown = JSON.parse(await readFile(config, 'utf8'))
  const changed = { ...(typeof settings === 'object' ? settings : {}), store }
  // Flushed before it is renamed: after a power cut config.json must not be empty.
  const file = await open(`${config}.new`, 'w', 0o600)
  await file.writeFile(`${JSON.stringify(changed, null, 2)}\n`)
  await file.sync()
  await file.close()
  await rename(`${config}.new`, config)
  const folder = await open(dirname(config), 'r')
  await folder.sync()
  await folder.close()
}
