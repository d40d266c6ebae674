/** Schema 2: columns have whole words, where schema 1 had the abbreviations that the protocol's objects have. */
import type { Database } from '../database.ts'

const wholeWords: ReadonlyMap<string, string> = new Map([
  ['usr', 'user'],
  ['dev', 'device'],
  ['ep', 'epoch'],
  ['ver', 'version'],
  ['cnt', 'count'],
  ['grp', 'group'],
  ['ack_ep', 'ack_epoch'],
  ['ack_ver', 'ack_version'],
])

/**
 * Renames what a store of schema 1 calls otherwise, wherever it has it: its rows stay as they are. In a transaction that
 * holds the lock `schema`. `present`: the columns of each of the store's own tables that there is.
 */
export async function renameColumns(db: Database, present: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  for (const [table, columns] of present) {
    for (const column of columns) {
      const name = wholeWords.get(column)
      if (name !== undefined) await db.schema.alterTable(table).renameColumn(column, name).execute()
    }
  }
  // An index is named after its column: the one of the new name is made with all that is missing.
  await db.schema.dropIndex('quarantine_usr').ifExists().execute()
}
