/**
 * The server's store: small repositories over one database, SQLite or PostgreSQL. Each file beside this has the rows
 * of one topic; `tables.ts` says what they mean, `schema.ts` describes them for the database, and `sqlite.ts` and
 * `postgres/` are the two databases.
 */
import { Kysely } from 'kysely'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import { type AccessStore, createAccessStore } from './access.ts'
import { type AdministrationStore, createAdministrationStore } from './administration/administration.ts'
import { createOrganisationStore, type OrganisationStore } from './administration/organisation.ts'
import { complete, isComplete, presentIn } from './create-schema.ts'
import type { Backend, Database, DialectTraits } from './database.ts'
import { createDeviceStore, type DeviceStore } from './devices.ts'
import { SchemaUnknown, StoreUnusable } from './failures.ts'
import { createJournalStore, type JournalStore } from './journal.ts'
import { createListStore, type ListStore } from './lists.ts'
import { createMailFolders } from './mail/mail-folders.ts'
import { createMailMessages } from './mail/mail-messages.ts'
import { createMailReading } from './mail/mail-reading.ts'
import type { MailStore } from './mail/mail-store.ts'
import { renameColumns } from './migration/rename-columns.ts'
import { createQuarantineStore, type QuarantineStore } from './quarantine.ts'
import { createSessionStore, type SessionStore } from './sessions.ts'
import type { Tables } from './tables.ts'
import { atOnce } from './transactions.ts'
import { createUserStore, type UserStore } from './users.ts'

/** Each has its rows and the questions about them; none knows the others' tables. */
type Repositories = {
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
}

/**
 * What every part of the server is given. A store inside a transaction has the same form, so code need not know which
 * it holds.
 */
export type Store = Repositories &
  Pick<Backend, 'pollMs' | 'watch' | 'claim'> & {
    /**
     * All or nothing, under the write lock: nobody else's transaction comes between, in any process on any machine. Work that
     * touches no list may name a narrower lock, so that it does not wait for a large import; SQLite has one for everything.
     * Use only the store that `work` receives: another would wait for ever.
     */
    transaction<T>(work: (inside: Store) => Promise<T>, lock?: string): Promise<T>
    /** Reads of one moment: no writer comes between them. */
    snapshot<T>(work: (inside: Store) => Promise<T>): Promise<T>
    close(): Promise<void>
  }

/** Opens the store over a database, with the tables that are missing; several processes may do so at once. */
export async function openStore(backend: Backend): Promise<Store> {
  const db: Database = new Kysely<Tables>({ dialect: backend.dialect })
  try {
    await prepare(db, backend.traits)
    await adopt(createJournalStore(db))
    return storeOver(db, backend)
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** A store that was copied elsewhere is no store any more; a finished copy that the settings name is one from now on. */
async function adopt(journal: JournalStore): Promise<void> {
  const standing = await journal.setting('standing')
  if (standing === 'moved') throw new StoreUnusable('this store was moved to another: "store" in config.json is old')
  if (standing === 'copy') await journal.setSetting('standing', 'live')
}

/**
 * Rises where an older program would misread the store: a store of a later version is not for this program. 2: columns
 * renamed; 3: bytes of large messages in pieces.
 */
const schemaVersion = 3

/** Only a store that lacks something is written to: opening must not wait for whoever is writing. */
export async function prepare(db: Database, traits: DialectTraits): Promise<void> {
  await traits.check(db)
  if ((await isComplete(db)) && (await versionOf(db)) === schemaVersion) return
  await db.transaction().execute(async (inside) => {
    await traits.lock(inside, 'schema')
    // Read again: another process may have brought the store up to date while this one waited.
    const version = await versionOf(inside)
    // A store may be older than the setting itself; in a new one there is nothing to rename.
    if (version < 2) await renameColumns(inside, await presentIn(inside))
    await complete(inside, traits)
    if (version < schemaVersion) await createJournalStore(inside).setSetting('schema', String(schemaVersion))
  })
}

/** 0: new, or older than the setting. Throws where the store is of a later program. */
async function versionOf(db: Database): Promise<number> {
  const tables = await db.introspection.getTables()
  if (!tables.some((table) => table.name === 'settings')) return 0
  const version = Number((await createJournalStore(db).setting('schema')) ?? 0)
  if (version <= schemaVersion) return version
  throw new SchemaUnknown(`the store has schema ${version}, this program ${schemaVersion}: use a newer program`)
}

/** The lock of all transactions that do not ask for a narrower one: lists, the log of heads, people, devices. */
const wholeStore = 'store'

function storeOver(db: Database, { traits, pollMs, watch, claim }: Backend): Store {
  // Within a process they wait here, so that those who wait hold one connection together and not one each.
  const inOrder = oneAtATime()
  return {
    ...repositories(db, traits),
    transaction: (work, lock = wholeStore) =>
      inOrder(lock, () =>
        db.transaction().execute(async (inside) => {
          await traits.lock(inside, lock)
          return work(insideOf(inside, traits))
        }),
      ),
    snapshot: (work) => atOnce(db, (inside) => work(insideOf(inside, traits))),
    pollMs,
    watch,
    claim,
    close: () => db.destroy(),
  }
}

/** A store whose transactions join the one that is under way. */
export function insideOf(db: Database, traits: DialectTraits): Store {
  const store: Store = {
    ...repositories(db, traits),
    // A nested transaction is part of the outer one: it commits or fails with it.
    transaction: (work) => work(store),
    snapshot: (work) => work(store),
    pollMs: 0,
    watch: () => () => Promise.resolve(),
    claim: async () => undefined,
    close: async () => undefined,
  }
  return store
}

function repositories(db: Database, traits: DialectTraits): Repositories {
  return {
    users: createUserStore(db),
    devices: createDeviceStore(db, traits),
    lists: createListStore(db, traits),
    sessions: createSessionStore(db),
    access: createAccessStore(db),
    journal: createJournalStore(db),
    mail: { ...createMailFolders(db), ...createMailReading(db), ...createMailMessages(db, traits) },
    organisation: createOrganisationStore(db),
    administration: createAdministrationStore(db),
    quarantine: createQuarantineStore(db),
  }
}
