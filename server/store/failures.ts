/** What a failure of the database means to us: the only file that knows the drivers' codes. Anything else is a bug. */
export type StoreFailure = 'busy' | 'damaged' | 'denied' | 'full'

/** The store was made by another version of this program. */
export class SchemaUnknown extends Error {}

/** SQLite's result codes, https://sqlite.org/rescode.html, and those of the file system. */
const meanings: ReadonlyMap<unknown, StoreFailure> = new Map<unknown, StoreFailure>([
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_BUSY_SNAPSHOT', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_CANTOPEN', 'denied'],
  ['SQLITE_READONLY', 'denied'],
  ['EACCES', 'denied'],
  ['SQLITE_FULL', 'full'],
  ['ENOSPC', 'full'],
])

export function storeFailure(error: unknown): StoreFailure | undefined {
  return error instanceof Error && 'code' in error ? meanings.get(error.code) : undefined
}
