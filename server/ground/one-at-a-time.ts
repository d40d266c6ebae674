/** Runs work in order where the key is the same: guesses at one account are made one after another, however many arrive at once. */
type OneAtATime = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** A queue for each key. Work that fails does not stop what waits behind it. */
export function oneAtATime(): OneAtATime {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    const tail = mine.catch(() => undefined)
    tails.set(key, tail)
    try {
      return await mine
    } finally {
      // Forgotten once nobody waits: keys come from outside, and there is no end of them.
      if (tails.get(key) === tail) tails.delete(key)
    }
  }
}
