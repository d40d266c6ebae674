/** One row per contact with whom anything was exchanged or drafted; drafts with them. */
import type { Database } from '../../database/open.ts'
import type { Window } from './messages.ts'
import type { Person } from './records.ts'

type ConversationRow = {
  readonly id: string
  readonly address: string
  readonly name: string
  readonly lastAt: number
}
/** The columns as they are named on the disk. */
type Row = { readonly id: string; readonly address: string; readonly name: string; readonly last_at: number }

/** The conversations of one store. */
export type ConversationStore = ReturnType<typeof createConversationStore>

/** The conversations in an open store; ids are folded addresses. */
export function createConversationStore(database: Database) {
  return {
    /** Notes that something happened at `at`; an older time (a released message) never moves a conversation back. */
    touch(id: string, person: Person, at: number): void {
      database.run(
        `INSERT INTO conversations (id, address, name, last_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET last_at = max(last_at, excluded.last_at),
           name = CASE WHEN excluded.name = '' THEN name ELSE excluded.name END`,
        id,
        person.address,
        person.name,
        at,
      )
    },
    /** Forgets a conversation that never had a message, once its draft is gone. */
    dropEmpty(id: string): void {
      database.run(
        'DELETE FROM conversations WHERE id = ? AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation = ?)',
        id,
        id,
      )
    },
    get(id: string): ConversationRow | undefined {
      const row = database.get<Row>('SELECT * FROM conversations WHERE id = ?', id)
      return row ? readRow(row) : undefined
    },
    page(window: Window): { readonly total: number; readonly rows: readonly ConversationRow[] } {
      const total = database.get<{ total: number }>('SELECT count(*) AS total FROM conversations')?.total ?? 0
      const sql = 'SELECT * FROM conversations ORDER BY last_at DESC, id LIMIT ? OFFSET ?'
      return { total, rows: database.all<Row>(sql, window.count, window.from).map(readRow) }
    },
    ids: (): readonly string[] => database.all<{ id: string }>('SELECT id FROM conversations').map((row) => row.id),
  }
}

function readRow(row: Row): ConversationRow {
  return { id: row.id, address: row.address, name: row.name, lastAt: row.last_at }
}

/** The drafts of one store. */
export type DraftStore = ReturnType<typeof createDraftStore>

/** A mail that was begun, as it lies in the store: JSON under an id of its own. */
type MailDraftRow = { readonly id: string; readonly text: string; readonly at: number }

/** The drafts in an open store, one a conversation or a mail that was begun; empty where there is none. */
export function createDraftStore(database: Database) {
  return {
    get: (conversation: string): string =>
      database.get<{ text: string }>('SELECT text FROM drafts WHERE conversation = ?', conversation)?.text ?? '',
    save(conversation: string, text: string, at: number): void {
      database.run(
        `INSERT INTO drafts (conversation, text, saved_at) VALUES (?, ?, ?)
         ON CONFLICT (conversation) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at`,
        conversation,
        text,
        at,
      )
    },
    remove(conversation: string): void {
      database.run('DELETE FROM drafts WHERE conversation = ?', conversation)
    },
    /** What lies under no address, the one written in last first. */
    mails: (): readonly MailDraftRow[] =>
      database.all<MailDraftRow>(
        `SELECT conversation AS id, text, saved_at AS at FROM drafts WHERE instr(conversation, '@') = 0
         ORDER BY saved_at DESC, conversation`,
      ),
  }
}
