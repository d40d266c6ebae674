/** Takes the messages of another store of the same account over into this one. What is here already stays as it is. */
import type { Delivery } from '../../../../shared/message.ts'
import type { Database } from '../../database/open.ts'
import { contentOf } from './messages.ts'
import { readParticipants } from './records.ts'

/** Rows at a time, so that a large store does not lie in memory whole. */
const batch = 500

type Row = Readonly<Record<string, string | number | null | Uint8Array>>

/** What the old queue had not sent yet is not sent by itself: the user sees it as failed, and may try again. */
const unsent: Delivery = { step: 'failed', reason: 'expired' }

/** All or nothing. `from` and `into` have the same tables. */
export function takeOverMail(from: Database, into: Database): void {
  into.transaction(() => {
    for (const table of ['conversations', 'drafts'])
      for (const row of from.all<Row>(`SELECT * FROM ${table}`)) insert(into, table, row)
    for (const row of rowsOf(from, 'held')) takeHeld(from, into, row)
    for (const row of rowsOf(from, 'messages')) takeMessage(into, row)
    for (const row of rowsOf(from, 'outbox')) {
      // A copy for the Sent folder may still be filed; what was not sent waits for the user.
      const isWaiting = row.state === 'waiting' || row.state === 'sending'
      insert(into, 'outbox', isWaiting ? { ...row, state: 'failed' } : row)
    }
  })
}

/** With its bytes, which lie in pieces of a megabyte. */
function takeHeld(from: Database, into: Database, row: Row): void {
  if (insert(into, 'held', row) === undefined) return
  const sql = 'SELECT * FROM held_bytes WHERE held = ? AND part = ?'
  for (let part = 0; ; part += 1) {
    const piece = from.get<Row>(sql, String(row.id), part)
    if (!piece) return
    insert(into, 'held_bytes', piece)
  }
}

function takeMessage(into: Database, row: Row): void {
  const step = typeof row.delivery === 'string' ? (JSON.parse(row.delivery) as Delivery).step : undefined
  const delivery = step === 'waiting' || step === 'sending' ? JSON.stringify(unsent) : (row.delivery ?? null)
  const seq = insert(into, 'messages', { ...row, delivery })
  if (seq === undefined) return
  const message = { subject: String(row.subject), text: String(row.text) }
  const content = contentOf({ ...message, participants: readParticipants(String(row.participants)) })
  into.run('INSERT INTO message_index (rowid, content) VALUES (?, ?)', seq, content)
}

/** The rows of a table that is numbered by `seq`, without that number: here they get others. */
function* rowsOf(database: Database, table: 'held' | 'messages' | 'outbox'): Generator<Row> {
  for (let last = -1, more = true; more;) {
    const rows = database.all<Row>(`SELECT * FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`, last, batch)
    for (const { seq, ...row } of rows) {
      last = Number(seq)
      yield row
    }
    more = rows.length === batch
  }
}

/** The new row's number; undefined where it is here already. Columns are names of our own schema. */
function insert(into: Database, table: string, row: Row): number | undefined {
  const names = Object.keys(row)
  const marks = names.map(() => '?').join(', ')
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`
  const { changes, lastId } = into.run(sql, ...Object.values(row))
  return changes === 0 ? undefined : lastId
}
