/** For tests: a store whose file may not grow, as on a full disk, whoever runs the test. */
import { CompiledQuery, type Driver } from 'kysely'
import { sqliteBackend } from '../store/sqlite.ts'
import { openStore, type Store } from '../store/store.ts'

export type LimitedStore = {
  readonly store: Store
  /** At most so many pages from now on; below what it has: not one more. */
  readonly limit: (pages: number) => Promise<void>
  readonly close: () => Promise<void>
}

export async function limitedStore(file: string): Promise<LimitedStore> {
  const backend = sqliteBackend(file)
  let driver: Driver | undefined
  const createDriver = () => {
    driver = backend.dialect.createDriver()
    return driver
  }
  const store = await openStore({ ...backend, dialect: { ...backend.dialect, createDriver } })
  return {
    store,
    async limit(pages) {
      if (!driver) throw new Error('the store is not open')
      const connection = await driver.acquireConnection()
      await connection.executeQuery(CompiledQuery.raw(`pragma max_page_count = ${pages}`))
      await driver.releaseConnection(connection)
    },
    close: () => store.close(),
  }
}
