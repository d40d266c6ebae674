/** What a failure of the database means to us: the only file that knows the drivers' codes. Anything else is a bug. */

/**
 * Closed list, so that doors and commands can say in words what each means. `password` and `refused`: the database
 * does not let us in, or not do this.
 */
export type StoreFailure =
  | 'busy'
  | 'damaged'
  | 'denied'
  | 'full'
  | 'missing'
  | 'password'
  | 'readOnly'
  | 'refused'
  | 'unreachable'
  | 'untrusted'

/** The store is not one that this program may use; the message says why, in words for an administrator. */
export class StoreUnusable extends Error {}

/** Of our PostgreSQL driver: the connection failed or was lost, or there was none in time. */
export const unreachable = 'KITH_UNREACHABLE'
/** Its certificate is not trusted. */
export const untrusted = 'KITH_UNTRUSTED'

/** The store was made by another version of this program. */
export class SchemaUnknown extends StoreUnusable {}

const meanings: ReadonlyMap<unknown, StoreFailure> = new Map<unknown, StoreFailure>([
  // SQLite's result codes, https://sqlite.org/rescode.html, and those of the file system.
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
  // PostgreSQL's, https://www.postgresql.org/docs/15/errcodes-appendix.html: serialization failure, deadlock, lock timeout,
  // query cancelled, too many connections.
  ['40001', 'busy'],
  ['40P01', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['53300', 'busy'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
  ['53100', 'full'],
  ['3D000', 'missing'],
  ['28P01', 'password'],
  ['28000', 'password'],
  ['25006', 'readOnly'],
  ['42501', 'refused'],
  [unreachable, 'unreachable'],
  [untrusted, 'untrusted'],
])

/** What an error means; undefined: it is not one of the database's that we know. */
export function storeFailure(error: unknown): StoreFailure | undefined {
  return error instanceof Error && 'code' in error ? meanings.get(error.code) : undefined
}

const passing: ReadonlySet<StoreFailure | undefined> = new Set<StoreFailure>(['busy', 'readOnly', 'unreachable'])

/** Whether waiting mends it: another writer, a database that starts again, or one that another machine takes over. */
export function isPassing(error: unknown): boolean {
  return passing.has(storeFailure(error))
}
