/**
 * The tables of the embedded mail. A message's bytes are stored once per account and shared by its copies
 * (COPY, MOVE); what IMAP lists of a message (ENVELOPE, BODYSTRUCTURE) is worked out when it is stored.
 */
import { type CreateTableBuilder, type Generated, type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../schema.ts'
import type { Tables } from '../tables.ts'

export type MailFolderRow = {
  readonly id: Generated<number>
  /** Login name of the owner. */
  readonly account: string
  /** Unicode, `/` between levels; `INBOX` in capitals. */
  readonly path: string
  /** RFC 6154 attribute such as `\Sent`, or empty. */
  readonly special: string
  /** RFC 3501 2.3.1.1: never given to another folder, so that a client's cache is never mistaken. */
  readonly uid_validity: number
  readonly uid_next: number
  /** RFC 7162: highest modification number given out in this folder. */
  readonly modseq: number
  /** 1: the client asked to see it in LSUB. */
  readonly subscribed: number
}

export type MailContentRow = {
  readonly id: Generated<number>
  /** The message, byte for byte. */
  readonly raw: Uint8Array
  readonly size: number
  /** JSON of the ENVELOPE and the BODYSTRUCTURE as the IMAP library lists them. */
  readonly envelope: string
  readonly structure: string
}

export type MailMessageRow = {
  readonly folder: number
  readonly uid: number
  readonly content: number
  /** JSON array. */
  readonly flags: string
  /** 1 with `\Seen`: what STATUS counts. */
  readonly seen: number
  /** 1 with `\Deleted`: what EXPUNGE takes. */
  readonly deleted: number
  readonly modseq: number
  /** INTERNALDATE, milliseconds since the epoch. */
  readonly received: number
}

/** One row a submitted message and recipient: a retry after a lost 250 finds it and stores nothing again. */
export type MailSubmissionRow = {
  /** Login name of the submitter. */
  readonly account: string
  readonly message_id: string
  /** Login name of the recipient. */
  readonly recipient: string
  readonly at: number
}

/** One row, `id` 1: the last UIDVALIDITY given out. */
export type MailValidityRow = { readonly id: number; readonly last: number }

export type MailTables = {
  readonly mail_folders: MailFolderRow
  readonly mail_contents: MailContentRow
  readonly mail_messages: MailMessageRow
  readonly mail_submissions: MailSubmissionRow
  readonly mail_validity: MailValidityRow
}

const sqliteTypes: ColumnTypes = { bytes: 'blob', counter: 'integer' }

export async function createMailTables(db: Kysely<Tables>, types: ColumnTypes = sqliteTypes): Promise<void> {
  await folders(db, types).execute()
  await contents(db, types).execute()
  await messages(db).execute()
  await submissions(db).execute()
  await db.schema
    .createTable('mail_validity')
    .ifNotExists()
    .addColumn('id', 'bigint', (c) => c.primaryKey())
    .addColumn('last', 'bigint', (c) => c.notNull())
    .execute()
  const index = db.schema.createIndex('mail_messages_content').ifNotExists().on('mail_messages')
  await index.column('content').execute()
  const byTime = db.schema.createIndex('mail_submissions_at').ifNotExists().on('mail_submissions')
  await byTime.column('at').execute()
}

function folders(db: Kysely<Tables>, types: ColumnTypes) {
  return counted(db.schema.createTable('mail_folders').ifNotExists(), types)
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('special', 'text', (c) => c.notNull())
    .addColumn('uid_validity', 'bigint', (c) => c.notNull())
    .addColumn('uid_next', 'bigint', (c) => c.notNull())
    .addColumn('modseq', 'bigint', (c) => c.notNull())
    .addColumn('subscribed', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('mail_folders_unique', ['account', 'path'])
}

function contents(db: Kysely<Tables>, types: ColumnTypes) {
  return (
    counted(db.schema.createTable('mail_contents').ifNotExists(), types)
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('envelope', 'text', (c) => c.notNull())
      .addColumn('structure', 'text', (c) => c.notNull())
      // The large column last: SQLite then lists the others without reading its pages.
      .addColumn('raw', sql.raw(types.bytes), (c) => c.notNull())
  )
}

function messages(db: Kysely<Tables>) {
  return db.schema
    .createTable('mail_messages')
    .ifNotExists()
    .addColumn('folder', 'bigint', (c) => c.notNull().references('mail_folders.id').onDelete('cascade'))
    .addColumn('uid', 'bigint', (c) => c.notNull())
    .addColumn('content', 'bigint', (c) => c.notNull().references('mail_contents.id'))
    .addColumn('flags', 'text', (c) => c.notNull())
    .addColumn('seen', 'bigint', (c) => c.notNull())
    .addColumn('deleted', 'bigint', (c) => c.notNull())
    .addColumn('modseq', 'bigint', (c) => c.notNull())
    .addColumn('received', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mail_messages_key', ['folder', 'uid'])
}

function submissions(db: Kysely<Tables>) {
  return db.schema
    .createTable('mail_submissions')
    .ifNotExists()
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('message_id', 'text', (c) => c.notNull())
    .addColumn('recipient', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mail_submissions_key', ['account', 'message_id', 'recipient'])
}

/** A number that counts by itself and is never given again, even after its row is deleted. */
function counted<T extends string>(table: CreateTableBuilder<T>, types: ColumnTypes) {
  return table.addColumn('id', sql.raw(types.counter), (c) =>
    types.counter === 'integer' ? c.primaryKey().autoIncrement() : c.primaryKey(),
  )
}
