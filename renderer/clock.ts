/** Time as the page has it: a port for the stores, and two ways to wait before something is done. */

/** Time as a port: the stores take it as an argument, so that tests decide what time it is. */
export interface Clock {
  readonly now: () => number
  /** Runs once after that many milliseconds; returns its undo. */
  readonly after: (milliseconds: number, run: () => void) => () => void
}

/** The browser's own clock and timers. */
export function browserClock(): Clock {
  return {
    now: () => Date.now(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds)
      return () => clearTimeout(timer)
    },
  }
}

/** Gathers calls that come within the wait into one run, `milliseconds` after the first of them. */
export function gather(clock: Clock, milliseconds: number, run: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    clock.after(milliseconds, () => {
      waiting = false
      run()
    })
  }
}

/** Runs `milliseconds` after the last call. */
export function debounce(clock: Clock, milliseconds: number, run: () => void): () => void {
  let undo: (() => void) | undefined
  return () => {
    undo?.()
    undo = clock.after(milliseconds, run)
  }
}
