/** Incoming messages that the guard did not admit, whole, and what they claim (I3). */
import { setImmediate } from 'node:timers/promises'
import type { HeldMessage } from '../../../../shared/held.ts'
import type { Database } from '../../database/open.ts'
import type { Window } from './messages.ts'
import { putPlace } from './places.ts'
import type { Place } from './records.ts'

/** A held message as it is stored. */
export type NewHeld = {
  readonly held: HeldMessage
  readonly raw: Uint8Array
  /** Folded claimed address; empty when none parsed. */
  readonly claimedKey: string
  /** What the list said of that address when the message was judged: a difference is a reason to judge again (I6). */
  readonly listState: string
  /** The proof failed for a passing reason (DNS did not answer): judge again later. */
  readonly again: boolean
  readonly place?: Place
  readonly seen: boolean
  readonly truncated: boolean
}

/** What judging a held message again needs, beside its bytes. */
type HeldFacts = {
  readonly id: string
  readonly at: number
  readonly seen: boolean
  readonly truncated: boolean
}

type ShownRow = {
  readonly id: string
  readonly claimed_name: string
  readonly claimed_address: string
  readonly subject: string
  readonly at: number
  readonly rule: string
  readonly reason: HeldMessage['reason']
  readonly contact_name: string | null
  readonly contact_address: string | null
}
type FactsRow = {
  readonly id: string
  readonly at: number
  readonly seen: number
  readonly truncated: number
}

const shown = 'id, claimed_name, claimed_address, subject, at, rule, reason, contact_name, contact_address'
/** Bytes of a message that are written or read at a time. */
const partSize = 1024 * 1024
/** Neither deleted on the server by another program nor here. */
const present = "gone_at IS NULL AND state <> 'deleted'"
/** In the list: the user did not dismiss it either. */
const listed = "gone_at IS NULL AND state IN ('new', 'looked')"

/** One held message, or all that claim its sender and are where it is. */
type HeldScope = 'message' | 'sender'

/** The held messages of one store. */
export type HeldStore = ReturnType<typeof createHeldStore>

/** The held messages in an open store. */
export function createHeldStore(database: Database) {
  return { ...writes(database), ...choices(database), ...reads(database), ...judging(database) }
}

function writes(database: Database) {
  return {
    /**
     * Adds or, after judging again, replaces what is known. Whether it says something else than before. Its bytes are
     * written with it where `keep` did not do so before.
     */
    put(row: NewHeld): boolean {
      const { held, place } = row
      const before = database.get<ShownRow>(`SELECT ${shown} FROM held WHERE id = ? AND ${present}`, held.id)
      insertRow(database, row)
      for (let part = partsKept(database, held.id); part * partSize < row.raw.length; part += 1)
        putPart(database, row, part)
      if (place) putPlace(database, held.id, place)
      return before?.rule !== held.rule || before.reason !== held.reason
    },
    /** Writes the bytes of a large message piece by piece, beside other work; the row that names them comes after. */
    async keep({ held, raw }: Pick<NewHeld, 'held' | 'raw'>): Promise<void> {
      for (let part = partsKept(database, held.id); part * partSize < raw.length; part += 1) {
        putPart(database, { held, raw }, part)
        await setImmediate()
      }
    },
    /** Takes it out; its places are the message's that it became. */
    release(id: string, message: string | undefined): void {
      if (message !== undefined) database.run('UPDATE places SET message = ? WHERE message = ?', message, id)
      database.run('DELETE FROM held WHERE id = ?', id)
      database.run('DELETE FROM held_bytes WHERE held = ?', id)
    },
  }
}

type State = 'new' | 'looked' | 'dismissed' | 'deleted'

