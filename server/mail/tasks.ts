/** Work under way, so that closing can wait for it: nothing uses the store after that. */

/** One for each process that closes doors: a door's connections end before their handlers do. */
export type Tasks = {
  run<T>(work: Promise<T>): Promise<T>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** Holds each task from `run` until it ends, however it ends. */
export function createTasks(): Tasks {
  const running = new Set<Promise<unknown>>()
  return {
    run(work) {
      running.add(work)
      const ended = () => void running.delete(work)
      work.then(ended, ended)
      return work
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
