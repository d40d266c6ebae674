/** Decorrelated back-off: each pause is drawn between the base and three times the last one, up to a cap. */
import { randomBetween } from './random.ts'

type Backoff = { readonly base: number; readonly cap: number }

/** The pause after a pause of `last` milliseconds (0: none yet). Many clients cut off together come back spread out. */
export function nextPause(backoff: Backoff, last: number, random: (count: number) => Uint8Array): number {
  const top = Math.max(backoff.base, Math.min(backoff.cap, last * 3))
  return Math.round(randomBetween(random, backoff.base, top))
}
