/** The messages: admitted and own ones. Held ones are elsewhere (held-store.ts) and never mix with these. */
import type { Delivery } from '../../../../shared/message.ts'
import type { Database } from '../../database/open.ts'
import { justNow } from '../limits.ts'
import { putPlace } from './places.ts'
import {
  type ArrivedMessage,
  type NewMessage,
  type Receipt,
  readDelivery,
  readNotices,
  readParticipants,
  readStrings,
  type StoredMessage,
} from './records.ts'
import { indexText, searchQuery } from './search-text.ts'

type Row = {
  readonly seq: number
  readonly id: string
  readonly conversation: string
  readonly kind: 'chat' | 'mail'
  readonly direction: 'in' | 'out'
  readonly message_id: string
  readonly reference_ids: string
  readonly participants: string
  readonly subject: string
  readonly text: string
  readonly simplified: number
  readonly at: number
  readonly rank: number
  readonly read: number
  readonly delivery: string | null
  readonly receipt: Receipt
  readonly notices: string | null
}

/**
 * How a message's place among the others is found. The server's dates order what it delivers. The own clock dates what
 * is written here, and may be wrong: nothing may hang on how the two compare. `own` stands last: the user answers what is
 * there. `news`, from a server that was away, stands last where it is the newest by the server's own dates; `live`, which
 * has just come, also where the own clock says so, for the server's may have been set back. Everything else (`history`)
 * stands by its date.
 */
export type Standing = 'own' | 'news' | 'live' | 'history'

/** A part of a long list: `count` rows from row `from` on, the first being 0. */
export type Window = { readonly from: number; readonly count: number }

/** Not deleted on the server by another program. */
const shown = 'gone_at IS NULL'

const unread = `FROM messages WHERE read = 0 AND direction = 'in' AND ${shown}`

/** The messages of one store. */
export type MessageStore = ReturnType<typeof createMessageStore>

/** The messages in an open store. */
export function createMessageStore(database: Database) {
  return { ...writes(database), ...reads(database), ...searches(database) }
}

function writes(database: Database) {
  return {
    /** Adds a message; answers with its rank, or nothing when it is there already. A copy seen later tells another place. */
    add(message: ArrivedMessage, standing: Standing, now: number): number | undefined {
      if (message.former && isKnown(database, message, message.former)) {
        if (message.place) putPlace(database, message.former.id, message.place)
        return undefined
      }
      const rank = rankOf(database, message.at, standing, now)
      const { lastId, changes } = insertRow(database, message, { rank, dated: standing === 'own' ? 'here' : 'server' })
      if (message.place) putPlace(database, message.id, message.place)
      if (changes === 0) return undefined
      database.run('INSERT INTO message_index (rowid, content) VALUES (?, ?)', lastId, contentOf(message))
      return rank
    },
    /**
     * Sets how far an own message is. `read` is final: what the contact has read was delivered, whatever the queue
     * still thinks.
     */
    setDelivery(id: string, delivery: Delivery): void {
      database.run(
        "UPDATE messages SET delivery = ? WHERE id = ? AND coalesce(delivery ->> 'step', '') <> 'read'",
        JSON.stringify(delivery),
        id,
      )
    },
    setReceiptSent(id: string): void {
      database.run("UPDATE messages SET receipt = 'sent' WHERE id = ?", id)
    },
    /** Marks a conversation's messages read, and those that lie on the server as still to be flagged there. */
    markRead: (conversation: string): number =>
      database.run(`${markRead} WHERE conversation = ? AND read = 0 AND direction = 'in'`, conversation).changes,
    /** Marks one message read in the same way. */
    markMessageRead: (id: string): number =>
      database.run(`${markRead} WHERE id = ? AND read = 0 AND direction = 'in'`, id).changes,
  }
}

const markRead = `UPDATE messages SET read = 1,
  seen = CASE WHEN EXISTS (SELECT 1 FROM places WHERE message = messages.id) THEN 'pending' ELSE 'same' END`

/** What of a message is searched: names and addresses too, since people remember who wrote rather than what. */
export function contentOf(message: Pick<NewMessage, 'participants' | 'subject' | 'text'>): string {
  const { from, to, cc } = message.participants
  const people = [from, ...to, ...cc].map((p) => `${p.name} ${p.address}`).join('\n')
  return indexText(`${message.subject}\n${message.text}\n${people}`)
}

function rankOf(database: Database, at: number, standing: Standing, now: number): number {
  if (standing === 'history') return at
  const highest = database.get<{ rank: number | null }>('SELECT max(rank) AS rank FROM messages')?.rank ?? at
  const newest = database.get<{ at: number | null }>("SELECT max(at) AS at FROM messages WHERE dated = 'server'")?.at
  const isLast = standing === 'own' || at >= (newest ?? at) || (standing === 'live' && Math.abs(at - now) < justNow)
  return isLast ? Math.max(at, highest + 1) : at
}

type Order = { readonly rank: number; readonly dated: 'server' | 'here' }

function insertRow(database: Database, m: NewMessage, { rank, dated }: Order) {
  return database.run(
    `INSERT INTO messages (id, conversation, kind, direction, message_id, reference_ids, participants, subject, text,
       simplified, at, read, delivery, receipt, notices, rank, dated, seen)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'same') ON CONFLICT (id) DO NOTHING`,
    m.id,
    m.conversation,
    m.kind,
    m.direction,
    m.messageId,
    JSON.stringify(m.references),
    JSON.stringify(m.participants),
    m.subject,
    m.text,
    m.simplified ? 1 : 0,
    m.at,
    m.read ? 1 : 0,
    m.delivery ? JSON.stringify(m.delivery) : null,
    m.receipt,
    m.notices ? JSON.stringify(m.notices) : null,
    rank,
    dated,
  )
}