/** What the user does with held messages. */
function choices(database: Database) {
  /** How many are in the new state now. Where From names nobody, each stands for itself. */
  const move = (id: string, scope: HeldScope, from: readonly State[], to: State): number =>
    database.run(
      `UPDATE held SET state = ? WHERE gone_at IS NULL AND state IN (${from.map((one) => `'${one}'`).join(', ')})
         AND (id = ? OR ? AND claimed_key <> '' AND claimed_key = (SELECT claimed_key FROM held WHERE id = ?))`,
      to,
      id,
      scope === 'sender' ? 1 : 0,
      id,
    ).changes
  return {
    /** The user sees the list. Whether anything in it was new. */
    setLooked: (): boolean => database.run("UPDATE held SET state = 'looked' WHERE state = 'new'").changes > 0,
    /** The user sees what the gateway keeps, up to the message of this number. Whether that goes further than before. */
    setKeptLooked: (number: number): boolean =>
      database.run(
        `INSERT INTO looked (what, number) VALUES ('kept', ?)
         ON CONFLICT (what) DO UPDATE SET number = excluded.number WHERE excluded.number > number`,
        number,
      ).changes > 0,
    dismiss: (id: string, scope: HeldScope): number => move(id, scope, ['new', 'looked'], 'dismissed'),
    restore: (id: string, scope: HeldScope): number => move(id, scope, ['dismissed'], 'looked'),
    delete: (id: string, scope: HeldScope): number => move(id, scope, ['new', 'looked'], 'deleted'),
    /** UIDs of deleted ones that still lie in this folder. */
    toDiscard: (folder: string): readonly number[] =>
      database
        .all<{ uid: number }>(
          "SELECT p.uid FROM held h JOIN places p ON p.message = h.id WHERE h.state = 'deleted' AND p.folder = ? ORDER BY p.uid",
          folder,
        )
        .map((row) => row.uid),
    /** The folder holds them no more. */
    discarded(folder: string, uids: readonly number[]): void {
      for (const uid of uids) {
        const row = database.get<{ message: string }>(
          'DELETE FROM places WHERE folder = ? AND uid = ? RETURNING message',
          folder,
          uid,
        )
        // Of several copies the last one takes the row with it.
        const id = row?.message
        if (id === undefined || database.get('SELECT 1 AS one FROM places WHERE message = ?', id)) continue
        database.run("DELETE FROM held WHERE id = ? AND state = 'deleted'", id)
        database.run('DELETE FROM held_bytes WHERE held = ? AND NOT EXISTS (SELECT 1 FROM held WHERE id = ?)', id, id)
      }
    },
  }
}

function insertRow(database: Database, row: NewHeld): void {
  const { held } = row
  database.run(
    `INSERT INTO held (id, claimed_key, claimed_name, claimed_address, subject, at, rule, reason, contact_name,
       contact_address, list_state, again, seen, truncated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, reason = excluded.reason,
       contact_name = excluded.contact_name, contact_address = excluded.contact_address,
       list_state = excluded.list_state, again = excluded.again`,
    held.id,
    row.claimedKey,
    held.claimedName,
    held.claimedAddress,
    held.subject,
    held.at,
    held.rule,
    held.reason,
    held.contactName ?? null,
    held.contactAddress ?? null,
    row.listState,
    row.again ? 1 : 0,
    row.seen ? 1 : 0,
    row.truncated ? 1 : 0,
  )
}

/** How many pieces of a message's bytes are written; they are written in order. */
function partsKept(database: Database, id: string): number {
  return database.get<{ total: number }>('SELECT count(*) AS total FROM held_bytes WHERE held = ?', id)?.total ?? 0
}

function putPart(database: Database, { held, raw }: Pick<NewHeld, 'held' | 'raw'>, part: number): void {
  const bytes = raw.subarray(part * partSize, (part + 1) * partSize)
  database.run('INSERT INTO held_bytes (held, part, bytes) VALUES (?, ?, ?)', held.id, part, bytes)
}

