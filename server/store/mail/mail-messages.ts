/**
 * Writing messages. Each change takes its UIDs and modification numbers from the folder's row in the same
 * transaction: a UID is never given twice, and what was answered is on the disk (synchronous FULL).
 */
import type { Database, DialectTraits } from '../database.ts'
import { joined } from '../transactions.ts'
import { batch, isLarge, putFirst, putRest, removeUnfinished, removeUnused } from './mail-contents.ts'
import { folderOf, inboxOf } from './mail-folders.ts'
import { flagsOf } from './mail-reading.ts'
import type {
  Added,
  Copied,
  Delivery,
  FlagChange,
  FlagOutcome,
  MailFolder,
  MailMessages,
  NewMessage,
  Removed,
} from './mail-store.ts'

/** Writes in a database or transaction; folders are locked while their rows are changed. */
export function createMailMessages(db: Database, traits: DialectTraits): MailMessages {
  /** Under the folders' locks: between reading rows and writing them nobody else changes them. */
  const holding = <T>(folders: readonly number[], work: (inside: Database) => Promise<T>): Promise<T> =>
    joined(db, async (inside) => {
      if (traits.rowLocks) await lock(inside, folders)
      return work(inside)
    })
  return {
    append: (folder, message) =>
      keeping(db, [message], (kept) => joined(db, (inside) => append(inside, folder, { message, kept }))),
    deliver(deliveries, now) {
      const messages = deliveries.map(({ message }) => message)
      return keeping(db, messages, (kept) => joined(db, (inside) => deliver(inside, deliveries, { now, kept })))
    },
    setFlags: (folder, uids, change) => holding([folder], (inside) => setFlags(inside, { folder, uids }, change)),
    expunge: (folder, uids) => holding([folder], (inside) => expunge(inside, folder, uids)),
    copy: (from, uids, target) =>
      holding([from, target.folder], (inside) => copy(inside, { folder: from, uids }, target)),
    async forgetSubmissions(before) {
      await db.deleteFrom('mail_submissions').where('at', '<', before).execute()
    },
    removeUnfinished: () => removeUnfinished(db),
  }
}

/** In order, so that two who want the same folders never wait for each other. */
async function lock(db: Database, folders: readonly number[]): Promise<void> {
  await db.selectFrom('mail_folders').select('id').where('id', 'in', folders).orderBy('id').forUpdate().execute()
}

/** Takes `uids` UIDs and `changes` modification numbers; answers the folder as it was before. */
async function take(db: Database, folder: number, count: { readonly uids: number; readonly changes: number }) {
  const row = await db
    .updateTable('mail_folders')
    .set((set) => ({
      uid_next: set('uid_next', '+', count.uids),
      modseq: set('modseq', '+', count.changes),
    }))
    .where('id', '=', folder)
    .returningAll()
    .executeTakeFirst()
  if (!row) return undefined
  const now = folderOf(row)
  return { folder: now, firstUid: now.uidNext - count.uids, firstModseq: now.modseq - count.changes + 1 }
}

/** Ids of the bytes of large messages, which are written before the messages themselves. */
type Kept = ReadonlyMap<NewMessage, number>

/** Writes the bytes of those that are large, then does `work`. What no message names afterwards is removed again. */
async function keeping<T>(db: Database, messages: readonly NewMessage[], work: (kept: Kept) => Promise<T>): Promise<T> {
  const kept = new Map<NewMessage, number>()
  try {
    for (const message of messages) {
      const { raw } = message
      if (!isLarge(raw)) continue
      const content = await putFirst(db, raw, message.summary)
      kept.set(message, content)
      await putRest(db, content, raw)
    }
    return await work(kept)
  } finally {
    // Where the disk refuses this, too, the next start does it.
    await removeUnused(db, [...kept.values()]).catch(() => undefined)
  }
}

type Appended = { readonly message: NewMessage; readonly kept: Kept }

async function append(db: Database, folder: number, { message, kept }: Appended): Promise<Added | undefined> {
  const taken = await take(db, folder, { uids: 1, changes: 1 })
  if (!taken) return undefined
  const content = kept.get(message) ?? (await putFirst(db, message.raw, message.summary))
  await db
    .insertInto('mail_messages')
    .values({
      folder,
      uid: taken.firstUid,
      content,
      ...flagColumns(message.flags),
      modseq: taken.firstModseq,
      received: message.received,
    })
    .execute()
  return { folder: taken.folder, uid: taken.firstUid, modseq: taken.firstModseq }
}

function flagColumns(flags: readonly string[]) {
  return {
    flags: JSON.stringify(flags),
    seen: flags.includes('\\Seen') ? 1 : 0,
    deleted: flags.includes('\\Deleted') ? 1 : 0,
  }
}

type Delivering = { readonly now: number; readonly kept: Kept }

async function deliver(
  db: Database,
  deliveries: readonly Delivery[],
  { now, kept }: Delivering,
): Promise<readonly Added[]> {
  const added: Added[] = []
  // Missing folders first, then the mailboxes in one order: two deliveries to the same people never wait for each other.
  const ordered = deliveries.toSorted((a, b) => (a.account < b.account ? -1 : 1))
  const inboxes = new Map<string, MailFolder>()
  for (const { account } of ordered) inboxes.set(account, await inboxOf(db, account, now))
  for (const delivery of ordered) {
    if (delivery.submission && !(await isFirst(db, delivery, now))) continue
    const inbox = inboxes.get(delivery.account)
    if (!inbox) throw new Error('the INBOX just made is missing')
    const stored = await append(db, inbox.id, { message: delivery.message, kept })
    if (stored) added.push(stored)
  }
  return added
}

