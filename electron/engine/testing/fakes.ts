/** Fakes of the ports, for tests of the engine and of its hosts. */
import {
  type Clock,
  type DnsResolver,
  type Log,
  type LogFacts,
  type SecretStore,
  SecretStoreUnavailable,
} from '../ground/ports.ts'

export type FakeClock = Clock & {
  /** Moves time forward, running what falls due, in order, and lets promises settle between. */
  readonly advance: (ms: number) => Promise<void>
  /** Sets the wall clock alone, as a user or a faulty battery does; timers keep their distance. */
  readonly setNow: (now: number) => void
  /** Number of timers not yet run or undone. */
  readonly pending: () => number
}

type Timer = { readonly at: number; readonly order: number; readonly act: () => void }

/** A clock that stands still until it is advanced. */
export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let elapsed = 0
  let offset = start
  let order = 0
  const timers = new Set<Timer>()
  const nextDue = (until: number): Timer | undefined =>
    [...timers].filter((t) => t.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0]
  return {
    now: () => offset + elapsed,
    after(ms, act) {
      order += 1
      const timer = { at: elapsed + Math.max(0, ms), order, act }
      timers.add(timer)
      return () => {
        timers.delete(timer)
      }
    },
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        timers.delete(timer)
        elapsed = timer.at
        timer.act()
        await settle()
      }
      elapsed = until
      await settle()
    },
    setNow(now) {
      offset = now - elapsed
    },
    pending: () => timers.size,
  }
}

/** Lets promises and I/O callbacks that are ready run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve))
}

export type MemoryStore = SecretStore & {
  /** Makes every later call reject, as a keychain that went away does. */
  readonly setAvailable: (available: boolean) => void
  readonly items: Map<string, string>
}

export function memoryStore(): MemoryStore {
  const items = new Map<string, string>()
  let answering = true
  const use = <T>(act: () => T): Promise<T> =>
    answering ? Promise.resolve(act()) : Promise.reject(new SecretStoreUnavailable('switched off'))
  return {
    items,
    setAvailable(available) {
      answering = available
    },
    available: () => Promise.resolve(answering),
    get: (name) => use(() => items.get(name)),
    set: (name, value) => use(() => void items.set(name, value)),
    delete: (name) => use(() => void items.delete(name)),
  }
}

export type LogLine = { readonly level: 'info' | 'warn' | 'error'; readonly event: string; readonly facts: LogFacts }

/** A log that keeps its lines, so that a test can search them for what must not be there. */
export function memoryLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const write =
    (level: LogLine['level']) =>
    (event: string, facts: LogFacts = {}) => {
      lines.push({ level, event, facts })
    }
  return { lines, info: write('info'), warn: write('warn'), error: write('error') }
}

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A resolver that knows the given TXT records and nothing else. */
export function fakeDns(records: Readonly<Record<string, readonly string[]>> = {}): DnsResolver {
  return {
    txt: (name) => {
      const found = records[name.toLowerCase()]
      return found ? Promise.resolve(found) : Promise.reject(new Error('ENOTFOUND'))
    },
  }
}

/** Random bytes that are the same in each run: only for tests. */
export function fakeRandom(seed = 1): (count: number) => Uint8Array {
  let state = seed >>> 0 || 1
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 255
    })
}
