/** The queue of own messages and receipts. Every step is written here before anything is announced or done. */
import type { Database } from '../../database/open.ts'
import { readStrings } from './records.ts'

/**
 * `waiting` for its turn; `sending`: handed over, unknown to whom; `filing`: sent, its copy not yet in Sent; `failed`
 * until the user asks again.
 */
type OutboxState = 'waiting' | 'sending' | 'filing' | 'failed'

/** One message on its way. Times are milliseconds since the epoch, `pause` is milliseconds. */
export type OutboxRow = {
  readonly id: string
  readonly conversation: string
  readonly purpose: 'message' | 'receipt'
  readonly messageId: string
  /** Envelope recipients not yet served. */
  readonly recipients: readonly string[]
  readonly raw: Uint8Array
  readonly state: OutboxState
  readonly attempts: number
  /** Length of the last pause between two tries: the next is drawn from it. */
  readonly pause: number
  readonly nextAt: number
  readonly queuedAt: number
}

type Row = {
  readonly id: string
  readonly conversation: string
  readonly purpose: 'message' | 'receipt'
  readonly message_id: string
  readonly recipients: string
  readonly raw: Uint8Array
  readonly state: OutboxState
  readonly attempts: number
  readonly pause: number
  readonly next_at: number
  readonly queued_at: number
}

type NewOutboxRow = Pick<OutboxRow, 'id' | 'conversation' | 'purpose' | 'messageId' | 'recipients' | 'raw'>

/** The queue of one store. */
export type OutboxQueue = ReturnType<typeof createOutboxQueue>

/** The queue in an open store. */
export function createOutboxQueue(database: Database) {
  return { ...steps(database), ...reads(database) }
}

function steps(database: Database) {
  return {
    add(row: NewOutboxRow, now: number): void {
      database.run(
        `INSERT INTO outbox (id, conversation, purpose, message_id, recipients, raw, state, attempts, pause, next_at, queued_at)
         VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, 0, ?, ?)`,
        row.id,
        row.conversation,
        row.purpose,
        row.messageId,
        JSON.stringify(row.recipients),
        row.raw,
        now,
        now,
      )
    },
    setState(id: string, state: OutboxState): void {
      database.run('UPDATE outbox SET state = ? WHERE id = ?', state, id)
    },
    setRecipients(id: string, recipients: readonly string[]): void {
      database.run('UPDATE outbox SET recipients = ? WHERE id = ?', JSON.stringify(recipients), id)
    },
    postpone(id: string, pause: number, nextAt: number): void {
      database.run(
        "UPDATE outbox SET state = 'waiting', attempts = attempts + 1, pause = ?, next_at = ? WHERE id = ?",
        pause,
        nextAt,
        id,
      )
    },
    /** The user's `Try again`: a fresh start with the same bytes. */
    requeue(id: string, now: number): void {
      database.run(
        "UPDATE outbox SET state = 'waiting', attempts = 0, pause = 0, next_at = ?, queued_at = ? WHERE id = ?",
        now,
        now,
        id,
      )
    },
    /** The network is back: nothing waits for its pause any longer. */
    endPauses(now: number): void {
      database.run("UPDATE outbox SET next_at = ?, pause = 0 WHERE state = 'waiting' AND next_at > ?", now, now)
    },
    remove(id: string): void {
      database.run('DELETE FROM outbox WHERE id = ?', id)
    },
  }
}

function reads(database: Database) {
  return {
    get(id: string): OutboxRow | undefined {
      const row = database.get<Row>('SELECT * FROM outbox WHERE id = ?', id)
      return row ? readRow(row) : undefined
    },
    inState: (state: OutboxState): readonly OutboxRow[] =>
      database.all<Row>('SELECT * FROM outbox WHERE state = ? ORDER BY seq', state).map(readRow),
    /** Sent messages whose copies are not filed yet. */
    idsToFile: (): readonly string[] =>
      database.all<{ id: string }>("SELECT id FROM outbox WHERE state = 'filing' ORDER BY seq").map(({ id }) => id),
    /**
     * The next message to try: the oldest of each conversation only, so that order within one is kept. `latest`: what is to
     * wait beyond it waits by a clock that was wrong, and is due.
     */
    due(now: number, latest: number): OutboxRow | undefined {
      const row = database.get<Row>(
        `SELECT o.* FROM outbox o WHERE o.state = 'waiting' AND (o.next_at <= ? OR o.next_at > ?) AND NOT EXISTS (
           SELECT 1 FROM outbox e WHERE e.conversation = o.conversation AND e.seq < o.seq AND e.state = 'waiting')
         ORDER BY o.seq LIMIT 1`,
        now,
        latest,
      )
      return row ? readRow(row) : undefined
    },
    /** When the next waiting message falls due. */
    nextAt: (): number | undefined =>
      database.get<{ at: number | null }>("SELECT min(next_at) AS at FROM outbox WHERE state = 'waiting'")?.at ??
      undefined,
  }
}

function readRow(row: Row): OutboxRow {
  return {
    id: row.id,
    conversation: row.conversation,
    purpose: row.purpose,
    messageId: row.message_id,
    recipients: readStrings(row.recipients),
    raw: row.raw,
    state: row.state,
    attempts: row.attempts,
    pause: row.pause,
    nextAt: row.next_at,
    queuedAt: row.queued_at,
  }
}