/**
 * Whether this submission has not reached this recipient before. The row and the message are written together, so a
 * retry after a lost 250 finds both or neither.
 */
async function isFirst(db: Database, { account, submission }: Delivery, at: number): Promise<boolean> {
  if (!submission) return true
  const inserted = await db
    .insertInto('mail_submissions')
    .values({ account: submission.account, message_id: submission.messageId, recipient: account, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}

/** Messages of a folder by their UIDs, in any order; those that are not there are passed over. */
type Selection = { readonly folder: number; readonly uids: readonly number[] }
type Row = {
  readonly uid: number
  readonly content: number
  readonly flags: string
  readonly modseq: number
  readonly received: number
}

async function rowsOf(db: Database, { folder, uids }: Selection): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < uids.length; from += batch) {
    const some = db
      .selectFrom('mail_messages')
      .select(['uid', 'content', 'flags', 'modseq', 'received'])
      .where('folder', '=', folder)
      .where('uid', 'in', uids.slice(from, from + batch))
    for (const row of await some.orderBy('uid').execute()) rows.push(row)
  }
  return rows
}

async function setFlags(db: Database, selection: Selection, change: FlagChange): Promise<FlagOutcome> {
  const conflicts: number[] = []
  const wanted: { readonly uid: number; readonly flags: readonly string[] }[] = []
  for (const row of await rowsOf(db, selection)) {
    const before = flagsOf(row.flags)
    const after = flagsAfter(before, change)
    // CONDSTORE: another client changed the message since this one looked; it is told and decides anew.
    if (change.unchangedSince !== undefined && row.modseq > change.unchangedSince) conflicts.push(row.uid)
    else if (!sameFlags(before, after)) wanted.push({ uid: row.uid, flags: after })
  }
  if (wanted.length === 0) return { changed: [], conflicts }
  const taken = await take(db, selection.folder, { uids: 0, changes: wanted.length })
  if (!taken) return { changed: [], conflicts }
  const changed = wanted.map((message, at) => ({ ...message, modseq: taken.firstModseq + at }))
  for (const { uid, flags, modseq } of changed) {
    await db
      .updateTable('mail_messages')
      .set({ ...flagColumns(flags), modseq })
      .where('folder', '=', selection.folder)
      .where('uid', '=', uid)
      .execute()
  }
  return { changed, conflicts }
}

function flagsAfter(before: readonly string[], { action, flags }: FlagChange): readonly string[] {
  if (action === 'add') return [...new Set([...before, ...flags])]
  return action === 'remove' ? before.filter((flag) => !flags.includes(flag)) : [...new Set(flags)]
}

function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((flag) => b.includes(flag))
}

/** With `uids` it is UID EXPUNGE (RFC 4315): only of those, what another client has marked stays. */
async function expunge(db: Database, folder: number, uids?: readonly number[]): Promise<readonly Removed[]> {
  const marked = await db
    .selectFrom('mail_messages')
    .select(['uid', 'content'])
    .where('folder', '=', folder)
    .where('deleted', '=', 1)
    .orderBy('uid')
    .execute()
  const only = uids && new Set(uids)
  return removeRows(db, folder, only ? marked.filter((row) => only.has(row.uid)) : marked)
}

async function removeRows(
  db: Database,
  folder: number,
  rows: readonly { readonly uid: number; readonly content: number }[],
): Promise<readonly Removed[]> {
  if (rows.length === 0) return []
  const taken = await take(db, folder, { uids: 0, changes: rows.length })
  if (!taken) return []
  for (let from = 0; from < rows.length; from += batch) {
    const some = rows.slice(from, from + batch).map((row) => row.uid)
    await db.deleteFrom('mail_messages').where('folder', '=', folder).where('uid', 'in', some).execute()
  }
  await removeUnused(
    db,
    rows.map((row) => row.content),
  )
  return rows.map((row, at) => ({ uid: row.uid, modseq: taken.firstModseq + at }))
}

type Target = { readonly folder: number; readonly move: boolean }

/** Copies share the bytes of the originals, so COPY and MOVE cost rows and no message is written again. */
async function copy(db: Database, from: Selection, target: Target): Promise<readonly Copied[]> {
  const rows = await rowsOf(db, from)
  if (rows.length === 0) return []
  const taken = await take(db, target.folder, { uids: rows.length, changes: rows.length })
  if (!taken) return []
  const copies = rows.map((row, at) => ({ row, uid: taken.firstUid + at, modseq: taken.firstModseq + at }))
  const values = copies.map(({ row, uid, modseq }) => {
    const { content, received } = row
    return { folder: target.folder, uid, content, ...flagColumns(flagsOf(row.flags)), modseq, received }
  })
  for (let start = 0; start < values.length; start += batch) {
    await db
      .insertInto('mail_messages')
      .values(values.slice(start, start + batch))
      .execute()
  }
  // After the copies are in: bytes that no message refers to go with the last one that did.
  const removed = target.move ? await removeRows(db, from.folder, rows) : []
  const removedAt = new Map(removed.map(({ uid, modseq }) => [uid, modseq]))
  return copies.map(({ row, uid, modseq }) => {
    const gone = removedAt.get(row.uid)
    return { from: row.uid, to: uid, modseq, ...(gone === undefined ? {} : { removedAt: gone }) }
  })
}
