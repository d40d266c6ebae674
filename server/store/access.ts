/** Rows that limit and open access: counters of failed logins, where they succeeded, and the secrets of enrolment codes. */
import type { Database } from './database.ts'
import type { AttemptRow, EnrolmentRow, ProvenRow } from './tables.ts'

/** Asked before anybody is known: nothing here names a session. */
export type AccessStore = {
  /** `key` names a budget of tries, such as `device:USER DEVICE` or `strangers:USER` (protocol.md 5.3). */
  readonly attempts: (key: string) => Promise<AttemptRow | undefined>
  readonly setAttempts: (row: AttemptRow) => Promise<void>
  readonly clearAttempts: (key: string) => Promise<void>
  /** Those of passwords for the user, whoever tried them. */
  readonly clearAttemptsOf: (user: string) => Promise<void>
  /** Counters whose window and wait both ended before `time`. */
  readonly removeAttempts: (time: number) => Promise<void>
  /** When somebody last succeeded at a place. */
  readonly proven: (who: string, place: string) => Promise<number | undefined>
  readonly setProven: (row: ProvenRow) => Promise<void>
  readonly removeProven: (before: number) => Promise<void>
  /** By the secret's hash: the secret itself is in the enrolment code only. */
  readonly enrolment: (hash: string) => Promise<EnrolmentRow | undefined>
  readonly addEnrolment: (row: EnrolmentRow) => Promise<void>
  /** True once: the code belongs to the device from then on. */
  readonly spendEnrolment: (hash: string, device: string) => Promise<boolean>
}

/** These rows in a database or transaction. */
export function createAccessStore(db: Database): AccessStore {
  return { ...attemptRows(db), ...provenRows(db), ...enrolmentRows(db) }
}

function attemptRows(db: Database) {
  return {
    attempts: (key: string) => db.selectFrom('attempts').selectAll().where('key', '=', key).executeTakeFirst(),
    async setAttempts(row: AttemptRow) {
      const { count, since, until, strikes } = row
      await db
        .insertInto('attempts')
        .values(row)
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ count, since, until, strikes }))
        .execute()
    },
    async clearAttempts(key: string) {
      await db.deleteFrom('attempts').where('key', '=', key).execute()
    },
    async clearAttemptsOf(user: string) {
      const alone = ['strangers', 'networks'].map((kind) => `${kind}:${user}`)
      await db.deleteFrom('attempts').where('key', 'in', alone).execute()
      // These go on with a blank and the device or network; "!" is the character after the blank.
      for (const kind of ['device', 'otherKeys', 'network']) {
        const those = db.deleteFrom('attempts').where('key', '>=', `${kind}:${user} `)
        await those.where('key', '<', `${kind}:${user}!`).execute()
      }
    },
    async removeAttempts(time: number) {
      await db.deleteFrom('attempts').where('since', '<', time).where('until', '<', time).execute()
    },
  }
}

function provenRows(db: Database) {
  return {
    async proven(who: string, place: string) {
      const row = await db
        .selectFrom('proven')
        .select('at')
        .where('who', '=', who)
        .where('place', '=', place)
        .executeTakeFirst()
      return row?.at
    },
    async setProven(row: ProvenRow) {
      const { at } = row
      await db
        .insertInto('proven')
        .values(row)
        .onConflict((conflict) => conflict.columns(['who', 'place']).doUpdateSet({ at }))
        .execute()
    },
    async removeProven(before: number) {
      await db.deleteFrom('proven').where('at', '<', before).execute()
    },
  }
}

function enrolmentRows(db: Database) {
  return {
    enrolment: (hash: string) => db.selectFrom('enrolments').selectAll().where('hash', '=', hash).executeTakeFirst(),
    async addEnrolment(row: EnrolmentRow) {
      await db.insertInto('enrolments').values(row).execute()
    },
    async spendEnrolment(hash: string, device: string) {
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
