/** Reading messages: lists without bytes first, bytes one message at a time. */

import type { Database } from '../database.ts'
import { atOnce } from '../transactions.ts'
import { batch, firstPiece, wholeContent } from './mail-contents.ts'
import { folderOf } from './mail-folders.ts'
import type { MailReading, StoredMessage } from './mail-store.ts'

/** Reads from a database or transaction. */
export function createMailReading(db: Database): MailReading {
  return {
    open: (account, path) => atOnce(db, (inside) => open(inside, account, path)),
    async counts(folder) {
      const row = await db
        .selectFrom('mail_messages')
        .select((pick) => [pick.fn.countAll<number>().as('messages'), pick.fn.sum<number | null>('seen').as('seen')])
        .where('folder', '=', folder)
        .executeTakeFirstOrThrow()
      return { messages: row.messages, unseen: row.messages - (row.seen ?? 0) }
    },
    messages: (folder, uids) => messages(db, folder, uids),
    list: async (folder) => (await listing(db, folder).execute()).map(storedOf),
    summary: (content) =>
      db.selectFrom('mail_contents').select(['envelope', 'structure']).where('id', '=', content).executeTakeFirst(),
    raw: (content) => wholeContent(db, content),
    beginning: async (content) => (await firstPiece(db, content))?.raw,
  }
}

async function open(db: Database, account: string, path: string) {
  const of = db.selectFrom('mail_folders').selectAll().where('account', '=', account)
  const row = await of.where('path', '=', path).executeTakeFirst()
  if (!row) return undefined
  const all = db.selectFrom('mail_messages').select('uid').where('folder', '=', row.id).orderBy('uid')
  return { folder: folderOf(row), uids: (await all.execute()).map((message) => message.uid) }
}

function listing(db: Database, folder: number) {
  return db
    .selectFrom('mail_messages')
    .innerJoin('mail_contents', 'mail_contents.id', 'mail_messages.content')
    .select(['uid', 'content', 'flags', 'modseq', 'received', 'size'])
    .where('folder', '=', folder)
    .orderBy('uid')
}

function storedOf(row: Omit<StoredMessage, 'flags'> & { readonly flags: string }): StoredMessage {
  return { ...row, flags: flagsOf(row.flags) }
}

async function messages(db: Database, folder: number, uids: readonly number[]): Promise<readonly StoredMessage[]> {
  const found: StoredMessage[] = []
  for (let from = 0; from < uids.length; from += batch) {
    const some = listing(db, folder).where('uid', 'in', uids.slice(from, from + batch))
    for (const row of await some.execute()) found.push(storedOf(row))
  }
  return found
}

/** Flags as stored: a JSON array of strings. */
export function flagsOf(json: string): readonly string[] {
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.filter((flag) => typeof flag === 'string') : []
}
