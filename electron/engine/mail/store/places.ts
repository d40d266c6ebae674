/**
 * Where messages lie on the server, and what other programs did with them there. A message may lie in several places;
 * a UID means something only under the folder's UIDVALIDITY (RFC 9051 2.3.1.1), so a rebuilt folder begins anew.
 */
import type { Database } from '../../database/open.ts'
import type { Place } from './records.ts'

/** A message that something happened to. */
export type Touched = { readonly id: string; readonly conversation: string }

/** A message that no folder holds any more, as far as Kith reads them. */
export type Lost = Touched & { readonly messageId: string }

/** The places of one store. */
export type PlaceStore = ReturnType<typeof createPlaceStore>

/** Notes where a message lies; it is back, if it was gone. Whether that was so. */
export function putPlace(database: Database, message: string, { folder, uid }: Place): boolean {
  database.run('INSERT OR REPLACE INTO places (folder, uid, message) VALUES (?, ?, ?)', folder, uid, message)
  database.run(
    `UPDATE held SET gone_at = NULL, state = CASE state WHEN 'deleted' THEN 'new' ELSE state END
     WHERE id = ? AND gone_at IS NOT NULL`,
    message,
  )
  const back = database.run('UPDATE messages SET gone_at = NULL WHERE id = ? AND gone_at IS NOT NULL', message)
  database.run('UPDATE messages SET lost = 0 WHERE id = ? AND lost = 1', message)
  return back.changes > 0
}

/** The places in an open store. */
export function createPlaceStore(database: Database) {
  return { ...flags(database), ...vanishing(database) }
}

function flags(database: Database) {
  return {
    /** The lowest UID of the folder's newest messages. */
    newest: (folder: string, count: number): number =>
      database.get<{ uid: number | null }>(
        'SELECT min(uid) AS uid FROM (SELECT uid FROM places WHERE folder = ? ORDER BY uid DESC LIMIT ?)',
        folder,
        count,
      )?.uid ?? 1,
    /** UIDs of messages that were read here and are not yet marked so on the server. */
    unseen: (folder: string): readonly number[] =>
      database
        .all<{ uid: number }>(
          `SELECT p.uid FROM messages m JOIN places p ON p.message = m.id
           WHERE m.seen = 'pending' AND p.folder = ? ORDER BY p.uid`,
          folder,
        )
        .map((row) => row.uid),
    setSeen(folder: string, uids: readonly number[]): void {
      for (const uid of uids)
        database.run(
          `UPDATE messages SET seen = 'same'
           WHERE id = (SELECT message FROM places WHERE folder = ? AND uid = ?) AND seen = 'pending'`,
          folder,
          uid,
        )
    },
    /** Takes over what another program marked as read or unread. What was read here and not yet told stays read. */
    followSeen(folder: string, uid: number, seen: boolean): Touched | undefined {
      return database.get<Touched>(
        `UPDATE messages SET read = ? WHERE id = (SELECT message FROM places WHERE folder = ? AND uid = ?)
           AND direction = 'in' AND seen = 'same' AND read <> ? RETURNING id, conversation`,
        seen ? 1 : 0,
        folder,
        uid,
        seen ? 1 : 0,
      )
    },
  }
}

/** The name under which a folder's places are kept while it is read anew. No folder of a server has a NUL in its name. */
function before(folder: string): string {
  return `\0${folder}`
}

function vanishing(database: Database) {
  const drop = (folder: string, uid: number, message: string): void => {
    database.run('DELETE FROM places WHERE folder = ? AND uid = ?', folder, uid)
    // A chat stays, whoever deleted its mail: it was stored once and is part of a conversation.
    database.run(
      `UPDATE messages SET lost = 1 WHERE id = ? AND kind = 'mail' AND gone_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM places WHERE message = messages.id)`,
      message,
    )
  }
  const rows = (folder: string) =>
    database.all<{ uid: number; message: string }>('SELECT uid, message FROM places WHERE folder = ?', folder)
  /** Held messages follow the server at once: nobody asked for them. Whether there were any. */
  const dropHeld = (now: number, message: string): boolean =>
    database.run(
      `UPDATE held SET gone_at = ? WHERE id = ? AND gone_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM places WHERE message = held.id)`,
      now,
      message,
    ).changes > 0
  const dropAll = (folder: string, now: number, present: ReadonlySet<number>): boolean => {
    let heldMoved = false
    for (const { uid, message } of rows(folder)) {
      if (present.has(uid)) continue
      drop(folder, uid, message)
      heldMoved = dropHeld(now, message) || heldMoved
    }
    return heldMoved
  }
  return {
    /** Forgets the places of messages that the folder does not hold any more. Whether a held one was among them. */
    keepOnly: (folder: string, present: ReadonlySet<number>, now: number): boolean => dropAll(folder, now, present),
    /** The folder was rebuilt: what it held is known by other UIDs from now on. */
    rebuild(folder: string): void {
      database.run('DELETE FROM places WHERE folder = ?', before(folder))
      database.run('UPDATE places SET folder = ? WHERE folder = ?', before(folder), folder)
    },
    /** A rebuilt folder was read to its end: what was not found again is not there. */
    endRebuild: (folder: string, now: number): boolean => dropAll(before(folder), now, new Set()),
    lost: (count: number): readonly Lost[] =>
      database.all<Lost>(
        'SELECT id, conversation, message_id AS messageId FROM messages WHERE lost = 1 ORDER BY seq LIMIT ?',
        count,
      ),
    found(message: string, place: Place): void {
      putPlace(database, message, place)
    },
    /** Nobody sees the message any more. */
    setGone(message: string, now: number): void {
      database.run('UPDATE messages SET lost = 0, gone_at = ? WHERE id = ?', now, message)
    },
    /** Takes from the disk what has been gone since before `limit`. */
    purge(limit: number): void {
      database.run('DELETE FROM message_index WHERE rowid IN (SELECT seq FROM messages WHERE gone_at < ?)', limit)
      database.run('DELETE FROM messages WHERE gone_at < ?', limit)
      database.run('DELETE FROM held WHERE gone_at < ?', limit)
      database.run('DELETE FROM held_bytes WHERE NOT EXISTS (SELECT 1 FROM held WHERE id = held_bytes.held)')
    },
  }
}
