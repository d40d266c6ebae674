/**
 * The tables of the embedded mail. A message's bytes are stored once per account and shared by its copies
 * (COPY, MOVE); what IMAP lists of a message (ENVELOPE, BODYSTRUCTURE) is worked out when it is stored.
 */
import type { Generated } from 'kysely'
import type { TableShape } from '../table-shape.ts'

/** A folder of one account. Its counters only rise, and move in the transaction that uses the numbers. */
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

/** What a message is, apart from which folders it is in. */
type MailContentRow = {
  readonly id: Generated<number>
  /** The message, byte for byte; of a large one the first piece. */
  readonly raw: Uint8Array
  /** Of the whole message. */
  readonly size: number
  /** JSON of the ENVELOPE and the BODYSTRUCTURE as the IMAP library lists them. */
  readonly envelope: string
  readonly structure: string
}

/** What follows the first piece of a large message, in order; `piece` counts from 1. */
type MailPieceRow = { readonly content: number; readonly piece: number; readonly raw: Uint8Array }

/** A message's place in one folder. */
type MailMessageRow = {
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
type MailSubmissionRow = {
  /** Login name of the submitter. */
  readonly account: string
  readonly message_id: string
  /** Login name of the recipient. */
  readonly recipient: string
  readonly at: number
}

/** One row, `id` 1: the last UIDVALIDITY given out. */
type MailValidityRow = { readonly id: number; readonly last: number }

/** Names of the embedded mail's tables. */
export type MailTables = {
  readonly mail_folders: MailFolderRow
  readonly mail_contents: MailContentRow
  readonly mail_pieces: MailPieceRow
  readonly mail_messages: MailMessageRow
  readonly mail_submissions: MailSubmissionRow
  readonly mail_validity: MailValidityRow
}

/** Their columns for the database; `references` keep bytes from being deleted while a message has them. */
export const mailShapes: { readonly [T in keyof MailTables]: TableShape<MailTables[T]> } = {
  mail_folders: {
    columns: {
      id: 'counter',
      account: 'text',
      path: 'text',
      special: 'text',
      uid_validity: 'number',
      uid_next: 'number',
      modseq: 'number',
      subscribed: 'number',
    },
    key: ['id'],
    unique: ['account', 'path'],
  },
  mail_contents: {
    // The large column last: SQLite then lists the others without reading its pages.
    columns: { id: 'counter', size: 'number', envelope: 'text', structure: 'text', raw: 'bytes' },
    key: ['id'],
  },
  mail_pieces: {
    columns: { content: 'number', piece: 'number', raw: 'bytes' },
    key: ['content', 'piece'],
    references: { content: { table: 'mail_contents', cascade: true } },
  },
  mail_messages: {
    columns: {
      folder: 'number',
      uid: 'number',
      content: 'number',
      flags: 'text',
      seen: 'number',
      deleted: 'number',
      modseq: 'number',
      received: 'number',
    },
    key: ['folder', 'uid'],
    indexes: ['content'],
    references: { folder: { table: 'mail_folders', cascade: true }, content: { table: 'mail_contents' } },
  },
  mail_submissions: {
    columns: { account: 'text', message_id: 'text', recipient: 'text', at: 'number' },
    key: ['account', 'message_id', 'recipient'],
    indexes: ['at'],
  },
  mail_validity: { columns: { id: 'number', last: 'number' }, key: ['id'] },
}
