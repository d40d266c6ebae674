/** Transactions of the repositories: in the one that is under way, or in one of their own. */
import type { Database } from './database.ts'

/** Does work in the transaction that is under way, or in a new one. */
export function joined<T>(db: Database, work: (inside: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work)
}

/** Reads of one moment, without the write lock. */
export function atOnce<T>(db: Database, work: (inside: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().setAccessMode('read only').execute(work)
}
