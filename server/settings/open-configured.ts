/** Opens the store that the settings name. */
import { z } from 'zod'
import type { Backend } from '../store/database.ts'
import { connectionOf, postgresSettings } from '../store/postgres/settings.ts'
import { sqliteBackend } from '../store/sqlite.ts'
import { openStore, type Store } from '../store/store.ts'
import type { Folder } from './folder.ts'

const sqliteSettings = z.strictObject({ kind: z.literal('sqlite') })

/** `store` of config.json. */
export const storeSettings = z.discriminatedUnion('kind', [sqliteSettings, postgresSettings])
/** The same, read. */
export type StoreSettings = z.infer<typeof storeSettings>

/** The database that the settings name. `alone`: no other process may have it open; SQLite only. */
export async function backendOf(settings: StoreSettings, folder: Folder, alone = false): Promise<Backend> {
  if (settings.kind === 'sqlite') return sqliteBackend(folder.store, { alone })
  // Loaded only where it is used: the SQLite server does without the driver.
  const { postgresBackend } = await import('../store/postgres/postgres.ts')
  return postgresBackend(await connectionOf(settings, folder.path))
}

/** Opens the store that the settings name; whoever has it closes it. */
export async function openConfigured(settings: StoreSettings, folder: Folder): Promise<Store> {
  return openStore(await backendOf(settings, folder))
}
