/** Whether an answer is still wanted when it comes: by then something else may have been asked for. */

/** Says whether what was asked for is still wanted. */
type Wanted = () => boolean

/** The rounds of one thing that is asked for again and again. */
export type Latest = {
  /** Begins a round: answers to what was asked for before are wanted no more. */
  readonly next: () => Wanted
  /** One more question of the round that goes on. */
  readonly same: () => Wanted
}

/** Makes the rounds of one thing: the newest question wins. */
export function latest(): Latest {
  let round = 0
  const same = (): Wanted => {
    const mine = round
    return () => mine === round
  }
  return {
    same,
    next: () => {
      round += 1
      return same()
    },
  }
}
