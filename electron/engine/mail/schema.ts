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

/**
 * Migration 3: a message lies in places; messages follow the server; order does not hang on the own clock; the bytes of
 * held messages stand apart, so that lists of them are not read through megabytes.
 */
export const placesSchema: readonly string[] = [
  `CREATE TABLE places (folder TEXT NOT NULL, uid INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (folder, uid)) WITHOUT ROWID`,
  'CREATE INDEX places_by_message ON places (message)',
  ...['messages', 'held'].map(
    (table) => `INSERT OR REPLACE INTO places SELECT m.folder, m.uid, m.id FROM ${table} m
      JOIN positions p ON p.folder = m.folder AND p.uid_validity = m.uid_validity WHERE m.uid IS NOT NULL`,
  ),

  /** How far each folder was read. `held`: how many messages it held then. Moves in the transaction that stores what was read. */
  `CREATE TABLE folders (path TEXT PRIMARY KEY, uid_validity TEXT NOT NULL, last_uid INTEGER NOT NULL, history INTEGER NOT NULL,
    held INTEGER, modseq TEXT) WITHOUT ROWID`,
  'INSERT INTO folders SELECT folder, uid_validity, last_uid, 0, NULL, NULL FROM positions',
  'DROP TABLE positions',
  /** Messages that could not be had: the server refused them, or Kith could not read or store them. */
  `CREATE TABLE aside (folder TEXT NOT NULL, uid INTEGER NOT NULL, pause INTEGER NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (folder, uid)) WITHOUT ROWID`,

  /** \`rank\` orders messages. \`dated\` by whose clock. \`lost\`: in no folder that is read. \`gone_at\`: deleted on the server. */
  'ALTER TABLE messages ADD COLUMN rank INTEGER NOT NULL DEFAULT 0',
  "ALTER TABLE messages ADD COLUMN dated TEXT NOT NULL DEFAULT 'server'",
  'ALTER TABLE messages ADD COLUMN lost INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE messages ADD COLUMN gone_at INTEGER',
  "UPDATE messages SET rank = at, dated = CASE WHEN direction = 'out' AND uid IS NULL THEN 'here' ELSE 'server' END",
  ...['messages_by_conversation', 'messages_of_mail', 'messages_unseen'].map((index) => `DROP INDEX ${index}`),
  ...['folder', 'uid_validity', 'uid'].map((column) => `ALTER TABLE messages DROP COLUMN ${column}`),
  'CREATE INDEX messages_by_conversation ON messages (conversation, rank, seq)',
  "CREATE INDEX messages_of_mail ON messages (rank, seq) WHERE kind = 'mail'",
  'CREATE INDEX messages_by_rank ON messages (rank)',
  'CREATE INDEX messages_by_date ON messages (dated, at)',
  "CREATE INDEX messages_unseen ON messages (id) WHERE seen = 'pending'",
  'CREATE INDEX messages_lost ON messages (seq) WHERE lost = 1',
  'CREATE INDEX messages_gone ON messages (gone_at) WHERE gone_at IS NOT NULL',

  'CREATE TABLE held_bytes (held TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (held, part))',
  // In pieces of a megabyte, as held-store.ts writes them.
  `INSERT INTO held_bytes WITH RECURSIVE cut (id, part) AS (SELECT id, 0 FROM held UNION ALL
     SELECT cut.id, part + 1 FROM cut JOIN held ON held.id = cut.id WHERE (part + 1) * 1048576 < length(raw))
   SELECT cut.id, part, substr(raw, part * 1048576 + 1, 1048576) FROM cut JOIN held ON held.id = cut.id`,
  ...['raw', 'folder', 'uid_validity', 'uid'].map((column) => `ALTER TABLE held DROP COLUMN ${column}`),
  'ALTER TABLE held ADD COLUMN gone_at INTEGER',
]

/**
 * Migration 4: what the user did with a held message. `new`: not looked at. `dismissed`: out of the list, and still
 * judged again. `deleted`: nobody sees it, and the server is still to be told.
 */
export const heldStates: readonly string[] = [
  /** How far the user has looked at what only the server has: `kept`, the number of a message that the gateway keeps. */
  'CREATE TABLE looked (what TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID',
  "ALTER TABLE held ADD COLUMN state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'looked', 'dismissed', 'deleted'))",
]

/** Migration 5: each mail that was begun is a draft of its own, under an id without an @; before they lay under '' together. */
export const draftsApart: readonly string[] = [
  `INSERT INTO drafts (conversation, text, saved_at)
     SELECT lower(hex(randomblob(16))), each.value, saved_at FROM drafts, json_each(drafts.text, '$.drafts') AS each
     WHERE conversation = '' AND json_valid(drafts.text)`,
  "DELETE FROM drafts WHERE conversation = ''",
]
