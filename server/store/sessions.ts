/** Rows that live for minutes or hours: sessions and the nonces of `Hello`. */
import type { Database } from './database.ts'
import type { SessionRow } from './tables.ts'

export type SessionStore = {
  readonly get: (hash: string) => Promise<SessionRow | undefined>
  /** The row is found by a hash: whoever reads the database, or a back-up of it, gets no session from it. */
  readonly add: (row: SessionRow) => Promise<void>
  /** Moves the end that an unused session has; the absolute one stays. */
  readonly touch: (hash: string, idle: number) => Promise<void>
  /** Of what is administered within the session. */
  readonly setAdmin: (
    hash: string,
    changes: Partial<Pick<SessionRow, 'totp' | 'admin' | 'admin_idle'>>,
  ) => Promise<void>
  /** Closes the administration in every session of the user. */
  readonly closeAdmin: (user: string) => Promise<void>
  readonly remove: (hash: string) => Promise<void>
  /** Of one user, or only of one of the user's devices. */
  readonly removeOf: (user: string, device?: string) => Promise<void>
  readonly addNonce: (n: string, exp: number) => Promise<void>
  /** True once for each nonce that has not run out. */
  readonly takeNonce: (n: string, now: number) => Promise<boolean>
  readonly removeExpired: (now: number) => Promise<void>
}

/** These rows in a database or transaction. */
export function createSessionStore(db: Database): SessionStore {
  return {
    get: (hash) => db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst(),
    async add(row) {
      await db.insertInto('sessions').values(row).execute()
    },
    async touch(hash, idle) {
      await db.updateTable('sessions').set({ idle }).where('hash', '=', hash).execute()
    },
    async setAdmin(hash, changes) {
      await db.updateTable('sessions').set(changes).where('hash', '=', hash).execute()
    },
    async closeAdmin(user) {
      await db.updateTable('sessions').set({ totp: '', admin: 0, admin_idle: 0 }).where('user', '=', user).execute()
    },
    async remove(hash) {
      await db.deleteFrom('sessions').where('hash', '=', hash).execute()
    },
    async removeOf(user, device) {
      const ofUser = db.deleteFrom('sessions').where('user', '=', user)
      await (device === undefined ? ofUser : ofUser.where('device', '=', device)).execute()
    },
    async addNonce(n, exp) {
      await db.insertInto('nonces').values({ n, exp }).execute()
    },
    async takeNonce(n, now) {
      // Deleting is asking: of two logins with one nonce, one finds it.
      const taken = await db.deleteFrom('nonces').where('n', '=', n).where('exp', '>', now).executeTakeFirst()
      return taken.numDeletedRows === 1n
    },
    async removeExpired(now) {
      await db.deleteFrom('nonces').where('exp', '<=', now).execute()
      await db
        .deleteFrom('sessions')
        .where((where) => where.or([where('exp', '<=', now), where('idle', '<=', now)]))
        .execute()
    },
  }
}
