/** Rows of folders. A UIDVALIDITY is never given twice, so that UIDs are never mistaken after a folder is made anew. */
import type { Selectable } from 'kysely'
import type { Database } from '../database.ts'
import { joined } from '../transactions.ts'
import { removeUnused } from './mail-contents.ts'
import type { MailFolderRow } from './mail-schema.ts'
import type { FolderRefusal, MailFolder, MailFolders } from './mail-store.ts'

/** RFC 6154; every account has these. */
const standardFolders = [
  { path: 'INBOX', special: '' },
  { path: 'Sent', special: '\\Sent' },
  { path: 'Drafts', special: '\\Drafts' },
  { path: 'Trash', special: '\\Trash' },
] as const

/** Folders that one account may have. */
const maxFolders = 500
/** Characters in a path. */
const maxPath = 250

/** These rows in a database or transaction; an account's standard folders are made when they are first asked for. */
export function createMailFolders(db: Database): MailFolders {
  return {
    async folders(account, now) {
      const present = await rowsOf(db, account)
      if (present.length > 0) return present.map(folderOf)
      // Made at first sight, not with the account: an organisation with another mail server never has any.
      return joined(db, (inside) => makeStandard(inside, account, now))
    },
    folder: (account, path) => find(db, account, path),
    createFolder: (account, path, now) => joined(db, (inside) => create(inside, { account, path, special: '' }, now)),
    renameFolder: (account, path, to) => joined(db, (inside) => rename(inside, { account, path, to })),
    deleteFolder: (account, path) => joined(db, (inside) => remove(inside, account, path)),
    async subscribe(account, path, subscribed) {
      const changed = await db
        .updateTable('mail_folders')
        .set({ subscribed: subscribed ? 1 : 0 })
        .where('account', '=', account)
        .where('path', '=', path)
        .executeTakeFirst()
      return changed.numUpdatedRows > 0n ? true : 'NONEXISTENT'
    },
  }
}

/** A row as the mail server sees it. */
export function folderOf(row: Selectable<MailFolderRow>): MailFolder {
  return {
    id: row.id,
    account: row.account,
    path: row.path,
    special: row.special,
    uidValidity: row.uid_validity,
    uidNext: row.uid_next,
    modseq: row.modseq,
    subscribed: row.subscribed === 1,
  }
}

/** The account's INBOX, made with the other standard folders where it is missing. Inside a transaction. */
export async function inboxOf(db: Database, account: string, now: number): Promise<MailFolder> {
  const present = await find(db, account, 'INBOX')
  if (present) return present
  await makeStandard(db, account, now)
  const made = await find(db, account, 'INBOX')
  if (!made) throw new Error('the INBOX just made is missing')
  return made
}

async function find(db: Database, account: string, path: string): Promise<MailFolder | undefined> {
  const of = db.selectFrom('mail_folders').selectAll().where('account', '=', account)
  const row = await of.where('path', '=', path).executeTakeFirst()
  return row && folderOf(row)
}

function rowsOf(db: Database, account: string) {
  return db.selectFrom('mail_folders').selectAll().where('account', '=', account).orderBy('id').execute()
}

async function makeStandard(db: Database, account: string, now: number): Promise<readonly MailFolder[]> {
  for (const { path, special } of standardFolders) await create(db, { account, path, special }, now)
  return (await rowsOf(db, account)).map(folderOf)
}

type Wanted = { readonly account: string; readonly path: string; readonly special: string }

async function create(db: Database, wanted: Wanted, now: number): Promise<MailFolder | FolderRefusal> {
  if (await find(db, wanted.account, wanted.path)) return 'ALREADYEXISTS'
  if (!acceptable(wanted.path) || (await rowsOf(db, wanted.account)).length >= maxFolders) return 'CANNOT'
  const validity = await nextValidity(db, now)
  const row = await db
    .insertInto('mail_folders')
    .values({ ...wanted, uid_validity: validity, uid_next: 1, modseq: 1, subscribed: 1 })
    // Another connection may have made it since we looked.
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row ? folderOf(row) : 'ALREADYEXISTS'
}

// `*` and `%` are wildcards of LIST (RFC 3501 6.3.8): a folder named so could not be told from a pattern.
function acceptable(path: string): boolean {
  return path.length > 0 && path.length <= maxPath && !/[\p{Cc}*%]/u.test(path)
}

/** Seconds, as is usual, but always above the last one: two folders made in one second differ too. */
async function nextValidity(db: Database, now: number): Promise<number> {
  const seconds = Math.floor(now / 1_000)
  const row = await db
    .insertInto('mail_validity')
    .values({ id: 1, last: seconds })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((set) => ({
        last: set
          .case()
          .when('mail_validity.last', '<', seconds)
          .then(seconds)
          .else(set('mail_validity.last', '+', 1))
          .end(),
      })),
    )
    .returning('last')
    .executeTakeFirstOrThrow()
  return row.last
}

type Renaming = { readonly account: string; readonly path: string; readonly to: string }

/** RFC 3501 6.3.5: folders below are renamed with it. */
async function rename(db: Database, { account, path, to }: Renaming): Promise<true | FolderRefusal> {
  const folder = await find(db, account, path)
  if (!folder) return 'NONEXISTENT'
  if (await find(db, account, to)) return 'ALREADYEXISTS'
  // A folder does not go below itself, and the four standard ones stay where every client looks for them.
  if (isStandard(folder) || !acceptable(to) || to.startsWith(`${path}/`)) return 'CANNOT'
  for (const row of await rowsOf(db, account)) {
    if (row.path !== path && !row.path.startsWith(`${path}/`)) continue
    const renamed = to + row.path.slice(path.length)
    if (!acceptable(renamed) || (await find(db, account, renamed))) return 'CANNOT'
    await db.updateTable('mail_folders').set({ path: renamed }).where('id', '=', row.id).execute()
  }
  return true
}

async function remove(db: Database, account: string, path: string): Promise<MailFolder | FolderRefusal> {
  const folder = await find(db, account, path)
  if (!folder) return 'NONEXISTENT'
  if (isStandard(folder)) return 'CANNOT'
  const held = db.selectFrom('mail_messages').select('content').where('folder', '=', folder.id)
  // Read before the messages go: afterwards nothing says which bytes were theirs.
  const contents = (await held.execute()).map((row) => row.content)
  await db.deleteFrom('mail_messages').where('folder', '=', folder.id).execute()
  await db.deleteFrom('mail_folders').where('id', '=', folder.id).execute()
  await removeUnused(db, contents)
  return folder
}

function isStandard(folder: MailFolder): boolean {
  return standardFolders.some(
    (standard) => standard.path === folder.path || (folder.special && standard.special === folder.special),
  )
}
