/** Copies all tables from one database to another, whatever their dialects, and sums up what a database holds. */
import { createHash, type Hash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Database, DialectTraits } from '../database.ts'
import { allShapes } from '../schema.ts'
import type { TableShape } from '../table-shape.ts'

type Value = string | number | Uint8Array
type Row = Readonly<Record<string, Value>>
type Shape = TableShape<Record<string, unknown>>

/** A database as the copy sees it. */
export type StoreSide = { readonly db: Database; readonly traits: DialectTraits }

/** Of every table: rows and a hash of all that they hold; equal where and only where the tables are. */
export type Sums = Readonly<Record<string, { readonly rows: number; readonly hash: string }>>

/** Rows in memory at once; SQLite allows 32,766 parameters in one statement. */
const maxRows = 1_000
const maxParameters = 30_000
/** Of messages and their pieces, each with up to 25 MB in a store of an older program. */
const maxContents = 10

/** In a transaction of each side. What the other database held is gone. */
export async function copyAll(from: StoreSide, to: StoreSide): Promise<Sums> {
  const tables = shapes()
  // Tables that refer to others are emptied first and filled last.
  for (const [name] of tables.toReversed()) await sql`delete from ${sql.table(name)}`.execute(to.db)
  const sums: Record<string, Sums[string]> = {}
  for (const [name, shape] of tables) {
    sums[name] = await summed(from, [name, shape], (rows) => insert(to.db, name, { shape, rows }))
    // Numbers of rows that are gone are not given out again on the other side either: somebody may still hold one.
    const last = await lastNumber(from, name, shape)
    if (last > 0) await setLastNumber(to, name, last)
  }
  return sums
}

/** Sums of all tables; in a transaction, so that they are of one moment. */
export async function sumsOf(side: StoreSide): Promise<Sums> {
  const sums: Record<string, Sums[string]> = {}
  for (const table of shapes()) sums[table[0]] = await summed(side, table, () => Promise.resolve())
  return sums
}

function shapes(): readonly (readonly [string, Shape])[] {
  return Object.entries(allShapes)
}

async function summed(
  side: StoreSide,
  [name, shape]: readonly [string, Shape],
  each: (rows: readonly Row[]) => Promise<void>,
): Promise<Sums[string]> {
  const hash = createHash('sha256')
  let rows = 0
  let last: Row | undefined
  for (;;) {
    const page = await pageAfter(side.db, name, { shape, last })
    last = page.at(-1)
    if (!last) break
    for (const row of page) addRow(hash, shape, row)
    rows += page.length
    await each(page)
  }
  // The counter is part of what a table holds.
  hash.update(String(await lastNumber(side, name, shape)))
  return { rows, hash: hash.digest('hex') }
}

/** Each value with its length, so that no two tables of different rows are read as the same bytes. */
function addRow(hash: Hash, shape: Shape, row: Row): void {
  for (const column of Object.keys(shape.columns)) {
    const value = row[column] ?? ''
    const bytes = typeof value === 'object' ? value : Buffer.from(String(value))
    hash.update(`${column} ${bytes.length} `).update(bytes)
  }
}

type Page = { readonly shape: Shape; readonly last: Row | undefined }

/** In order of the key, which both dialects sort alike. */
async function pageAfter(db: Database, name: string, { shape, last }: Page): Promise<readonly Row[]> {
  const keys = sql.join(shape.key.map((column) => sql.ref(column)))
  const conditions: RawBuilder<unknown>[] = [...notCopied(name)]
  if (last) conditions.push(sql`(${keys}) > (${sql.join(shape.key.map((column) => last[column]))})`)
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  const limit = name === 'mail_contents' || name === 'mail_pieces' ? maxContents : pageSize(shape)
  const query = sql<Row>`select ${columnsOf(shape)} from ${sql.table(name)} ${where} order by ${keys} limit ${limit}`
  return (await query.execute(db)).rows
}

/** What a store says of itself is not part of what is in it. */
function notCopied(name: string): readonly RawBuilder<unknown>[] {
  return name === 'settings' ? [sql`name <> ${'standing'}`] : []
}

/** As many rows as one statement has parameters for. */
function pageSize(shape: Shape): number {
  return Math.min(maxRows, Math.floor(maxParameters / Object.keys(shape.columns).length))
}

function columnsOf(shape: Shape): RawBuilder<unknown> {
  return sql.join(Object.keys(shape.columns).map((column) => sql.ref(column)))
}

async function insert(
  db: Database,
  name: string,
  { shape, rows }: { readonly shape: Shape; readonly rows: readonly Row[] },
): Promise<void> {
  const columns = Object.keys(shape.columns)
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`)
  await sql`insert into ${sql.table(name)} (${columnsOf(shape)}) values ${sql.join(values)}`.execute(db)
}

/** The highest number that a counting table ever gave out, even where its row is gone: it is not given again. */
async function lastNumber({ db, traits }: StoreSide, name: string, shape: Shape): Promise<number> {
  if (!Object.values(shape.columns).includes('counter')) return 0
  const query = traits.rowLocks
    ? sql<{
        last: number
      }>`select case when is_called then last_value else 0 end as last from ${sql.table(`${name}_id_seq`)}`
    : sql<{ last: number }>`select seq as last from sqlite_sequence where name = ${name}`
  return (await query.execute(db)).rows[0]?.last ?? 0
}

async function setLastNumber({ db, traits }: StoreSide, name: string, last: number): Promise<void> {
  if (traits.rowLocks) {
    await sql`select setval(${`${name}_id_seq`}, ${last})`.execute(db)
    return
  }
  await sql`delete from sqlite_sequence where name = ${name}`.execute(db)
  await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(db)
}
