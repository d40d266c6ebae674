/** PostgreSQL as the store's database: several servers may share one. */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { PoolConfig } from 'pg'
import type { Backend, DialectTraits } from '../database.ts'
import { PostgresDriver } from './driver.ts'
import { lockInside } from './locks.ts'
import { claimPart, watchOutbox } from './signals.ts'

/**
 * `collate "C"` compares text by its bytes: state roots and pages of rows are in that order whatever the database's
 * language.
 */
const postgresTraits: DialectTraits = {
  text: 'text collate "C"',
  bytes: 'bytea',
  counter: 'bigserial',
  rowLocks: true,
  lock: lockInside,
}

/** Wake-ups come by themselves; this is for those that were lost. */
const pollMs = 1_000

/** The database at a connection; nothing is connected until the store asks. */
export function postgresBackend(connection: PoolConfig): Backend {
  return {
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new PostgresDriver(connection),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    traits: postgresTraits,
    pollMs,
    watch: (wake) => watchOutbox(connection, wake),
    claim: (part) => claimPart(connection, part),
  }
}
