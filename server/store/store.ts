/** The server's store: small repositories over one database. Everything is asynchronous so that PostgreSQL is a twin, not a rewrite. */
import { type Dialect, Kysely } from 'kysely'
import { type AccessStore, createAccessStore } from './access.ts'
import { type AdministrationStore, createAdministrationStore } from './administration/administration.ts'
import { createOrganisationStore, type OrganisationStore } from './administration/organisation.ts'
import { createDeviceStore, type DeviceStore } from './devices.ts'
import { SchemaUnknown } from './failures.ts'
import { createJournalStore, type JournalStore } from './journal.ts'
import { createListStore, type ListStore } from './lists.ts'
import { createMailTables } from './mail/mail-schema.ts'
import { createMailStore, type MailStore } from './mail/mail-store.ts'
import { createQuarantineStore, type QuarantineStore } from './quarantine.ts'
import { createTables, type DialectTraits } from './schema.ts'
import { createSessionStore, type SessionStore } from './sessions.ts'
import { sqliteDialect, sqliteTraits } from './sqlite.ts'
import type { Tables } from './tables.ts'
import { createUserStore, type UserStore } from './users.ts'

export type Database = Kysely<Tables>

export type Store = {
  readonly users: UserStore
  readonly devices: DeviceStore
  readonly lists: ListStore
  readonly sessions: SessionStore
  readonly access: AccessStore
  readonly journal: JournalStore
  readonly mail: MailStore
  readonly organisation: OrganisationStore
  readonly administration: AdministrationStore
  readonly quarantine: QuarantineStore
  /** All or nothing, under the write lock. Use only the store that `work` receives: another would wait for ever. */
  transaction<T>(work: (inside: Store) => Promise<T>): Promise<T>
  /** Reads of one moment: no writer comes between them. */
  snapshot<T>(work: (inside: Store) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Opens the file, creating it and its tables where they are missing; several processes may do so at once. */
export async function openStore(file: string): Promise<Store> {
  return openDatabase(sqliteDialect(file), sqliteTraits)
}

async function openDatabase(dialect: Dialect, traits: DialectTraits): Promise<Store> {
  const db: Database = new Kysely<Tables>({ dialect })
  // Only a new file is written to: opening must not wait for whoever is writing.
  if (!(await hasSchema(db))) {
    await db.transaction().execute(async (inside) => {
      await createTables(inside, traits)
      await createMailTables(inside, traits)
      await createJournalStore(inside).setSetting('schema', schemaVersion)
    })
  }
  return storeOver(db, traits)
}

/** Rises with every change of the tables; a store of another version needs a migration. */
const schemaVersion = '1'

async function hasSchema(db: Database): Promise<boolean> {
  const tables = await db.introspection.getTables()
  if (!tables.some((table) => table.name === 'settings')) return false
  const version = await createJournalStore(db).setting('schema')
  if (version !== undefined && version !== schemaVersion)
    throw new SchemaUnknown(`the store has schema ${version}, this program ${schemaVersion}`)
  return version === schemaVersion
}

function storeOver(db: Database, traits: DialectTraits): Store {
  return {
    ...repositories(db, traits),
    transaction: (work) => db.transaction().execute((inside) => work(insideOf(inside, traits))),
    snapshot: (work) =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute((inside) => work(insideOf(inside, traits))),
    close: () => db.destroy(),
  }
}

/** A store whose transactions join the one that is under way. */
function insideOf(db: Database, traits: DialectTraits): Store {
  const store: Store = {
    ...repositories(db, traits),
    transaction: (work) => work(store),
    snapshot: (work) => work(store),
    close: async () => undefined,
  }
  return store
}

function repositories(db: Database, traits: DialectTraits): Omit<Store, 'transaction' | 'snapshot' | 'close'> {
  return {
    users: createUserStore(db),
    devices: createDeviceStore(db),
    lists: createListStore(db, traits),
    sessions: createSessionStore(db),
    access: createAccessStore(db),
    journal: createJournalStore(db),
    mail: createMailStore(db),
    organisation: createOrganisationStore(db),
    administration: createAdministrationStore(db),
    quarantine: createQuarantineStore(db),
  }
}
