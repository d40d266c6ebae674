/** The mail side's tables (migration 1) and what was added to them. Times are milliseconds since the epoch, booleans 0 or 1. */

/** Statements that make the mail side's tables; they never change once shipped. */
export const mailSchema: readonly string[] = [
  /** One row per contact with whom anything was exchanged or drafted. `id` is the folded address. */
  `CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    last_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  'CREATE INDEX conversations_by_time ON conversations (last_at DESC, id)',

  /** What was delivered twice is one row, by its `id` (incoming/identity.ts; in rows of before, outgoing/submit.ts). */
  `CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chat', 'mail')),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    message_id TEXT NOT NULL,
    reference_ids TEXT NOT NULL,
    participants TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    simplified INTEGER NOT NULL,
    at INTEGER NOT NULL,
    read INTEGER NOT NULL,
    delivery TEXT,
    receipt TEXT NOT NULL CHECK (receipt IN ('none', 'asked', 'sent')),
    folder TEXT,
    uid_validity TEXT,
    uid INTEGER,
    seen TEXT NOT NULL CHECK (seen IN ('same', 'pending'))
  )`,
  'CREATE INDEX messages_by_conversation ON messages (conversation, at, seq)',
  "CREATE INDEX messages_of_mail ON messages (at, seq) WHERE kind = 'mail'",
  "CREATE INDEX messages_unread ON messages (conversation) WHERE read = 0 AND direction = 'in'",
  "CREATE INDEX messages_unseen ON messages (folder) WHERE seen = 'pending'",
  'CREATE INDEX messages_by_message_id ON messages (message_id)',

  /** Contentless; spaces stand around CJK characters, for phrase queries (search-text.ts). `rowid` is messages.seq. */
  `CREATE VIRTUAL TABLE message_index USING fts5 (content, content = '', contentless_delete = 1, tokenize = 'unicode61')`,

  /** Own messages and receipts on their way. `raw` never changes: each try sends the same bytes and Message-ID. */
  `CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('message', 'receipt')),
    message_id TEXT NOT NULL,
    recipients TEXT NOT NULL,
    raw BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'filing', 'failed')),
    attempts INTEGER NOT NULL,
    pause INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    queued_at INTEGER NOT NULL
  )`,
  'CREATE INDEX outbox_by_state ON outbox (state, seq)',

  /** Incoming messages that the guard did not admit, whole, so that a newer list can judge them again (I6). */
  `CREATE TABLE held (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    raw BLOB NOT NULL,
    claimed_key TEXT NOT NULL,
    claimed_name TEXT NOT NULL,
    claimed_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    contact_name TEXT,
    contact_address TEXT,
    list_state TEXT NOT NULL,
    again INTEGER NOT NULL,
    folder TEXT,
    uid_validity TEXT,
    uid INTEGER,
    seen INTEGER NOT NULL,
    truncated INTEGER NOT NULL
  )`,
  'CREATE INDEX held_by_time ON held (at DESC, seq DESC)',
  'CREATE INDEX held_by_claim ON held (claimed_key, list_state)',

  `CREATE TABLE drafts (
    conversation TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL
  ) WITHOUT ROWID`,

  /** How far each folder was read. Moves in the transaction that stores what was read. */
  `CREATE TABLE positions (
    folder TEXT PRIMARY KEY,
    uid_validity TEXT NOT NULL,
    last_uid INTEGER NOT NULL
  ) WITHOUT ROWID`,
]

/** Migration 2: what is to be said of a message in its conversation, as JSON (guard.md I4, I11). */
export const mailNotices: readonly string[] = ['ALTER TABLE messages ADD COLUMN notices TEXT']
