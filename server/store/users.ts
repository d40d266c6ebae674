/** Rows of people who may sign in. */
import type { Database } from './database.ts'
import type { UserRow } from './tables.ts'

export type UserStore = {
  readonly get: (id: string) => Promise<UserRow | undefined>
  /** By the ASCII-folded address; disabled users are found as well. */
  readonly byAddress: (key: string) => Promise<UserRow | undefined>
  readonly byAddresses: (keys: readonly string[]) => Promise<readonly UserRow[]>
  readonly all: () => Promise<readonly UserRow[]>
  readonly add: (row: UserRow) => Promise<void>
  /** Name, address, department, sponsor, expiry: what a card shows. */
  readonly change: (id: string, changes: UserChanges) => Promise<void>
  readonly setState: (id: string, state: UserRow['state']) => Promise<void>
  readonly setPassword: (id: string, argon2: string) => Promise<void>
}

/** What is absent stays. The login and the scope of an account never change. */
export type UserChanges = Partial<
  Pick<UserRow, 'name' | 'address' | 'address_key' | 'department' | 'sponsor' | 'expires'>
>

/** Keys in one query: SQLite allows 32,766 parameters. */
const batch = 1_000

/** These rows in a database or transaction. */
export function createUserStore(db: Database): UserStore {
  return {
    get: (id) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),
    byAddress: (key) => db.selectFrom('users').selectAll().where('address_key', '=', key).executeTakeFirst(),
    async byAddresses(keys) {
      const found: UserRow[] = []
      for (let from = 0; from < keys.length; from += batch) {
        const some = keys.slice(from, from + batch)
        found.push(...(await db.selectFrom('users').selectAll().where('address_key', 'in', some).execute()))
      }
      return found
    },
    all: () => db.selectFrom('users').selectAll().orderBy('id').execute(),
    async add(row) {
      await db.insertInto('users').values(row).execute()
    },
    async change(id, changes) {
      if (Object.keys(changes).length === 0) return
      await db.updateTable('users').set(changes).where('id', '=', id).execute()
    },
    async setState(id, state) {
      await db.updateTable('users').set({ state }).where('id', '=', id).execute()
    },
    async setPassword(id, argon2) {
      await db.updateTable('users').set({ argon2 }).where('id', '=', id).execute()
    },
  }
}
