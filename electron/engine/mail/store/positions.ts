/** How far each folder was read. Written in the transaction that stores what was read, never before it. */
import type { Database } from '../../database/open.ts'

/** The highest UID read of a folder; it means something only with its UIDVALIDITY (RFC 9051 2.3.1.1). */
export type Position = { readonly uidValidity: string; readonly lastUid: number }

/** The positions of one store. */
export type PositionStore = ReturnType<typeof createPositionStore>

/** The positions in an open store, by folder. */
export function createPositionStore(database: Database) {
  return {
    get(folder: string): Position | undefined {
      const row = database.get<{ uid_validity: string; last_uid: number }>(
        'SELECT uid_validity, last_uid FROM positions WHERE folder = ?',
        folder,
      )
      return row ? { uidValidity: row.uid_validity, lastUid: row.last_uid } : undefined
    },
    set(folder: string, position: Position): void {
      database.run(
        `INSERT INTO positions (folder, uid_validity, last_uid) VALUES (?, ?, ?)
         ON CONFLICT (folder) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid`,
        folder,
        position.uidValidity,
        position.lastUid,
      )
    },
  }
}
