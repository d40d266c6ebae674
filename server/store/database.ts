/** The database that a store is over, and what its dialect does its own way. */
import type { Dialect, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** SQLite or PostgreSQL behind one query interface: a connection, or a transaction under way. */
export type Database = Kysely<Tables>

/** What the dialects name differently. Text is compared by its bytes everywhere, whatever the language of the database. */
export type ColumnTypes = {
  readonly text: 'text' | 'text collate "C"'
  readonly bytes: 'blob' | 'bytea'
  readonly counter: 'integer' | 'bigserial'
}

/** What else differs. `rowLocks`: rows are locked one by one; otherwise a writing transaction holds the whole store. */
export type DialectTraits = ColumnTypes & {
  readonly rowLocks: boolean
  /** Waits for the lock of this name and holds it until the transaction ends; nothing where a transaction holds the whole store. */
  readonly lock: (inside: Database, name: string) => Promise<void>
  /** Throws `StoreUnusable` where the database cannot hold what a store holds. */
  readonly check: (db: Database) => Promise<void>
}

/** A database that a store may be over. */
export type Backend = {
  readonly dialect: Dialect
  readonly traits: DialectTraits
  /** How often those who wait for announcements look for themselves. */
  readonly pollMs: number
  /** Calls `wake` when there may be announcements, sooner than `pollMs`: a hint that may be lost. Gives the undo. */
  readonly watch: (wake: () => void) => () => Promise<void>
  /** Takes a part that only one process of all may play; gives the release, or undefined where another has it. */
  readonly claim: (part: string) => Promise<(() => Promise<void>) | undefined>
}
