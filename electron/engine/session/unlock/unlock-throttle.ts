/** Slows down guessing at the lock: each guess costs Argon2id anyway, this keeps a hurried hand away from the keyboard. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { fail, type Result } from '../../../../shared/rpc.ts'
import type { Clock } from '../../ground/ports.ts'

/** Guesses without a wait, and the first wait in milliseconds; it doubles with each further wrong guess. */
const freeGuesses = 5
const firstWait = 5_000
const longestWait = 5 * 60_000

/** Counts guesses; a right one begins anew. */
export type UnlockThrottle = {
  /** Failure: tooManyAttempts. */
  readonly admit: () => Result<undefined, OpeningFailure>
  readonly wrong: () => void
  readonly right: () => void
}

/** A throttle without a guess so far. It forgets when the app restarts. */
export function createUnlockThrottle(clock: Pick<Clock, 'now'>): UnlockThrottle {
  let wrong = 0
  let until = 0
  return {
    admit: () => {
      const rest = until - clock.now()
      // A clock set back must not lengthen the wait.
      return rest > 0
        ? fail('tooManyAttempts', { retryAfter: Math.min(rest, longestWait) })
        : { ok: true, value: undefined }
    },
    wrong: () => {
      wrong += 1
      if (wrong >= freeGuesses) until = clock.now() + Math.min(longestWait, firstWait * 2 ** (wrong - freeGuesses))
    },
    right: () => {
      wrong = 0
      until = 0
    },
  }
}
