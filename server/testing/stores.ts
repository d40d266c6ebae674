/** For tests: one suite on both databases. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe } from 'vitest'
import { type Folder, folderAt } from '../settings/folder.ts'
import { openConfigured, type StoreSettings } from '../settings/open-configured.ts'
import type { Store } from '../store/store.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

/** What a suite of one database makes its stores with. */
export type TestStores = {
  /** Settings of a new, empty store, for a data folder of the caller's own. */
  settings(): Promise<StoreSettings>
  /** A new, empty store that ends with the test. */
  fresh(): Promise<TestStore>
  /** Undefined for SQLite. */
  postgres(): Promise<TestPostgres | undefined>
}

export type TestStore = {
  readonly settings: StoreSettings
  readonly folder: Folder
  /** Opens it once more, as another process would. */
  open(): Promise<Store>
}

/** Runs the suite over SQLite and over PostgreSQL, which is started when the first test asks for it. */
export function overEach(suite: (stores: TestStores) => void): void {
  describe.each(['sqlite', 'postgres'] as const)('over %s', (kind) => {
    let starting: Promise<TestPostgres> | undefined
    const made: (TestStore & { close(): Promise<void> })[] = []
    afterAll(async () => (await starting)?.close())
    afterEach(async () => {
      for (const store of made.splice(0)) await store.close()
    })
    const postgres = async () => {
      if (kind === 'postgres') starting ??= startPostgres()
      return starting
    }
    const settings = async (): Promise<StoreSettings> =>
      (await (await postgres())?.createDatabase()) ?? { kind: 'sqlite' }
    const fresh = async () => {
      const store = await makeStore(await settings())
      made.push(store)
      return store
    }
    suite({ settings, fresh, postgres })
  })
}

async function makeStore(settings: StoreSettings): Promise<TestStore & { close(): Promise<void> }> {
  const folder = folderAt(await mkdtemp(join(tmpdir(), 'kith-store-')))
  const opened: Store[] = []
  return {
    settings,
    folder,
    async open() {
      const store = await openConfigured(settings, folder)
      opened.push(store)
      return store
    },
    async close() {
      for (const store of opened.splice(0)) await store.close()
      await rm(folder.path, { recursive: true, force: true })
    },
  }
}
