/** The tables of this room's repositories, as migration 1 makes them. Nothing here changes once shipped. */

/** Statements that make the tables of the account, the list and the commands. */
export const recordsSchema: readonly string[] = [
  // Who is signed in, at which server, and the stored password: one row of JSON, see account-repository.ts.
  'CREATE TABLE account (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)',
  // How far the list has come: everything of it but the entries, see list-repository.ts.
  'CREATE TABLE list (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)',
  // `text`: the entry's canonical bytes, as the policy key signed them. `since`: first seen by this device.
  'CREATE TABLE entries (id TEXT PRIMARY KEY, text TEXT NOT NULL, leaf BLOB NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID',
  // Signed commands, kept so that each is carried out once.
  'CREATE TABLE commands (id TEXT PRIMARY KEY, json TEXT NOT NULL, step TEXT NOT NULL) WITHOUT ROWID',
]
