/** For tests: numbers that look random and are the same in every run (mulberry32). */
type Numbers = { below(limit: number): number }

export function createNumbers(seed: number): Numbers {
  let state = seed
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) % limit
    },
  }
}
