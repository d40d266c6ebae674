/** Work that must not overlap: what is asked for while something runs waits until that has ended, however it ends. */

/** Runs the work when everything asked for before it has ended; resolves or rejects as the work does. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** An empty queue. */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    // The queue goes on after a failure; only whoever asked for the work learns of it.
    last = turn.catch(() => undefined)
    return turn
  }
}
