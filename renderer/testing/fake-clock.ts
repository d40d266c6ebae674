import type { Clock } from '../clock.ts'
import { fakeNow } from './fake-people.ts'

export type FakeClock = Clock & {
  /** Lets time pass, running what falls due in order. */
  pass(milliseconds: number): void
}

export function createFakeClock(): FakeClock {
  let now = fakeNow
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const runDue = (until: number) => {
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)
      if (!next) return
      timers = timers.filter((timer) => timer !== next)
      now = Math.max(now, next.at)
      next.run()
    }
  }
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    pass: (milliseconds) => {
      const until = now + milliseconds
      runDue(until)
      now = until
    },
  }
}

/** Lets everything that is already answered arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
  await new Promise((done) => {
    setTimeout(done)
  })
}
