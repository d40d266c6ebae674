/** SQLite as the store's database: the only file of `server/` that imports the driver or knows its SQL. */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Database as SqliteFile } from 'better-sqlite3-multiple-ciphers'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  type SqliteDatabase,
  type SqliteDialectConfig,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'
import type { Backend, DialectTraits } from './database.ts'
import { StoreUnusable, storeFailure } from './failures.ts'

/** How long a writer waits for another process's transaction before it gives up: longer than the largest import takes. */
const giveUpMs = 60_000
/** SQLite itself waits by blocking the whole process: only for the ordinary short transaction of another. */
const blockMs = 20
/** While the file is opened nothing else goes on in the process anyway. */
const openMs = 15_000
/** Then we try again this often, and everything else in the process goes on meanwhile. */
const retryMs = 25

/** One file, one writer: a transaction that begins holds everything, so there is no lock to take beside it. */
const sqliteTraits: DialectTraits = {
  text: 'text',
  bytes: 'blob',
  counter: 'integer',
  rowLocks: false,
  lock: async () => undefined,
  check: async () => undefined,
}

/** Every process looks for itself, ten times a second: an indexed query of a local file costs nothing. */
const pollMs = 100

/** The file as a store's database. `alone`: refused as busy while another process has it open, and closed to all others. */
export function sqliteBackend(file: string, { alone = false } = {}): Backend {
  return {
    dialect: sqliteDialect(file, alone),
    traits: sqliteTraits,
    pollMs,
    watch: () => () => Promise.resolve(),
    claim: async () => () => Promise.resolve(),
  }
}

/** Every writing transaction takes the write lock at once, so that a list's version is counted under it and two writers never deadlock. */
class ImmediateDriver extends SqliteDriver {
  readonly #isOpen: () => boolean

  /** `isOpen`: whether a transaction is under way in the file. */
  constructor(config: SqliteDialectConfig, isOpen: () => boolean) {
    super(config)
    this.#isOpen = isOpen
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return retryWhenBusy(await super.acquireConnection())
  }

  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    // A reader that became a writer half-way would have to fail when another wrote meanwhile (SQLITE_BUSY_SNAPSHOT).
    const begin = settings?.accessMode === 'read only' ? 'begin deferred' : 'begin immediate'
    // One that could not be taken back when the disk failed: nothing else could ever begin beside it.
    if (this.#isOpen()) await super.rollbackTransaction(connection)
    await connection.executeQuery(CompiledQuery.raw(begin))
  }

  /** What made the work fail is the news. A full disk and its like have ended the transaction already. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#isOpen()) await super.rollbackTransaction(connection).catch(() => undefined)
  }
}

function retryWhenBusy(connection: DatabaseConnection): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const end = performance.now() + giveUpMs
      for (;;) {
        try {
          return await connection.executeQuery<R>(query)
        } catch (error) {
          // Retried between statements, not by SQLite: its own waiting would stop every other request of this
          // process.
          if (storeFailure(error) !== 'busy' || performance.now() >= end) throw error
          await setTimeout(retryMs)
        }
      }
    },
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  }
}

function sqliteDialect(file: string, alone: boolean): Dialect {
  let opened: SqliteFile | undefined
  const database = async () => {
    opened = await openFile(file, alone)
    return cacheStatements(opened)
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver({ database }, () => opened?.inTransaction === true),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

async function openFile(file: string, alone: boolean): Promise<SqliteFile> {
  const { default: Sqlite } = await import('better-sqlite3-multiple-ciphers')
  if (file !== ':memory:') makeFile(file)
  const database = new Sqlite(file)
  // After a crash the first to open recovers the log, and the others wait for it here.
  database.pragma(`busy_timeout = ${alone ? blockMs : openMs}`)
  if (alone) database.pragma('locking_mode = EXCLUSIVE')
  // Readers and the one writer do not wait for each other (sqlite.org/wal.html).
  database.pragma('journal_mode = WAL')
  // Only now: it is a database, and not somebody else's file that the path happens to name.
  if (file !== ':memory:') chmodSync(file, 0o600)
  // A commit is on the disk when it returns: a head that devices have seen, or mail that was answered with 250, must
  // not be undone by a power cut.
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  // What is deleted, such as the half of a revoked device's key, is overwritten where that costs no more writing.
  database.pragma('secure_delete = FAST')
  database.pragma(`busy_timeout = ${blockMs}`)
  return database
}

/** Made here with its rights: SQLite itself would make it readable to whoever the umask allows. */
function makeFile(file: string): void {
  const there = statSync(file, { throwIfNoEntry: false })
  // A device, a pipe, a socket or a folder is not even opened: that alone may change something.
  if (there && !there.isFile())
    throw new StoreUnusable(`${file} is not a regular file, so the store cannot be there: name another data folder`)
  if (!there) closeSync(openSync(file, 'a', 0o600))
}

/** Statements kept, the last used ones. */
const maxStatements = 200

/** Statements are parsed once: a change of thousands of lists runs the same few again and again. */
function cacheStatements(database: SqliteFile): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = statements.get(sql) ?? database.prepare(sql)
      statements.delete(sql)
      statements.set(sql, statement)
      for (const oldest of statements.keys()) {
        if (statements.size <= maxStatements) break
        statements.delete(oldest)
      }
      return statement
    },
  }
}
