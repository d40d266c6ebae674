/** Incoming messages that the guard did not admit, whole, and what they claim (I3). */
import type { HeldMessage } from '../../../../shared/contract.ts'
import type { Database } from '../../database/open.ts'
import type { Window } from './messages.ts'
import { type Place, type PlaceColumns, readPlace } from './records.ts'

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

/** A held message with what judging it again needs. */
type HeldRow = {
  readonly id: string
  readonly raw: Uint8Array
  readonly at: number
  readonly seen: boolean
  readonly truncated: boolean
  readonly place?: Place
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
type WholeRow = PlaceColumns & {
  readonly id: string
  readonly raw: Uint8Array
  readonly at: number
  readonly seen: number
  readonly truncated: number
}

const shown = 'id, claimed_name, claimed_address, subject, at, rule, reason, contact_name, contact_address'
const whole = 'id, raw, at, seen, truncated, folder, uid_validity, uid'

/** The held messages of one store. */
export type HeldStore = ReturnType<typeof createHeldStore>

/** The held messages in an open store. */
export function createHeldStore(database: Database) {
  return { ...writes(database), ...reads(database) }
}

function writes(database: Database) {
  return {
    /** Adds or, after judging again, replaces what is known. True when the message is new. */
    put(row: NewHeld): boolean {
      const isNew = !database.get('SELECT 1 AS one FROM held WHERE id = ?', row.held.id)
      const { held, place } = row
      database.run(
        `INSERT INTO held (id, raw, claimed_key, claimed_name, claimed_address, subject, at, rule, reason, contact_name,
           contact_address, list_state, again, folder, uid_validity, uid, seen, truncated)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, reason = excluded.reason,
           contact_name = excluded.contact_name, contact_address = excluded.contact_address,
           list_state = excluded.list_state, again = excluded.again, folder = excluded.folder,
           uid_validity = excluded.uid_validity, uid = excluded.uid`,
        held.id,
        row.raw,
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
        place?.folder ?? null,
        place?.uidValidity ?? null,
        place?.uid ?? null,
        row.seen ? 1 : 0,
        row.truncated ? 1 : 0,
      )
      return isNew
    },
    remove(id: string): void {
      database.run('DELETE FROM held WHERE id = ?', id)
    },
  }
}

function reads(database: Database) {
  return {
    total: (): number => database.get<{ total: number }>('SELECT count(*) AS total FROM held')?.total ?? 0,
    page(window: Window): readonly HeldMessage[] {
      const sql = `SELECT ${shown} FROM held ORDER BY at DESC, seq DESC LIMIT ? OFFSET ?`
      return database.all<ShownRow>(sql, window.count, window.from).map(readShown)
    },
    get(id: string): { readonly held: HeldMessage; readonly raw: Uint8Array } | undefined {
      const row = database.get<ShownRow & { raw: Uint8Array }>(`SELECT ${shown}, raw FROM held WHERE id = ?`, id)
      return row ? { held: readShown(row), raw: row.raw } : undefined
    },
    /** Each claimed address with what the list said of it: few, however many messages are held. */
    claims: (): readonly { readonly key: string; readonly state: string }[] =>
      database.all<{ key: string; state: string }>(
        "SELECT DISTINCT claimed_key AS key, list_state AS state FROM held WHERE claimed_key <> ''",
      ),
    idsOfClaim: (key: string, state: string): readonly string[] =>
      database
        .all<{ id: string }>('SELECT id FROM held WHERE claimed_key = ? AND list_state = ? ORDER BY at', key, state)
        .map((row) => row.id),
    idsToRetry: (): readonly string[] =>
      database.all<{ id: string }>('SELECT id FROM held WHERE again = 1 ORDER BY at').map((row) => row.id),
    whole(id: string): HeldRow | undefined {
      const row = database.get<WholeRow>(`SELECT ${whole} FROM held WHERE id = ?`, id)
      if (!row) return undefined
      const place = readPlace(row)
      const { raw, at } = row
      return { id, raw, at, seen: row.seen === 1, truncated: row.truncated === 1, ...(place ? { place } : {}) }
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
