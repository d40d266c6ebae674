/** The hashes of recovery codes, which open the administration in place of an authenticator. */
import type { Database } from '../database.ts'
import type { RecoveryRow } from './tables.ts'

/** A user's recovery codes, in a database or transaction. */
export type RecoveryStore = {
  /** In place of those that the user had. */
  readonly setRecoveries: (user: string, rows: readonly RecoveryRow[]) => Promise<void>
  /** How many of the user's can still be used. */
  readonly recoveries: (user: string) => Promise<number>
  /** True once. */
  readonly spendRecovery: (user: string, hash: string) => Promise<boolean>
}

/** These rows. */
export function recoveryRows(db: Database): RecoveryStore {
  return {
    async setRecoveries(user, rows) {
      await db.deleteFrom('recoveries').where('user', '=', user).execute()
      if (rows.length > 0) await db.insertInto('recoveries').values(rows).execute()
    },
    async recoveries(user) {
      return (await db.selectFrom('recoveries').select('hash').where('user', '=', user).execute()).length
    },
    async spendRecovery(user, hash) {
      const gone = await db
        .deleteFrom('recoveries')
        .where('user', '=', user)
        .where('hash', '=', hash)
        .executeTakeFirst()
      return gone.numDeletedRows === 1n
    },
  }
}
