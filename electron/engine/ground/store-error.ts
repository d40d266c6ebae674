/** The disk's expected failures: what the database and the files of a profile throw, and the handlers answer with. */

import type { Log } from './ports.ts'

/**
 * Failures that a user may meet: the file or its key is bad, the disk is full, the disk does not read or write now,
 * somebody else holds the file. Only the first is damage; the others may pass, so nothing is put aside for them.
 */
export type StoreErrorKind = 'storeDamaged' | 'diskFull' | 'diskFailing' | 'busy'

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

/** What the system's refusal of a file means; every other error is a bug and comes back as it is. */
export function diskError(error: unknown): unknown {
  const code = errorCode(error)
  if (code === undefined) return error
  return new StoreError(code === 'ENOSPC' || code === 'EDQUOT' ? 'diskFull' : 'diskFailing', code)
}

/** The system's code of an error, such as `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** Whether the disk refuses for now: it has no room, or does not write. What is on it is as it was. */
export function isDiskRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.kind === 'diskFull' || error.kind === 'diskFailing')
}

/**
 * Writes what may also be written later. Where the disk refuses, that is logged, and whoever calls goes on with what it
 * has in memory: closing, locking and destroying must not hang on room for a note about it. Says whether it was written.
 */
export function writeIfPossible(log: Log, what: string, write: () => void): boolean {
  try {
    write()
    return true
  } catch (error) {
    if (!isDiskRefusal(error)) throw error
    log.error('not written', { what, kind: error.kind })
    return false
  }
}
