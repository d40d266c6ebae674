/**
 * The only file that knows the database driver: opens the encrypted store, runs migrations, and turns the driver's
 * errors into `StoreError` with a kind of shared/rpc.ts.
 *
 * Cipher `chacha20` (ChaCha20-Poly1305 per page: a flipped bit is noticed), raw 256-bit key, WAL, synchronous FULL:
 * what a transaction acknowledged survives a power cut.
 */
import Driver from 'better-sqlite3-multiple-ciphers'
import { isDiskRefusal, StoreError, type StoreErrorKind } from '../ground/store-error.ts'

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
  /**
   * The same for what must be done even where the disk has no room: taking something away. It is then written in place,
   * without the WAL; a power cut at that very moment may damage the store.
   */
  readonly takeAway: (body: () => void) => void
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
  /** No other connection opens the file meanwhile, as one process holds the profile (engine.lock). */
  readonly isAlone?: boolean
}

/** Opens the store, made when missing, and brings it up to date. Throws `StoreError` for a wrong key, too. */
export function openDatabase(options: OpenOptions): Database {
  const driver = openDriver(options.file, busyTimeout)
  try {
    guarded(() => {
      prepareConnection(driver, options)
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
  const driver = openDriver(file, 0)
  try {
    // Nothing is ever written, but a journal would be: on a full disk nobody could start.
    guarded(() => {
      driver.pragma('journal_mode = MEMORY')
      driver.exec('BEGIN EXCLUSIVE')
    })
    return { release: () => void driver.close() }
  } catch (error) {
    driver.close()
    if (error instanceof StoreError && error.kind === 'busy') return undefined
    throw error
  }
}

function openDriver(file: string, timeout: number): Driver.Database {
  try {
    return guarded(() => new Driver(file, { timeout }))
  } catch (error) {
    // The driver looks for the folder itself, and says so in a word of its own.
    if (error instanceof TypeError && /directory does not exist/.test(error.message))
      throw new StoreError('diskFailing', 'ENOENT')
    throw error
  }
}

function prepareConnection(driver: Driver.Database, { key, isAlone }: OpenOptions): void {
  // The index of the WAL then lies in memory. As a file it would take room on a disk that may have none, and then not
  // even reading would be possible.
  if (isAlone) driver.pragma('locking_mode = EXCLUSIVE')
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
  // Nothing is written where nothing is to be done: a store on a full disk still opens.
  if (done === migrations.length) return
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
    takeAway: (body) => {
      try {
        guarded(() => driver.transaction(body).immediate())
      } catch (error) {
        if (!isDiskRefusal(error)) throw error
        guarded(() => inPlace(driver, body))
      }
    },
    get isOpen() {
      return driver.open
    },
    close: () => {
      if (!driver.open) return
      cache.clear()
      // The last steps of closing write; what they could not is done at the next opening, out of the WAL.
      guarded(() => driver.close())
    },
  }
}

/** What could be rolled back is kept in memory, so that no file grows. */
function inPlace(driver: Driver.Database, body: () => void): void {
  driver.pragma('journal_mode = MEMORY')
  try {
    driver.transaction(body).immediate()
  } finally {
    driver.pragma('journal_mode = WAL')
  }
}

/** The system said no, for now: nothing of this says that the file's bytes are bad. */
const passing = /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|AUTH|NOLFS|PROTOCOL)/

/** SQLite result codes (https://sqlite.org/rescode.html) that a user may meet; every other one is a bug. */
function kindOf(code: string): StoreErrorKind | undefined {
  if (code === 'SQLITE_FULL') return 'diskFull'
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return 'storeDamaged'
  if (passing.test(code)) return 'diskFailing'
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy'
  return undefined
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
