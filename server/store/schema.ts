/** The tables of protocol.md 11 as data; created alike in every dialect (create-schema.ts). No column is ever null. */
import { administrationShapes } from './administration/schema.ts'
import { mailShapes } from './mail/mail-schema.ts'
import type { Database } from './store.ts'
import type { ServerTables, Tables } from './tables.ts'

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
}

/** `counter`: counts by itself and is the key; a number is never given twice. */
export type ColumnKind = 'text' | 'number' | 'bytes' | 'counter'

export type TableShape<Row> = {
  readonly columns: { readonly [C in keyof Row & string]: ColumnKind }
  readonly key: readonly (keyof Row & string)[]
  readonly unique?: readonly (keyof Row & string)[]
  /** Each an index over one column. */
  readonly indexes?: readonly (keyof Row & string)[]
  /** Columns that hold the `id` of another table's row; `cascade`: and go with it. */
  readonly references?: { readonly [C in keyof Row & string]?: { readonly table: string; readonly cascade?: boolean } }
  /** What rows get that were there before the column; without: empty, or 0. */
  readonly defaults?: { readonly [C in keyof Row & string]?: string | number }
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
  halves: { columns: { usr: 'text', dev: 'text', half: 'text' }, key: ['usr', 'dev'] },
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
      state: 'text',
      due: 'number',
      raw: 'bytes',
    },
    key: ['id'],
    indexes: ['usr', 'due'],
    defaults: { state: 'kept' },
  },
}

/** All tables, those that others refer to first. */
export const allShapes: { readonly [T in keyof Tables]: TableShape<Tables[T]> } = { ...shapes, ...mailShapes }
