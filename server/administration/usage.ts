/** When contacts were last written to and last heard of: gathered in memory, written every few seconds, never in mail's way. */
import type { Clock } from '../ground/clock.ts'
import type { UsageRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'

/** The mail side tells it of every message. It never waits and never fails: last use is a help, not a record. */
export type UsageRecorder = {
  /** `keys`: folded addresses. */
  sent(user: string, keys: readonly string[]): void
  received(user: string, key: string): void
  /** Writes what is gathered, and gathers no more. */
  close(): Promise<void>
}

type UsageDependencies = {
  readonly store: Store
  readonly clock: Clock
  /** Does the work again and again until told to end. */
  readonly every: (ms: number, work: () => Promise<void>) => () => void
  readonly failed: (error: unknown) => void
}

const flushMs = 5_000
/** Contacts that wait to be written at most: a store that stays away must not fill the memory. */
const maxWaiting = 100_000

/** Since when last use is recorded here: before that, a contact without a last use may well be in use. */
const sinceName = 'usage.since'

/**
 * Gathers from now on; `close` writes what waits. `every` repeats work until its result is called, `failed` is told
 * of failures.
 */
export function createUsageRecorder({ store, clock, every, failed }: UsageDependencies): UsageRecorder {
  let waiting = new Map<string, UsageRow>()
  let isOpen = true
  let isSince = false
  const add = (row: UsageRow) => {
    const place = `${row.user} ${row.key}`
    const old = waiting.get(place)
    if (!old && waiting.size >= maxWaiting) return
    waiting.set(place, old ? later(old, row) : row)
  }
  const flush = async () => {
    const rows = waiting
    // Exchanged before the writing begins: what comes meanwhile waits for the next time.
    waiting = new Map()
    try {
      await store.transaction(async (inside) => {
        if (!isSince) await recordSince(inside, clock.now())
        for (const row of rows.values()) await inside.administration.touch(row)
      })
      isSince = true
    } catch (error) {
      // Put back, to be written when the store is there again; what came meanwhile is later and wins.
      for (const row of rows.values()) add(row)
      failed(error)
    }
  }
  const stop = every(flushMs, async () => {
    if (waiting.size > 0 || !isSince) await flush()
  })
  const gather = (row: UsageRow) => {
    if (isOpen) add(row)
  }
  return {
    sent(user, keys) {
      for (const key of keys) gather({ user, key, sent: clock.now(), received: 0 })
    },
    received: (user, key) => gather({ user, key, sent: 0, received: clock.now() }),
    async close() {
      isOpen = false
      stop()
      if (waiting.size > 0) await flush()
    },
  }
}

function later(one: UsageRow, other: UsageRow): UsageRow {
  return { ...one, sent: Math.max(one.sent, other.sent), received: Math.max(one.received, other.received) }
}

async function recordSince(inside: Store, now: number): Promise<void> {
  if ((await inside.journal.setting(sinceName)) === undefined) await inside.journal.setSetting(sinceName, String(now))
}

/** Undefined: nothing is recorded here. */
export async function usageSince(store: Store): Promise<number | undefined> {
  const text = await store.journal.setting(sinceName)
  return text === undefined ? undefined : Number(text)
}
