/** Runs a few pieces of work at once; the others wait in order, those that go first before all others. */

/** `first`: waits before whatever is not. */
type FewAtATime = <T>(work: () => Promise<T>, first?: boolean) => Promise<T>

/** A queue with `atOnce` places. It has no end of its own: whoever lets strangers in bounds them before. */
export function fewAtATime(atOnce: number): FewAtATime {
  let running = 0
  const waiting: { readonly [F in 'first' | 'later']: (() => void)[] } = { first: [], later: [] }
  return async (work, first = false) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting[first ? 'first' : 'later'].push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody who comes just now takes it.
      const next = waiting.first.shift() ?? waiting.later.shift()
      if (next) next()
      else running -= 1
    }
  }
}
