/** Locks by name: PostgreSQL's advisory locks, whose keys are numbers of 64 bits. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** As text, since it has more bits than a JavaScript number. */
export function lockKey(name: string): string {
  return createHash('sha256').update(`kith ${name}`).digest().readBigInt64BE().toString()
}

/** Until the transaction ends. */
export async function lockInside(inside: Database, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockKey(`lock ${name}`)})`.execute(inside)
}
