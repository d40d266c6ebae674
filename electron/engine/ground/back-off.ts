/** How long to wait before a server is asked again (protocol.md section 7 for the whitelist server). */
import { randomBetween } from './random.ts'

/** Shortest and longest pause, in milliseconds. */
type Bounds = { readonly base: number; readonly cap: number }

const bounds: Bounds = { base: 1_000, cap: 60_000 }
/** The first try after a break comes in this random time, so that a restarted server is not met by everybody at once. */
const afterBreak = 3_000
/** The periodic check: 15 minutes, give or take a fifth. */
const checkEvery = 15 * 60_000
const checkSpread = 0.2

/**
 * The pause after one of `last` milliseconds (0: none yet): drawn between the base and three times the last one, then
 * cut to the cap. Many clients that were cut off together come back spread out. Drawn first: in a long outage most
 * pauses are the cap, where a draw up to the cap would ask twice as often.
 */
export function nextPause({ base, cap }: Bounds, last: number, random: (count: number) => Uint8Array): number {
  return Math.round(Math.min(cap, randomBetween(random, base, Math.max(base, last * 3))))
}

type BackOff = {
  /** Milliseconds until the next try of the whitelist server; at least `retryAfter`, which it asked for. */
  readonly next: (retryAfter?: number) => number
  readonly reset: () => void
}

/** The pauses after one break: a short random one, then those of `nextPause` until `reset`. */
export function createBackOff(random: (count: number) => Uint8Array): BackOff {
  let last: number | undefined
  return {
    next: (retryAfter = 0) => {
      const pause = last === undefined ? randomBetween(random, 0, afterBreak) : nextPause(bounds, last, random)
      // `retryAfter` does not count as a pause of ours: one long wish of the server would make all later ones long.
      last = last === undefined ? bounds.base : pause
      return Math.max(retryAfter, pause)
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
