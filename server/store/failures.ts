/** What a failure of the database means to us: the only file that knows the drivers' codes. Anything else is a bug. */

/**
 * Closed list, so that doors and commands can say in words what each means. `password` and `refused`: the database
 * does not let us in, or not do this. `disk`: reading or writing failed, which may pass or not. Whatever it is, it says
 * nothing about who asked: doors answer that it may be tried later, and the work goes on when it has passed.
 */
export type StoreFailure =
  | 'busy'
  | 'damaged'
  | 'denied'
  | 'disk'
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

/**
 * SQLite's primary result codes, https://sqlite.org/rescode.html: an extended one has its primary before it, and means
 * the same to us.
 */
const sqlite: ReadonlyMap<string, StoreFailure> = new Map<string, StoreFailure>([
  ['BUSY', 'busy'],
  ['LOCKED', 'busy'],
  ['PROTOCOL', 'busy'],
  ['NOTADB', 'damaged'],
  ['CORRUPT', 'damaged'],
  ['CANTOPEN', 'denied'],
  ['READONLY', 'denied'],
  ['PERM', 'denied'],
  ['AUTH', 'denied'],
  ['FULL', 'full'],
  ['IOERR', 'disk'],
])

/** Of the file system, and of our own driver. */
const named: ReadonlyMap<string, StoreFailure> = new Map<string, StoreFailure>([
  ['EACCES', 'denied'],
  ['EROFS', 'denied'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EIO', 'disk'],
  [unreachable, 'unreachable'],
  [untrusted, 'untrusted'],
])

/**
 * PostgreSQL's, https://www.postgresql.org/docs/15/errcodes-appendix.html: whole conditions, then the classes of those
 * that have none here.
 */
const postgres: readonly (readonly [RegExp, StoreFailure])[] = [
  [/^53100$/, 'full'],
  [/^3D000$/, 'missing'],
  [/^28/, 'password'],
  [/^25006$/, 'readOnly'],
  [/^42501$/, 'refused'],
  // Lost, ended, starting or gone; and a session that was idle for too long or whose transaction lasted too long.
  [/^(08...|57P0.|25P0[34])$/, 'unreachable'],
  // Serialization failures and deadlocks, no connection or memory left, locks not had in time, cancelled.
  [/^(40...|53...|55P03|55006|57014)$/, 'busy'],
  [/^XX00[12]$/, 'damaged'],
  [/^58/, 'disk'],
]

/** What an error means; undefined: it is not one of the database's that we know. */
export function storeFailure(error: unknown): StoreFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const { code } = error
  const [, primary] = /^SQLITE_([A-Z]+)/.exec(code) ?? []
  if (primary !== undefined) return sqlite.get(primary)
  return named.get(code) ?? (code.length === 5 ? postgres.find(([form]) => form.test(code))?.[1] : undefined)
}

/** What each means, and what to do. */
export const storeWords: { readonly [F in StoreFailure]: string } = {
  busy: 'the store is busy: another process holds it; try again',
  damaged: 'the store is damaged: restore it from a backup',
  denied: 'no right to open the data folder, or to write in it',
  disk: 'the disk of the store gives errors: look at it, and at the log of the system',
  full: 'the disk of the store is full: make room, and everything goes on by itself',
  missing: 'the database server has no database of the name in "store" in config.json: create it',
  password: 'the database refuses the user or the password: look at "store" in config.json and at its password file',
  readOnly: 'the database is read-only: "store" in config.json names a standby, or the database was set so',
  refused:
    'the database user lacks a right: it must own the database, or be allowed to create tables in its schema public',
  untrusted: 'the certificate of the database is not trusted: name its issuer as "ca" in "store" in config.json',
  unreachable:
    'the database cannot be reached: is it running, and are host, port and tls in "store" in config.json right?',
}
