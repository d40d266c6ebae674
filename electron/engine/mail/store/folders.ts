/** How far each folder was read, and what of it could not be had. Moves in the transaction that stores what was read. */
import type { Database } from '../../database/open.ts'
import { asideBackoff } from '../limits.ts'

/** How far a folder was read. */
export type Position = {
  readonly uidValidity: string
  /** The highest UID read. */
  readonly lastUid: number
  /** UIDs up to this one were there when the folder was first seen: history, nothing new. Negative before that. */
  readonly history: number
  /** How many messages the folder held then; unknown where its reading has not come to an end. */
  readonly exists?: number
  /** The state of flags that is known here (RFC 7162). */
  readonly modseq?: string
}

type Row = {
  readonly uid_validity: string
  readonly last_uid: number
  readonly history: number
  readonly held: number | null
  readonly modseq: string | null
}

/** A message that could not be had. `pause`: how long it waited last, in milliseconds; 0 at first. */
export type Aside = { readonly uid: number; readonly pause: number }

/** The folders of one store. */
export type FolderStore = ReturnType<typeof createFolderStore>

/** The folders in an open store, by path. */
export function createFolderStore(database: Database) {
  return { ...positions(database), ...asides(database) }
}

function positions(database: Database) {
  return {
    get(path: string): Position | undefined {
      const row = database.get<Row>(
        'SELECT uid_validity, last_uid, history, held, modseq FROM folders WHERE path = ?',
        path,
      )
      if (!row) return undefined
      return {
        uidValidity: row.uid_validity,
        lastUid: row.last_uid,
        history: row.history,
        ...(row.held === null ? {} : { exists: row.held }),
        ...(row.modseq === null ? {} : { modseq: row.modseq }),
      }
    },
    set(path: string, position: Position): void {
      database.run(
        'INSERT OR REPLACE INTO folders (path, uid_validity, last_uid, history, held, modseq) VALUES (?, ?, ?, ?, ?, ?)',
        path,
        position.uidValidity,
        position.lastUid,
        position.history,
        position.exists ?? null,
        position.modseq ?? null,
      )
    },
  }
}

function asides(database: Database) {
  return {
    /** Notes a message that could not be had, or that again could not: it waits longer each time. */
    setAside(folder: string, { uid, pause }: Aside, now: number): void {
      // What fails again may still be mended tomorrow.
      const next = Math.min(Math.max(pause * 3, asideBackoff.base), asideBackoff.cap)
      const sql = 'INSERT OR REPLACE INTO aside (folder, uid, pause, next_at) VALUES (?, ?, ?, ?)'
      database.run(sql, folder, uid, next, now + next)
    },
    /** The messages set aside that are due, lowest UID first. */
    asideDue: (folder: string, now: number, count: number): readonly Aside[] =>
      database.all<Aside>(
        'SELECT uid, pause FROM aside WHERE folder = ? AND next_at <= ? ORDER BY uid LIMIT ?',
        folder,
        now,
        count,
      ),
    takeBack(folder: string, uid: number): void {
      database.run('DELETE FROM aside WHERE folder = ? AND uid = ?', folder, uid)
    },
    /** The folder was rebuilt: its UIDs mean something else. */
    forgetAside(folder: string): void {
      database.run('DELETE FROM aside WHERE folder = ?', folder)
    },
    asideTotal: (): number => database.get<{ total: number }>('SELECT count(*) AS total FROM aside')?.total ?? 0,
  }
}
