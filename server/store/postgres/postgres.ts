/** PostgreSQL as the store's database: several servers may share one. */
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import type { PoolConfig } from 'pg'
import type { Backend, Database, DialectTraits } from '../database.ts'
import { StoreUnusable } from '../failures.ts'
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
  check: checkEncoding,
}

/** In another encoding it refuses names, or keeps them without knowing what they are; an encoding never changes. */
async function checkEncoding(db: Database): Promise<void> {
  const { rows } = await sql<{ encoding: string; name: string }>`
    select current_setting('server_encoding') as encoding, current_database() as name`.execute(db)
  const [{ encoding, name } = { encoding: '', name: '' }] = rows
  if (encoding === 'UTF8') return
  throw new StoreUnusable(
    `the database "${name}" is in the encoding ${encoding}, and Kith needs UTF8, which cannot be changed later. ` +
      'Create one with: create database kith owner kith encoding \'UTF8\' template template0; and name it in "store"',
  )
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
