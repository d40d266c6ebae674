/** How long to wait before asking the server again (protocol.md section 7). */
import { randomBetween } from './random.ts'

/** Shortest and longest pause of the decorrelated back-off, in milliseconds. */
const shortest = 1_000
const longest = 60_000
/** The first try after a break comes in this random time, so that a restarted server is not met by everybody at once. */
const afterBreak = 3_000
/** The periodic check: 15 minutes, give or take a fifth. */
const checkEvery = 15 * 60_000
const checkSpread = 0.2

type BackOff = {
  /** Milliseconds until the next try; grows with each call until `reset`. */
  readonly next: (retryAfter?: number) => number
  readonly reset: () => void
}

/** Decorrelated jitter: each pause is random between the shortest and three times the last one. */
export function createBackOff(random: (count: number) => Uint8Array): BackOff {
  let last: number | undefined
  return {
    next: (retryAfter = 0) => {
      if (last === undefined) {
        last = shortest
        return Math.max(retryAfter, randomBetween(random, 0, afterBreak))
      }
      last = Math.min(longest, randomBetween(random, shortest, Math.max(shortest, last * 3)))
      return Math.max(retryAfter, last)
    },
    reset: () => {
      last = undefined
    },
  }
}

/** Milliseconds until the next periodic check of the list. */
export function nextCheck(random: (count: number) => Uint8Array): number {
  return randomBetween(random, checkEvery * (1 - checkSpread), checkEvery * (1 + checkSpread))
}
