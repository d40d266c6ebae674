/** For tests: what was told, in order; waits for what has not been yet. */
export function queue<T>() {
  const values: T[] = []
  let wake: (() => void) | undefined
  return {
    put: (value: T) => {
      values.push(value)
      wake?.()
    },
    next: async (): Promise<T> => {
      for (;;) {
        const value = values.shift()
        if (value !== undefined) return value
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
