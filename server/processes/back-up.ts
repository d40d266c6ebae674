/** A copy of a data folder that is of one moment, made while the server serves; and whether a folder's store is whole. */
import { chmod, cp, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { faultOfAnchor, storedAnchor } from '../administration/anchors.ts'
import { brokenAudit } from '../administration/audit.ts'
import type { Done } from '../ground/refusals.ts'
import { manifestOf } from '../keys/manifests.ts'
import { faultOfLists } from '../lists/check-lists.ts'
import { isLogWhole } from '../lists/org-log.ts'
import { readConfig } from '../settings/config.ts'
import { type Folder, folderAt } from '../settings/folder.ts'
import { backendOf } from '../settings/open-configured.ts'
import { insideOf, prepare } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'
import { atOnce } from '../store/transactions.ts'

/** `store`: whether the store is in the copy; one in PostgreSQL is backed up by its own means. */
export type BackedUp = { readonly store: boolean }

/**
 * Copies the data folder `path` to the empty folder `to`. A store on PostgreSQL is not copied, and the answer says
 * so.
 */
export async function backUp(path: string, to: string): Promise<Done<BackedUp>> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) return config
  await mkdir(to, { recursive: true, mode: 0o700 })
  // Mixed with older files it would be a copy of no moment.
  if ((await readdir(to)).length > 0) return { ok: false, why: `${to} is not empty` }
  await chmod(to, 0o700)
  const isHere = config.value.store.kind === 'sqlite'
  try {
    // The store first: a key that a rotation brings in meanwhile is copied as well and harms nothing. The other way
    // round the copied manifest could list a key that is missing.
    if (isHere) await copyStore(folder, folderAt(to))
    await copyRest(folder, to)
    return { ok: true, value: { store: isHere } }
  } catch (error) {
    // A copy that is not whole must not be found and trusted later.
    await rm(to, { recursive: true, force: true })
    throw error
  }
}

/** SQLite writes the copy from one read transaction: whoever writes meanwhile neither waits nor shows in it. */
async function copyStore(folder: Folder, to: Folder): Promise<void> {
  const { dialect } = await backendOf({ kind: 'sqlite' }, folder)
  const db = new Kysely<Tables>({ dialect })
  try {
    await sql`vacuum into ${to.store}`.execute(db)
  } finally {
    await db.destroy()
  }
  await chmod(to.store, 0o600)
  await settle(to.store)
}

async function copyRest(folder: Folder, to: string): Promise<void> {
  const store = new Set(['', '-wal', '-shm', '-journal'].map((end) => `${folder.store}${end}`))
  for (const name of await readdir(folder.path)) {
    const from = join(folder.path, name)
    if (!store.has(from)) await cp(from, join(to, name), { recursive: true, preserveTimestamps: true })
  }
  await settle(to)
}

async function settle(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync()
  await file.close()
}

/** How much was looked at and found whole. */
export type Checked = { readonly lists: number; readonly versions: number; readonly audit: number }

/** All of one moment, while others may go on writing. */
export async function checkStore(path: string): Promise<Done<Checked>> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) return config
  const { dialect, traits } = await backendOf(config.value.store, folder)
  const db = new Kysely<Tables>({ dialect })
  try {
    // An older store is brought up to date first, as every command does: the check knows the newest form only.
    await prepare(db, traits)
    // A snapshot: a list that changes between two reads would look broken.
    return await atOnce(db, async (held) => {
      const inside = insideOf(held, traits)
      const row = await inside.journal.manifest()
      if (!row) return { ok: false, why: 'the store has no manifest' }
      manifestOf(row)
      const fault = await faultOfLists({ db: held, traits })
      if (fault !== undefined) return { ok: false, why: fault }
      if (!(await isLogWhole(inside))) return { ok: false, why: 'the log of heads is broken' }
      const line = await brokenAudit(inside)
      if (line !== undefined) return { ok: false, why: `the audit log is broken at line ${line}` }
      const anchor = await storedAnchor(inside)
      const wrong = anchor && (await faultOfAnchor(inside, anchor))
      if (wrong)
        return { ok: false, why: `the audit log is not the one that the policy key signed, from line ${wrong.line}` }
      const count = async (table: 'lists' | 'versions' | 'audit') =>
        (
          await held
            .selectFrom(table)
            .select((pick) => pick.fn.countAll<number>().as('n'))
            .executeTakeFirstOrThrow()
        ).n
      return {
        ok: true,
        value: { lists: await count('lists'), versions: await count('versions'), audit: await count('audit') },
      }
    })
  } finally {
    await db.destroy()
  }
}