/**
 * A row under the id of before messages were told apart by what they say (I10): the same message if it came or was
 * written at the same second, or reads the same. Another under one Message-ID is none.
 */
function isKnown(database: Database, message: NewMessage, former: NonNullable<ArrivedMessage['former']>): boolean {
  const row = database.get<Pick<Row, 'at' | 'subject' | 'text'>>(
    'SELECT at, subject, text FROM messages WHERE id = ?',
    former.id,
  )
  if (!row) return false
  const second = Math.floor(row.at / 1_000)
  const isThen = former.at.some((at) => Math.floor(at / 1_000) === second)
  return isThen || (row.subject === message.subject && row.text === message.text)
}

function reads(database: Database) {
  const one = (sql: string, ...parameters: readonly (string | number)[]): StoredMessage | undefined => {
    const row = database.get<Row>(sql, ...parameters)
    return row ? readRow(row) : undefined
  }
  return {
    get: (id: string) => one('SELECT * FROM messages WHERE id = ?', id),
    ownByMessageId: (messageId: string) =>
      one("SELECT * FROM messages WHERE message_id = ? AND direction = 'out'", messageId),
    last: (conversation: string) =>
      one(
        `SELECT * FROM messages WHERE conversation = ? AND ${shown} ORDER BY rank DESC, seq DESC LIMIT 1`,
        conversation,
      ),
    /** The `count` messages before `before` (or the newest), oldest first, and whether there are older ones. */
    window(conversation: string, count: number, before?: StoredMessage) {
      const rows = before
        ? database.all<Row>(
            `SELECT * FROM messages WHERE conversation = ? AND ${shown} AND (rank, seq) < (?, ?)
             ORDER BY rank DESC, seq DESC LIMIT ?`,
            conversation,
            before.rank,
            before.seq,
            // One more than wanted tells whether there are older ones, without counting them.
            count + 1,
          )
        : database.all<Row>(
            `SELECT * FROM messages WHERE conversation = ? AND ${shown} ORDER BY rank DESC, seq DESC LIMIT ?`,
            conversation,
            count + 1,
          )
      return { messages: rows.slice(0, count).map(readRow).reverse(), more: rows.length > count }
    },
    /** How many messages of each kind nobody has read, in one conversation or in all. */
    unread(conversation?: string): { readonly chat: number; readonly mail: number } {
      const [where, parameters] = conversation === undefined ? ['', []] : [' AND conversation = ?', [conversation]]
      const of = (kind: string) =>
        counted(database, `SELECT count(*) AS total ${unread} AND kind = '${kind}'${where}`, ...parameters)
      return { chat: of('chat'), mail: of('mail') }
    },
    /** Unread chat messages whose sender asked for a receipt. */
    receiptsDue: (conversation: string): readonly StoredMessage[] =>
      database
        .all<Row>(
          `SELECT * FROM messages WHERE conversation = ? AND read = 0 AND direction = 'in'
           AND receipt = 'asked' AND kind = 'chat' ORDER BY rank, seq`,
          conversation,
        )
        .map(readRow),
  }
}

function searches(database: Database) {
  return {
    /** Messages of kind `mail`, newest first, over all conversations. */
    mail(search: string, window: Window) {
      const order = 'ORDER BY m.rank DESC, m.seq DESC LIMIT ? OFFSET ?'
      if (search.trim() === '') {
        const total = counted(database, `SELECT count(*) AS total FROM messages WHERE kind = 'mail' AND ${shown}`)
        const sql = `SELECT m.* FROM messages m WHERE m.kind = 'mail' AND ${shown} ${order}`
        return { total, messages: database.all<Row>(sql, window.count, window.from).map(readRow) }
      }
      const query = searchQuery(search)
      if (query === undefined) return { total: 0, messages: [] }
      const found = `FROM message_index i JOIN messages m ON m.seq = i.rowid WHERE message_index MATCH ? AND m.kind = 'mail' AND ${shown}`
      const rows = database.all<Row>(`SELECT m.* ${found} ${order}`, query, window.count, window.from)
      return { total: counted(database, `SELECT count(*) AS total ${found}`, query), messages: rows.map(readRow) }
    },
  }
}

function counted(database: Database, sql: string, ...parameters: readonly string[]): number {
  return database.get<{ total: number }>(sql, ...parameters)?.total ?? 0
}

function readRow(row: Row): StoredMessage {
  const delivery = readDelivery(row.delivery)
  const notices = readNotices(row.notices)
  return {
    seq: row.seq,
    rank: row.rank,
    id: row.id,
    conversation: row.conversation,
    kind: row.kind,
    direction: row.direction,
    messageId: row.message_id,
    references: readStrings(row.reference_ids),
    participants: readParticipants(row.participants),
    subject: row.subject,
    text: row.text,
    simplified: row.simplified === 1,
    at: row.at,
    read: row.read === 1,
    receipt: row.receipt,
    ...(delivery ? { delivery } : {}),
    ...(notices ? { notices } : {}),
  }
}