function reads(database: Database) {
  return {
    total: (): number =>
      database.get<{ total: number }>(`SELECT count(*) AS total FROM held WHERE ${listed}`)?.total ?? 0,
    /** How many of them the user has looked at neither here nor in another program. */
    unseen: (): number =>
      database.get<{ total: number }>(
        `SELECT count(*) AS total FROM held WHERE state = 'new' AND seen = 0 AND gone_at IS NULL`,
      )?.total ?? 0,
    keptLooked: (): number =>
      database.get<{ number: number }>("SELECT number FROM looked WHERE what = 'kept'")?.number ?? 0,
    /** How many in the list claim the sender that this one claims. */
    ofSender: (id: string): number =>
      database.get<{ total: number }>(
        `SELECT count(*) AS total FROM held WHERE ${listed} AND claimed_key <> ''
           AND claimed_key = (SELECT claimed_key FROM held WHERE id = ?)`,
        id,
      )?.total ?? 0,
    page(window: Window): readonly HeldMessage[] {
      const sql = `SELECT ${shown} FROM held WHERE ${listed} ORDER BY at DESC, seq DESC LIMIT ? OFFSET ?`
      return database.all<ShownRow>(sql, window.count, window.from).map(readShown)
    },
    get(id: string): HeldMessage | undefined {
      const row = database.get<ShownRow>(`SELECT ${shown} FROM held WHERE id = ? AND ${listed}`, id)
      return row ? readShown(row) : undefined
    },
    /** The message as it came, read piece by piece, beside other work. */
    async bytes(id: string): Promise<Uint8Array> {
      const parts: Uint8Array[] = []
      for (;;) {
        const sql = 'SELECT bytes FROM held_bytes WHERE held = ? AND part = ?'
        const row = database.get<{ bytes: Uint8Array }>(sql, id, parts.length)
        // A copy of its own: it is handed to another thread.
        if (!row) return new Uint8Array(Buffer.concat(parts))
        parts.push(row.bytes)
        await setImmediate()
      }
    },
  }
}

/** What judging again needs. */
function judging(database: Database) {
  return {
    /** Each claimed address with what the list said of it: few, however many messages are held. */
    claims: (): readonly { readonly key: string; readonly state: string }[] =>
      database.all<{ key: string; state: string }>(
        `SELECT DISTINCT claimed_key AS key, list_state AS state FROM held WHERE claimed_key <> '' AND ${present}`,
      ),
    idsOfClaim: (key: string, state: string): readonly string[] =>
      database
        .all<{ id: string }>(
          `SELECT id FROM held WHERE claimed_key = ? AND list_state = ? AND ${present} ORDER BY at`,
          key,
          state,
        )
        .map((row) => row.id),
    /** Those that were held for their likeness to a contact, and the contact's address. */
    lookalikes: (): readonly { readonly id: string; readonly contact: string }[] =>
      database.all<{ id: string; contact: string }>(
        `SELECT id, contact_address AS contact FROM held
         WHERE reason = 'lookalike' AND contact_address IS NOT NULL AND ${present} ORDER BY at`,
      ),
    idsToRetry: (): readonly string[] =>
      database
        .all<{ id: string }>(`SELECT id FROM held WHERE again = 1 AND ${present} ORDER BY at`)
        .map((row) => row.id),
    /** What judging it again needs, but for its bytes. */
    facts(id: string): HeldFacts | undefined {
      const row = database.get<FactsRow>(`SELECT id, at, seen, truncated FROM held WHERE id = ? AND ${present}`, id)
      return row ? { id, at: row.at, seen: row.seen === 1, truncated: row.truncated === 1 } : undefined
    },
  }
}

function readShown(row: ShownRow): HeldMessage {
  return {
    id: row.id,
    claimedName: row.claimed_name,
    claimedAddress: row.claimed_address,
    subject: row.subject,
    at: row.at,
    rule: row.rule,
    reason: row.reason,
    ...(row.contact_name === null ? {} : { contactName: row.contact_name }),
    ...(row.contact_address === null ? {} : { contactAddress: row.contact_address }),
  }
}
