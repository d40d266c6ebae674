/** SQLite as the store's database: the only file of `server/` that imports the driver or knows its SQL. */
import { chmodSync, closeSync, openSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import { storeFailure } from './failures.ts'
import type { DialectTraits } from './schema.ts'

/** How long a writer waits for another process's transaction before it gives up: longer than the largest import takes. */
const giveUpMs = 60_000
/** SQLite itself waits by blocking the whole process: only for the ordinary short transaction of another. */
const blockMs = 20
/** While the file is opened nothing else goes on in the process anyway. */
const openMs = 15_000
/** Then we try again this often, and everything else in the process goes on meanwhile. */
const retryMs = 25

export const sqliteTraits: DialectTraits = { bytes: 'blob', counter: 'integer', rowLocks: false }

/** Every writing transaction takes the write lock at once, so that a list's version is counted under it and two writers never deadlock. */
class ImmediateDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    return patient(await super.acquireConnection())
  }

  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin deferred' : 'begin immediate'
    await connection.executeQuery(CompiledQuery.raw(begin))
  }
}

function patient(connection: DatabaseConnection): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const end = performance.now() + giveUpMs
      for (;;) {
        try {
          return await connection.executeQuery<R>(query)
        } catch (error) {
          if (storeFailure(error) !== 'busy' || performance.now() >= end) throw error
          await setTimeout(retryMs)
        }
      }
    },
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  }
}

export function sqliteDialect(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver({ database: () => openFile(file) }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

async function openFile(file: string): Promise<SqliteDatabase> {
  const { default: SqliteFile } = await import('better-sqlite3-multiple-ciphers')
  if (file !== ':memory:') {
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  }
  const database = new SqliteFile(file)
  // After a crash the first to open recovers the log, and the others wait for it here.
  database.pragma(`busy_timeout = ${openMs}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma(`busy_timeout = ${blockMs}`)
  return database
}
