/** Does something again and again, never twice at once; gives the undo. A failure is reported and does not end it. */
export function repeat(ms: number, work: () => Promise<void>, report: (error: unknown) => void): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = () => {
    // The next one is set when the last has ended: slow work is never piled up.
    timer = setTimeout(() => {
      void work()
        .catch(report)
        .then(() => (stopped ? undefined : schedule()))
    }, ms)
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
