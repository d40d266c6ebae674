/** Messages that the gateway keeps back, one row a recipient. */
import type { Insertable, Selectable } from 'kysely'
import type { Database } from './store.ts'
import type { QuarantineRow } from './tables.ts'
import { joined } from './transactions.ts'

export type NewQuarantined = Insertable<QuarantineRow>
/** Without the bytes: what lists show. */
export type Quarantined = Omit<Selectable<QuarantineRow>, 'raw'>
export type QuarantinedMessage = Selectable<QuarantineRow>

export type QuarantineStore = {
  /** All or none. Answers their ids. */
  readonly add: (rows: readonly NewQuarantined[]) => Promise<readonly number[]>
  /** Newest first. */
  readonly ofUser: (usr: string) => Promise<readonly Quarantined[]>
  readonly get: (usr: string, id: number) => Promise<QuarantinedMessage | undefined>
  readonly remove: (ids: readonly number[]) => Promise<void>
  /** Those of whom the user has not been told, oldest first; marked as told from now on. */
  readonly takeUntold: () => Promise<readonly Quarantined[]>
  /** They are to be told again. */
  readonly untell: (ids: readonly number[]) => Promise<void>
  /** Answers how many came before `time` and are gone now. */
  readonly removeBefore: (time: number) => Promise<number>
}

const listed = [
  'id',
  'usr',
  'at',
  'recipient',
  'return_path',
  'login',
  'rule',
  'reason',
  'sender',
  'subject',
  'size',
  'told',
] as const

/** Most rows told of at a time; the others are next. */
const maxTold = 1_000

async function add(db: Database, rows: readonly NewQuarantined[]): Promise<readonly number[]> {
  const ids: number[] = []
  for (const row of rows) {
    const added = await db.insertInto('quarantine').values(row).returning('id').executeTakeFirstOrThrow()
    ids.push(added.id)
  }
  return ids
}

export function createQuarantineStore(db: Database): QuarantineStore {
  return {
    add: (rows) => joined(db, (inside) => add(inside, rows)),
    ofUser: (usr) => db.selectFrom('quarantine').select(listed).where('usr', '=', usr).orderBy('id', 'desc').execute(),
    get: (usr, id) =>
      db.selectFrom('quarantine').selectAll().where('usr', '=', usr).where('id', '=', id).executeTakeFirst(),
    async remove(ids) {
      if (ids.length > 0) await db.deleteFrom('quarantine').where('id', 'in', ids).execute()
    },
    async takeUntold() {
      const rows = await db
        .selectFrom('quarantine')
        .select(listed)
        .where('told', '=', 0)
        .orderBy('id')
        .limit(maxTold)
        .execute()
      const ids = rows.map(({ id }) => id)
      if (ids.length > 0) await db.updateTable('quarantine').set({ told: 1 }).where('id', 'in', ids).execute()
      return rows
    },
    async untell(ids) {
      if (ids.length > 0) await db.updateTable('quarantine').set({ told: 0 }).where('id', 'in', ids).execute()
    },
    async removeBefore(time) {
      const gone = await db.deleteFrom('quarantine').where('at', '<', time).executeTakeFirst()
      return Number(gone.numDeletedRows)
    },
  }
}
