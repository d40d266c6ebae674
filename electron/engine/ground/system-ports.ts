/** The real clock, dice and resolver, for the hosts' composition roots. */
import { randomBytes } from 'node:crypto'
import { resolveTxt } from 'node:dns/promises'
import type { Clock, DnsResolver } from './ports.ts'

/** Milliseconds. */
const longestTimer = 2 ** 31 - 1

/** The machine's clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, act) => {
    // More than this Node takes for no time at all.
    const timer = setTimeout(act, Math.min(ms, longestTimer))
    return () => clearTimeout(timer)
  },
}

/** `count` bytes of the operating system's strong random numbers. */
export function systemRandom(count: number): Uint8Array {
  return Uint8Array.from(randomBytes(count))
}

/** The machine's resolver. */
export const systemDns: DnsResolver = {
  txt: async (name) => (await resolveTxt(name)).map((strings) => strings.join('')),
}
