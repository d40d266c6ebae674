/**
 * The only file that knows the database driver: opens the encrypted store, runs migrations, and turns the driver's
 * errors into `StoreError` with a kind of shared/rpc.ts.
 *
 * Cipher `chacha20` (ChaCha20-Poly1305 per page: a flipped bit is noticed), raw 256-bit key, WAL, synchronous FULL:
 * what a transaction acknowledged survives a power cut.
 */
import Driver from 'better-sqlite3-multiple-ciphers'
import { StoreError, type StoreErrorKind } from '../ground/store-error.ts'

type SqlValue = string | number | bigint | null | Uint8Array
type SqlParameters = readonly SqlValue[]

type RunResult = { readonly changes: number; readonly lastId: number }

/** A statement's text. Who writes it knows what its rows are: the type goes with the text. */
type Sql<R extends object> = string | (string & { readonly rows: R })

/** A thin wrapper of the encrypted store. Every method throws `StoreError` when the disk or the file fails. */
export type Database = {
  readonly run: (sql: string, ...parameters: SqlParameters) => RunResult
  /** The first row. Statements are prepared once and kept: the same text again costs a map look-up. */
  readonly get: <R extends object>(sql: Sql<R>, ...parameters: SqlParameters) => R | undefined
  readonly all: <R extends object>(sql: Sql<R>, ...parameters: SqlParameters) => readonly R[]
  /** All or nothing; a transaction inside a transaction joins it (savepoint). `body` must not await. */
  readonly transaction: <T>(body: () => T) => T
  readonly isOpen: boolean
  readonly close: () => void
}

/** How long a statement waits for a lock held by another connection, in milliseconds. */
const busyTimeout = 5_000

type OpenOptions = {
  readonly file: string
  /** 32 bytes. */
  readonly key: Uint8Array
  /** Statement lists; the list at index n is migration n + 1. Applied once each, in order. */
  readonly migrations: readonly (readonly string[])[]
}

/** Opens the store, made when missing, and brings it up to date. Throws `StoreError` for a wrong key, too. */
export function openDatabase(options: OpenOptions): Database {
  const driver = guarded(() => new Driver(options.file, { timeout: busyTimeout }))
  try {
    guarded(() => {
      prepareConnection(driver, options.key)
      migrate(driver, options.migrations)
    })
  } catch (error) {
    driver.close()
    throw error
  }
  return wrap(driver)
}

/**
 * Takes a lock on `file`; `undefined` when another living process holds it. The lock is the kernel's (SQLite takes it), so
 * it ends with `release` or with this process, however that ended. A process id, used again by a stranger, could keep the
 * file locked for ever.
 */
export function holdExclusively(file: string): { release(): void } | undefined {
  const driver = guarded(() => new Driver(file, { timeout: 0 }))
  try {
    guarded(() => driver.exec('BEGIN EXCLUSIVE'))
    return { release: () => void driver.close() }
  } catch (error) {
    driver.close()
    if (error instanceof StoreError && error.kind === 'busy') return undefined
    throw error
  }
}

function prepareConnection(driver: Driver.Database, key: Uint8Array): void {
  driver.pragma("cipher = 'chacha20'")
  driver.pragma(`key = 'raw:${Buffer.from(key).toString('hex')}'`)
  // The first read: with a wrong key or a damaged first page it fails here with SQLITE_NOTADB.
  driver.prepare('SELECT count(*) FROM sqlite_schema').get()
  driver.pragma('journal_mode = WAL')
  driver.pragma('synchronous = FULL')
  driver.pragma('foreign_keys = ON')
  // What is deleted, such as the password at sign out, is overwritten, not only unlinked.
  driver.pragma('secure_delete = ON')
  // Sorting must never spill plain rows into a file of the temporary folder.
  driver.pragma('temp_store = MEMORY')
}

function migrate(driver: Driver.Database, migrations: OpenOptions['migrations']): void {
  const done = Number(driver.pragma('user_version', { simple: true }))
  // A store written by a later app: its tables may mean something else, so it is not touched.
  if (done > migrations.length) throw new StoreError('storeDamaged', 'NEWER')
  driver
    .transaction(() => {
      for (const statements of migrations.slice(done)) for (const sql of statements) driver.exec(sql)
      driver.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
}

function wrap(driver: Driver.Database): Database {
  // Texts of statements are literals of this program, so the map stays small.
  const cache = new Map<string, Driver.Statement>()
  const prepare = (sql: string): Driver.Statement => {
    const kept = cache.get(sql)
    if (kept) return kept
    const statement = driver.prepare(sql)
    cache.set(sql, statement)
    return statement
  }
  return {
    run: (sql, ...parameters) =>
      guarded(() => {
        const { changes, lastInsertRowid } = prepare(sql).run(...parameters)
        return { changes, lastId: Number(lastInsertRowid) }
      }),
    get: <R extends object>(sql: Sql<R>, ...parameters: SqlParameters) =>
      guarded(() => prepare(sql).get(...parameters) as R | undefined),
    all: <R extends object>(sql: Sql<R>, ...parameters: SqlParameters) =>
      guarded(() => prepare(sql).all(...parameters) as R[]),
    transaction: (body) => guarded(() => driver.transaction(body).immediate()),
    get isOpen() {
      return driver.open
    },
    close: () => {
      if (!driver.open) return
      cache.clear()
      driver.close()
    },
  }
}

/** Families of result codes: each has codes of its own, such as `SQLITE_BUSY_SNAPSHOT`. */
const families: readonly (readonly [string, StoreErrorKind])[] = [
  ['SQLITE_FULL', 'diskFull'],
  ['SQLITE_NOTADB', 'storeDamaged'],
  ['SQLITE_CORRUPT', 'storeDamaged'],
  // The disk did not do what it was told: that says nothing about what lies on it.
  ['SQLITE_IOERR', 'storeUnreadable'],
  ['SQLITE_NOMEM', 'storeUnreadable'],
  ['SQLITE_CANTOPEN', 'storeReadOnly'],
  ['SQLITE_READONLY', 'storeReadOnly'],
  ['SQLITE_PERM', 'storeReadOnly'],
  ['SQLITE_AUTH', 'storeReadOnly'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_PROTOCOL', 'busy'],
]

/** SQLite result codes (https://sqlite.org/rescode.html) that a user may meet; every other one is a bug. */
function kindOf(code: string): StoreErrorKind | undefined {
  return families.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`))?.[1]
}

function guarded<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (error instanceof Driver.SqliteError) {
      const kind = kindOf(error.code)
      if (kind) throw new StoreError(kind, error.code)
    }
    throw error
  }
}
