/** Rows of devices: their keys, states and request numbers, and the commands that wait for them. */
import type { Database, DialectTraits } from './database.ts'
import type { CommandRow, DeviceRow, DeviceState, HalfRow } from './tables.ts'

export type DeviceStore = {
  readonly get: (user: string, id: string) => Promise<DeviceRow | undefined>
  readonly list: (user?: string) => Promise<readonly DeviceRow[]>
  readonly add: (row: DeviceRow) => Promise<void>
  readonly setState: (user: string, id: string, state: DeviceState) => Promise<void>
  /** Its next public keys, base64. */
  readonly setKeys: (device: Pick<DeviceRow, 'user' | 'id'>, keys: Pick<DeviceRow, 'dsig' | 'dbox'>) => Promise<void>
  /** Takes a request number: false unless it is higher than all before; two requests never both pass. */
  readonly takeSeq: (device: Pick<DeviceRow, 'user' | 'id'>, seq: number, now: number) => Promise<boolean>
  /** What the device says that it holds; administrators see from it who has a change. */
  readonly acknowledge: (device: Pick<DeviceRow, 'user' | 'id'>, ack: Acknowledgement) => Promise<void>
  /** The server's half of what opens its store, base64 (protocol.md 9). */
  readonly half: (user: string, device: string) => Promise<string | undefined>
  readonly addHalf: (row: HalfRow) => Promise<void>
  readonly removeHalf: (user: string, device: string) => Promise<void>
  /** Those that the device has not carried out yet, oldest first: they go out with its next answer (protocol.md 9). */
  readonly commands: (user: string, device: string) => Promise<readonly CommandRow[]>
  readonly addCommand: (row: CommandRow) => Promise<void>
  /** Every command that was ever signed for these devices. */
  readonly allCommands: (user?: string) => Promise<readonly CommandRow[]>
  /** Commands of all devices that are not carried out yet. */
  readonly openCommands: () => Promise<readonly CommandRow[]>
  /** The same command under another signature: the policy key was replaced. */
  readonly signCommand: (id: string, sig: string) => Promise<void>
  readonly setCommand: (device: Pick<DeviceRow, 'user' | 'id'>, id: string, state: CommandRow['state']) => Promise<void>
}

/** `head`: the head's hash, hex. */
type Acknowledgement = { readonly epoch: number; readonly version: number; readonly head: string }

/**
 * These rows in a database or transaction. On SQLite the request numbers of one moment are written in one
 * transaction.
 */
export function createDeviceStore(db: Database, traits: DialectTraits): DeviceStore {
  // PostgreSQL writes the commits of one moment together by itself.
  const takeSeq = db.isTransaction || traits.rowLocks ? takingEach(db) : takingTogether(db)
  return { ...deviceRows(db), takeSeq, ...halfRows(db), ...commandRows(db) }
}

type TakeSeq = DeviceStore['takeSeq']

/** The condition is in the statement: two requests with one number cannot both find it unused. */
function takingEach(db: Database): TakeSeq {
  return async ({ user, id }, seq, now) => {
    const taken = await db
      .updateTable('devices')
      .set({ seq, last: now })
      .where('user', '=', user)
      .where('id', '=', id)
      .where('seq', '<', seq)
      .executeTakeFirst()
    return taken.numUpdatedRows === 1n
  }
}

type Asked = PromiseWithResolvers<boolean> & { readonly taking: Parameters<TakeSeq> }

/** The numbers of all requests that wait are taken in one transaction: each commit is a write to the disk, which blocks the process. */
function takingTogether(db: Database): TakeSeq {
  let waiting: Asked[] = []
  let busy = false
  const takeAll = async () => {
    while (waiting.length > 0) {
      // Whoever comes while these are written waits for the next round.
      const some = waiting
      waiting = []
      try {
        const taken = await db.transaction().execute(async (inside) => {
          const take = takingEach(inside)
          const results: boolean[] = []
          for (const { taking } of some) results.push(await take(...taking))
          return results
        })
        for (const [at, { resolve }] of some.entries()) resolve(taken[at] === true)
      } catch (error) {
        // The transaction wrote nothing, so nobody's number is taken; each request fails and is sent again with a
        // higher one.
        for (const { reject } of some) reject(error)
      }
    }
    busy = false
  }
  return (...taking) => {
    const asked = { ...Promise.withResolvers<boolean>(), taking }
    waiting.push(asked)
    // Not at once: requests that arrived with this one are read from their sockets first and share its commit.
    if (!busy) setImmediate(() => void takeAll())
    busy = true
    return asked.promise
  }
}

type CommandRows = 'commands' | 'addCommand' | 'allCommands' | 'openCommands' | 'signCommand' | 'setCommand'

type HalfRows = 'half' | 'addHalf' | 'removeHalf'

function deviceRows(db: Database): Omit<DeviceStore, CommandRows | HalfRows | 'takeSeq'> {
  return {
    get: (user, id) =>
      db.selectFrom('devices').selectAll().where('user', '=', user).where('id', '=', id).executeTakeFirst(),
    list(user) {
      const all = db.selectFrom('devices').selectAll().orderBy('user').orderBy('id')
      return (user === undefined ? all : all.where('user', '=', user)).execute()
    },
    async add(row) {
      await db.insertInto('devices').values(row).execute()
    },
    async setState(user, id, state) {
      await db.updateTable('devices').set({ state }).where('user', '=', user).where('id', '=', id).execute()
    },
    async setKeys({ user, id }, { dsig, dbox }) {
      await db.updateTable('devices').set({ dsig, dbox }).where('user', '=', user).where('id', '=', id).execute()
    },
    async acknowledge({ user, id }, { epoch, version, head }) {
      await db
        .updateTable('devices')
        .set({ ack_epoch: epoch, ack_version: version, ack_head: head })
        .where('user', '=', user)
        .where('id', '=', id)
        .execute()
    },
  }
}

function halfRows(db: Database): Pick<DeviceStore, HalfRows> {
  return {
    async half(user, device) {
      const ours = db.selectFrom('halves').select('half').where('user', '=', user).where('device', '=', device)
      return (await ours.executeTakeFirst())?.half
    },
    async addHalf(row) {
      await db.insertInto('halves').values(row).execute()
    },
    async removeHalf(user, device) {
      await db.deleteFrom('halves').where('user', '=', user).where('device', '=', device).execute()
    },
  }
}

function commandRows(db: Database): Pick<DeviceStore, CommandRows> {
  return {
    commands: (user, device) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('user', '=', user)
        .where('device', '=', device)
        .where('state', '!=', 'done')
        .orderBy('id')
        .execute(),
    async addCommand(row) {
      await db.insertInto('commands').values(row).execute()
    },
    allCommands(user) {
      const all = db.selectFrom('commands').selectAll().orderBy('id')
      return (user === undefined ? all : all.where('user', '=', user)).execute()
    },
    openCommands: () => db.selectFrom('commands').selectAll().where('state', '!=', 'done').orderBy('id').execute(),
    async signCommand(id, sig) {
      await db.updateTable('commands').set({ sig }).where('id', '=', id).execute()
    },
    async setCommand({ user, id: device }, id, state) {
      const own = db.updateTable('commands').set({ state }).where('user', '=', user).where('device', '=', device)
      await own.where('id', '=', id).execute()
    },
  }
}
