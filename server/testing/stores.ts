/** For tests: both databases, so that one suite runs on each. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Folder, folderAt } from '../setup/folder.ts'
import { openConfigured, type StoreSettings } from '../setup/store.ts'
import type { Store } from '../store/store.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

export const kinds = ['sqlite', 'postgres'] as const
export type Kind = (typeof kinds)[number]

/** Stores of one kind, all for one suite; each `fresh` one is empty. */
export type TestStores = {
  /** Settings of a new, empty store, for a data folder of the caller's own. */
  settings(): Promise<StoreSettings>
  fresh(): Promise<TestStore>
  /** Undefined for SQLite. */
  readonly postgres: TestPostgres | undefined
  close(): Promise<void>
}

export type TestStore = {
  readonly settings: StoreSettings
  readonly folder: Folder
  /** Opens it once more, as another process would. */
  open(): Promise<Store>
  close(): Promise<void>
}

export async function testStores(kind: Kind): Promise<TestStores> {
  const postgres = kind === 'postgres' ? await startPostgres() : undefined
  const settings = async (): Promise<StoreSettings> => (await postgres?.createDatabase()) ?? { kind: 'sqlite' }
  return {
    postgres,
    settings,
    async fresh() {
      const folder = folderAt(await mkdtemp(join(tmpdir(), 'kith-store-')))
      const chosen = await settings()
      const opened: Store[] = []
      return {
        settings: chosen,
        folder,
        async open() {
          const store = await openConfigured(chosen, folder)
          opened.push(store)
          return store
        },
        async close() {
          for (const store of opened.splice(0)) await store.close()
          await rm(folder.path, { recursive: true, force: true })
        },
      }
    },
    close: async () => postgres?.close(),
  }
}
