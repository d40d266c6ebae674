/** The disk's expected failures: what the database and the files of a profile throw, and the handlers answer with. */

/**
 * Failures that a user may meet: the file or its key is bad, the disk is full, the disk gives an error, the file may not
 * be opened or written, somebody else holds it.
 */
export type StoreErrorKind = 'storeDamaged' | 'diskFull' | 'storeUnreadable' | 'storeReadOnly' | 'busy'

/** An expected failure of the store; handlers turn it into a Result of the same kind. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind
  /** What the driver or the system called it. */
  readonly code: string
  constructor(kind: StoreErrorKind, code: string) {
    super(`store: ${kind} (${code})`)
    this.name = 'StoreError'
    this.kind = kind
    this.code = code
  }
}
