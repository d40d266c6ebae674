/** The pauses before the server is asked again. */
import { describe, expect, it } from 'vitest'
import { fakeRandom } from '../testing/fakes.ts'
import { createBackOff, nextCheck, nextPause } from './back-off.ts'

describe('protocol 7 back-off', () => {
  it('starts in 0 to 3 s after a break, then stays between 1 and 60 s and grows', () => {
    const pauses = Array.from({ length: 200 }, (_, seed) => {
      const backOff = createBackOff(fakeRandom(seed + 1))
      return Array.from({ length: 12 }, () => backOff.next())
    })
    for (const [first, ...later] of pauses) {
      expect(first).toBeLessThan(3_000)
      for (const pause of later) expect(pause).toBeGreaterThanOrEqual(1_000)
      for (const pause of later) expect(pause).toBeLessThanOrEqual(60_000)
    }
    const mean = (at: number) => pauses.reduce((sum, list) => sum + (list[at] ?? 0), 0) / pauses.length
    expect(mean(8)).toBeGreaterThan(4 * mean(1))
  })

  it('asks seldom in a long outage: what is drawn above the cap becomes the cap', () => {
    const random = fakeRandom(5)
    const pauses = Array.from({ length: 300 }, () => nextPause({ base: 1_000, cap: 60_000 }, 60_000, random))
    expect(Math.max(...pauses)).toBe(60_000)
    // Two thirds of what is drawn between 1 and 180 s.
    expect(pauses.filter((pause) => pause === 60_000).length).toBeGreaterThan(150)
  })

  it('obeys Retry-After, and begins anew after reset', () => {
    const backOff = createBackOff(fakeRandom(3))
    expect(backOff.next(120_000)).toBe(120_000)
    backOff.reset()
    expect(backOff.next()).toBeLessThan(3_000)
  })

  it('checks every 15 minutes, give or take a fifth', () => {
    const random = fakeRandom(9)
    for (let n = 0; n < 500; n += 1) {
      const pause = nextCheck(random)
      expect(pause).toBeGreaterThanOrEqual(720_000)
      expect(pause).toBeLessThanOrEqual(1_080_000)
    }
  })
})
