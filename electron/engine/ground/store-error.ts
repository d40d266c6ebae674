/** The disk's expected failures: what the database and the files of a profile throw, and the handlers answer with. */

/** Failures that a user may meet: the file or its key is bad, the disk is full, somebody else holds the file. */
export type StoreErrorKind = 'storeDamaged' | 'diskFull' | 'busy'

/** An expected failure of the store; handlers turn it into a Result of the same kind. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind
  constructor(kind: StoreErrorKind, code: string) {
    super(`store: ${kind} (${code})`)
    this.name = 'StoreError'
    this.kind = kind
  }
}
