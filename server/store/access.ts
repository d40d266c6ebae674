/** Rows that limit and open access: counters of failed logins, and the secrets of enrolment codes. */
import type { Database } from './database.ts'
import type { AttemptRow, EnrolmentRow } from './tables.ts'

/** Asked before anybody is known: nothing here names a session. */
export type AccessStore = {
  /**
   * `key` names what is counted, such as `login:NAME`, `account:ID` or `ip:ADDRESS`: a guesser is slowed by each
   * (protocol.md 5.3).
   */
  readonly attempts: (key: string) => Promise<AttemptRow | undefined>
  readonly setAttempts: (row: AttemptRow) => Promise<void>
  readonly clearAttempts: (key: string) => Promise<void>
  /** Counters whose window and wait both ended before `time`. */
  readonly removeAttempts: (time: number) => Promise<void>
  /** By the secret's hash: the secret itself is in the enrolment code only. */
  readonly enrolment: (hash: string) => Promise<EnrolmentRow | undefined>
  readonly addEnrolment: (row: EnrolmentRow) => Promise<void>
  /** True once: the code belongs to the device from then on. */
  readonly spendEnrolment: (hash: string, device: string) => Promise<boolean>
}

/** These rows in a database or transaction. */
export function createAccessStore(db: Database): AccessStore {
  return {
    attempts: (key) => db.selectFrom('attempts').selectAll().where('key', '=', key).executeTakeFirst(),
    async setAttempts(row) {
      const { count, since, until, strikes } = row
      await db
        .insertInto('attempts')
        .values(row)
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ count, since, until, strikes }))
        .execute()
    },
    async clearAttempts(key) {
      await db.deleteFrom('attempts').where('key', '=', key).execute()
    },
    async removeAttempts(time) {
      await db.deleteFrom('attempts').where('since', '<', time).where('until', '<', time).execute()
    },
    enrolment: (hash) => db.selectFrom('enrolments').selectAll().where('hash', '=', hash).executeTakeFirst(),
    async addEnrolment(row) {
      await db.insertInto('enrolments').values(row).execute()
    },
    async spendEnrolment(hash, device) {
      // One statement asks and marks: of two devices that show the same code at once, one finds it unused.
      const used = await db
        .updateTable('enrolments')
        .set({ device })
        .where('hash', '=', hash)
        .where('device', '=', '')
        .executeTakeFirst()
      return used.numUpdatedRows === 1n
    },
  }
}
