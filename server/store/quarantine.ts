/** Messages that the gateway keeps back, one row a recipient. */
import type { Insertable, Selectable } from 'kysely'
import type { KeptState } from '../../shared/quarantine.ts'
import type { Database } from './database.ts'
import type { QuarantineRow } from './tables.ts'
import { atOnce, joined } from './transactions.ts'

/** A message as the gateway hands it over; every one begins as `kept`. */
export type NewQuarantined = Omit<Insertable<QuarantineRow>, 'state' | 'due'>
/** Without the bytes: what lists show. */
export type Quarantined = Omit<Selectable<QuarantineRow>, 'raw'>
/** With the bytes, for the one who sends it on. */
type QuarantinedMessage = Selectable<QuarantineRow>

/** The gateway puts messages in and sends released ones; users and administrators look, ask and decide. */
export type QuarantineStore = {
  /** All or none. Answers their ids. */
  readonly add: (rows: readonly NewQuarantined[]) => Promise<readonly number[]>
  /** Newest first. */
  readonly ofUser: (user: string) => Promise<readonly Quarantined[]>
  /** A window of them, and how many there are. */
  readonly page: (
    user: string,
    window: Window,
  ) => Promise<{ readonly total: number; readonly rows: readonly Quarantined[] }>
  /** Of all users, oldest first: those that wait for whoever decides. */
  readonly asked: (count: number) => Promise<readonly Quarantined[]>
  /** False where it is in none of the states `from`. */
  readonly move: (row: { readonly user: string; readonly id: number }, move: Move) => Promise<boolean>
  /** Released ones that are to be sent now; until `until` they are this caller's, and then somebody tries again. */
  readonly takeDue: (now: number, until: number) => Promise<readonly Quarantined[]>
  readonly get: (user: string, id: number) => Promise<QuarantinedMessage | undefined>
  /** What the user wants none of: one, or all that claim its sender. Answers how many; what is on its way goes on. */
  readonly discard: (choice: Choice) => Promise<number>
  readonly remove: (ids: readonly number[]) => Promise<void>
  /** Those of whom the user has not been told, oldest first; marked as told from now on. */
  readonly takeUntold: () => Promise<readonly Quarantined[]>
  /** They are to be told again. */
  readonly untell: (ids: readonly number[]) => Promise<void>
  /** Answers how many came before `time` and are gone now. */
  readonly removeBefore: (time: number) => Promise<number>
}

/** `due` of what is to be sent at once: a time that has passed by every machine's clock. */
export const dueNow = 1

/** `from` counts from 0, newest first. */
type Window = { readonly from: number; readonly count: number }
/** A step from one of the states `from` to another; `due` goes into the row with it. */
export type Move = { readonly from: readonly KeptState[]; readonly to: KeptState; readonly due: number }

type Choice = { readonly user: string; readonly id: number; readonly scope: 'message' | 'sender' }

/** Every column but the bytes, which may be 25 MB each. */
const listed = [
  'id',
  'user',
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
  'state',
  'due',
] as const

/** Most rows told of at a time; the others are next. */
const maxTold = 1_000
/** Most rows sent at a time: their turn must not be over before the last has gone. */
const maxDue = 20

async function add(db: Database, rows: readonly NewQuarantined[]): Promise<readonly number[]> {
  const ids: number[] = []
  for (const row of rows) {
    const added = await db
      .insertInto('quarantine')
      .values({ ...row, state: 'kept', due: 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
    ids.push(added.id)
  }
  return ids
}

function ofUser(db: Database, user: string) {
  return db.selectFrom('quarantine').select(listed).where('user', '=', user).orderBy('id', 'desc')
}

async function page(db: Database, user: string, { from, count }: Window) {
  const { total } = await db
    .selectFrom('quarantine')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('user', '=', user)
    .executeTakeFirstOrThrow()
  return { total, rows: await ofUser(db, user).offset(from).limit(count).execute() }
}

async function discard(db: Database, { user, id, scope }: Choice): Promise<number> {
  const own = db.selectFrom('quarantine').select('sender').where('user', '=', user)
  const chosen = await own.where('id', '=', id).executeTakeFirst()
  if (!chosen) return 0
  const gone = db.deleteFrom('quarantine').where('user', '=', user).where('state', '<>', 'released')
  // Where the message names nobody it stands for itself.
  const all = scope === 'sender' && chosen.sender !== ''
  const which = all ? gone.where('sender', '=', chosen.sender) : gone.where('id', '=', id)
  return Number((await which.executeTakeFirst()).numDeletedRows)
}

async function takeDue(db: Database, now: number, until: number): Promise<readonly Quarantined[]> {
  const isDue = db.selectFrom('quarantine').select('id').where('due', '>', 0).where('due', '<=', now)
  const ids = (await isDue.orderBy('id').limit(maxDue).execute()).map(({ id }) => id)
  // The rule: then nobody waits for the lock of the store.
  if (ids.length === 0) return []
  // Those that are still due: of several gateways one gets a row.
  return db
    .updateTable('quarantine')
    .set({ due: until })
    .where('id', 'in', ids)
    .where('due', '<=', now)
    .returning(listed)
    .execute()
}

/** These rows in a database or transaction. */
export function createQuarantineStore(db: Database): QuarantineStore {
  return {
    add: (rows) => joined(db, (inside) => add(inside, rows)),
    page: (user, window) => atOnce(db, (inside) => page(inside, user, window)),
    asked: (count) =>
      db.selectFrom('quarantine').select(listed).where('state', '=', 'asked').orderBy('id').limit(count).execute(),
    async move({ user, id }, { from, to, due: at }) {
      // The state before is part of the condition: of two who decide at once, one does.
      const moved = await db
        .updateTable('quarantine')
        .set({ state: to, due: at })
        .where('user', '=', user)
        .where('id', '=', id)
        .where('state', 'in', [...from])
        .executeTakeFirst()
      return Number(moved.numUpdatedRows) > 0
    },
    takeDue: (now, until) => takeDue(db, now, until),
    ofUser: (user) => ofUser(db, user).execute(),
    get: (user, id) =>
      db.selectFrom('quarantine').selectAll().where('user', '=', user).where('id', '=', id).executeTakeFirst(),
    discard: (choice) => joined(db, (inside) => discard(inside, choice)),
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
      // Marked before the digest is written; where that fails `untell` takes it back.
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
