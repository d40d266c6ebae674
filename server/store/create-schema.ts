/**
 * Creates what a store lacks, in either dialect: all tables in a new one, and in an older one the tables and columns that
 * came since. Nothing is taken away here. Programs of two versions may use one store only as long as both know its schema
 * version: since version 2, which names columns anew, those that know version 1 refuse it (store.ts).
 */
import { type ColumnDefinitionBuilder, type CreateTableBuilder, sql } from 'kysely'
import type { ColumnTypes, Database, DialectTraits } from './database.ts'
import { allShapes } from './schema.ts'
import type { ColumnKind, TableShape } from './table-shape.ts'

type Shape = TableShape<Record<string, unknown>>
/** The tables that a database has, each with the names of its columns. */
type Present = ReadonlyMap<string, ReadonlySet<string>>

/** Whether every table and column is there. */
export async function isComplete(db: Database): Promise<boolean> {
  const present = await presentIn(db)
  return shapes().every(([name, { columns }]) => Object.keys(columns).every((column) => present.get(name)?.has(column)))
}

/** In a transaction that holds the lock `schema`: several processes may open a store at once. */
export async function complete(db: Database, types: ColumnTypes): Promise<void> {
  const present = await presentIn(db)
  for (const [name, shape] of shapes()) {
    const columns = present.get(name)
    if (columns) await addColumns(db, { name, shape, types }, columns)
    else await tableOf(db, { name, shape, types }).execute()
    for (const column of shape.indexes ?? []) {
      await db.schema.createIndex(`${name}_${column}`).ifNotExists().on(name).column(column).execute()
    }
  }
}

function shapes(): readonly (readonly [string, Shape])[] {
  return Object.entries(allShapes)
}

/** The store's own tables that there are, each with the names of its columns. */
export async function presentIn(db: Database): Promise<Present> {
  // A PostgreSQL database may hold other schemas than ours, with tables of the same names.
  const tables = (await db.introspection.getTables()).filter(
    ({ name, schema }) => Object.hasOwn(allShapes, name) && (schema === undefined || schema === ours),
  )
  return new Map(tables.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]))
}

/** The schema of every PostgreSQL database where a user's tables are unless it is told otherwise. */
const ours = 'public'

type Plan = { readonly name: string; readonly shape: Shape; readonly types: DialectTraits | ColumnTypes }

function tableOf(db: Database, { name, shape, types }: Plan): CreateTableBuilder<string, string> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name)
  for (const [column, kind] of Object.entries(shape.columns)) {
    const reference = shape.references?.[column]
    // No column is ever null: an absent value would be a third meaning beside empty and 0, and SQL compares it with
    // nothing.
    table = table.addColumn(column, sql.raw(typeOf(kind, types)), (c) => {
      if (kind === 'counter') return counted(c.primaryKey(), types)
      if (!reference) return c.notNull()
      const referring = c.notNull().references(`${reference.table}.id`)
      return reference.cascade ? referring.onDelete('cascade') : referring
    })
  }
  if (!Object.values(shape.columns).includes('counter'))
    table = table.addPrimaryKeyConstraint(`${name}_key`, [...shape.key])
  return shape.unique ? table.addUniqueConstraint(`${name}_unique`, [...shape.unique]) : table
}

async function addColumns(db: Database, { name, shape, types }: Plan, present: ReadonlySet<string>): Promise<void> {
  for (const [column, kind] of Object.entries(shape.columns)) {
    if (present.has(column)) continue
    // Rows that are already there need a value; an older program that goes on writing for a while gets the same one.
    const value = shape.defaults?.[column]
    const initial = value === undefined ? emptyOf(kind, types) : sql.lit(value)
    await db.schema
      .alterTable(name)
      .addColumn(column, sql.raw(typeOf(kind, types)), (c) => c.notNull().defaultTo(initial))
      .execute()
  }
}

function emptyOf(kind: ColumnKind, types: ColumnTypes) {
  if (kind === 'number') return sql.lit(0)
  return sql.raw(kind === 'bytes' && types.bytes === 'blob' ? "x''" : "''")
}

/** SQLite hands out a deleted row's number again unless told not to; a `bigserial` never does. */
function counted(column: ColumnDefinitionBuilder, types: ColumnTypes): ColumnDefinitionBuilder {
  return types.counter === 'integer' ? column.autoIncrement() : column
}

function typeOf(kind: ColumnKind, types: ColumnTypes): string {
  return kind === 'number' ? 'bigint' : types[kind]
}
