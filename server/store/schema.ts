/** The tables of protocol.md 11 as data; created alike in every dialect. No column is ever null. */
import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import { administrationShapes } from './administration/schema.ts'
import type { ServerTables, Tables } from './tables.ts'

/** What the dialects name differently. */
export type ColumnTypes = { readonly bytes: 'blob' | 'bytea'; readonly counter: 'integer' | 'bigserial' }

/** What else differs. `rowLocks`: rows are locked one by one; otherwise a writing transaction holds the whole store. */
export type DialectTraits = ColumnTypes & { readonly rowLocks: boolean }

/** `counter`: counts by itself and is the key. */
type ColumnKind = 'text' | 'number' | 'bytes' | 'counter'

export type TableShape<Row> = {
  readonly columns: { readonly [C in keyof Row & string]: ColumnKind }
  readonly key: readonly (keyof Row & string)[]
  readonly unique?: readonly (keyof Row & string)[]
}

const shapes: { readonly [T in keyof ServerTables]: TableShape<ServerTables[T]> } = {
  users: {
    columns: {
      id: 'text',
      name: 'text',
      address: 'text',
      address_key: 'text',
      scope: 'text',
      argon2: 'text',
      state: 'text',
      created_at: 'number',
      department: 'text',
      sponsor: 'text',
      expires: 'number',
    },
    key: ['id'],
    unique: ['address_key'],
  },
  devices: {
    columns: {
      id: 'text',
      usr: 'text',
      name: 'text',
      dsig: 'text',
      dbox: 'text',
      state: 'text',
      seq: 'number',
      ack_ep: 'number',
      ack_ver: 'number',
      ack_head: 'text',
      last: 'number',
    },
    key: ['usr', 'id'],
  },
  lists: {
    columns: {
      id: 'text',
      usr: 'text',
      ep: 'number',
      ver: 'number',
      acc: 'text',
      root: 'text',
      cnt: 'number',
      bytes: 'number',
      next: 'number',
    },
    key: ['id'],
    unique: ['usr'],
  },
  entries: {
    columns: {
      list: 'text',
      id: 'text',
      rev: 'number',
      key: 'text',
      json: 'text',
      leaf: 'bytes',
      source: 'text',
      external: 'text',
      denied: 'number',
    },
    key: ['list', 'id'],
    unique: ['list', 'key'],
  },
  versions: {
    columns: {
      list: 'text',
      ver: 'number',
      ep: 'number',
      core_hash: 'text',
      acc: 'text',
      ops_json: 'text',
      ops_size: 'number',
      head: 'text',
      head_sig: 'text',
      by: 'text',
      at: 'number',
    },
    key: ['list', 'ver'],
  },
  sessions: {
    columns: {
      hash: 'text',
      usr: 'text',
      dev: 'text',
      exp: 'number',
      idle: 'number',
      totp: 'text',
      admin: 'number',
      admin_idle: 'number',
    },
    key: ['hash'],
  },
  nonces: { columns: { n: 'text', exp: 'number' }, key: ['n'] },
  commands: {
    columns: { id: 'text', usr: 'text', dev: 'text', bytes: 'text', sig: 'text', state: 'text' },
    key: ['id'],
  },
  outbox: {
    columns: { id: 'counter', kind: 'text', list: 'text', ep: 'number', ver: 'number', at: 'number' },
    key: ['id'],
  },
  orglog: { columns: { n: 'number', head_hash: 'text', prev: 'text', at: 'number' }, key: ['n'] },
  manifests: { columns: { ver: 'number', bytes: 'text', at: 'number' }, key: ['ver'] },
  attempts: {
    columns: { key: 'text', count: 'number', since: 'number', until: 'number', strikes: 'number' },
    key: ['key'],
  },
  enrolments: { columns: { hash: 'text', usr: 'text', exp: 'number', dev: 'text' }, key: ['hash'] },
  reports: { columns: { id: 'counter', usr: 'text', dev: 'text', kind: 'text', at: 'number' }, key: ['id'] },
  settings: { columns: { name: 'text', value: 'text' }, key: ['name'] },
  ...administrationShapes,
  quarantine: {
    columns: {
      id: 'counter',
      usr: 'text',
      at: 'number',
      recipient: 'text',
      return_path: 'text',
      login: 'text',
      rule: 'text',
      reason: 'text',
      sender: 'text',
      subject: 'text',
      size: 'number',
      told: 'number',
      raw: 'bytes',
    },
    key: ['id'],
  },
}

export async function createTables(db: Kysely<Tables>, types: ColumnTypes): Promise<void> {
  for (const [name, shape] of Object.entries(shapes)) await tableOf(db, name, { shape, types }).execute()
}

type Plan = { readonly shape: TableShape<Record<string, unknown>>; readonly types: ColumnTypes }

function tableOf(db: Kysely<Tables>, name: string, { shape, types }: Plan): CreateTableBuilder<string, string> {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name).ifNotExists()
  for (const [column, kind] of Object.entries(shape.columns)) {
    if (kind === 'counter')
      table = table.addColumn(column, sql.raw(types.counter), (c) => counted(c.primaryKey(), types))
    else table = table.addColumn(column, sqlType(kind, types), (c) => c.notNull())
  }
  if (!Object.values(shape.columns).includes('counter'))
    table = table.addPrimaryKeyConstraint(`${name}_key`, [...shape.key])
  if (shape.unique) table = table.addUniqueConstraint(`${name}_unique`, [...shape.unique])
  return table
}

/** SQLite hands out a deleted row's number again unless told not to; a `bigserial` never does. */
function counted<C extends { autoIncrement(): C }>(column: C, types: ColumnTypes): C {
  return types.counter === 'integer' ? column.autoIncrement() : column
}

function sqlType(kind: 'text' | 'number' | 'bytes', types: ColumnTypes) {
  if (kind === 'bytes') return sql.raw(types.bytes)
  return kind === 'number' ? ('bigint' as const) : ('text' as const)
}
