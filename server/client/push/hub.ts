/**
 * Wakes those who wait for a list to change. The truth is the outbox table: the hub reads it as often as the store says,
 * and when the store wakes it, and so sees the changes of every process; what it announces is a hint (protocol.md 7).
 */
import type { Announcement } from '../../store/lists.ts'
import type { Store } from '../../store/store.ts'

/**
 * What waiters are told: the list's version at that moment. `access`: the list may be the same, but who may read it
 * is not. `news`: something beside it, that its user is to ask for.
 */
export type Poke = {
  readonly list: string
  readonly epoch: number
  readonly version: number
  readonly access: boolean
  readonly news: boolean
}

/** One for the process: thousands of waiting devices cost one question to the store, not one each. */
export type Hub = {
  /** Calls back at each announcement of the list; gives the undo. */
  listen(list: string, receive: (poke: Poke) => void): () => void
  /** Calls back at the announcements of all lists; gives the undo. */
  listenAll(receive: (poke: Poke) => void): () => void
  /** How often there was news beside the list, as far as this process has seen. */
  newsOf(list: string): number
  /** Ends everybody's waiting, for the end of the server. */
  close(): Promise<void>
}

/** What the hub looks at, and its clock. */
export type HubDependencies = {
  readonly store: Store
  /** Calls `work` again and again, `ms` apart; gives the undo. */
  readonly every: (ms: number, work: () => Promise<void>) => () => void
}

/** Opens the hub: what was announced before is not told again. `close` forgets everybody who listens. */
export async function openHub({ store, every }: HubDependencies): Promise<Hub> {
  const listeners = new Map<string, Set<(poke: Poke) => void>>()
  const all = new Set<(poke: Poke) => void>()
  const newsCounts = new Map<string, number>()
  let last = await store.lists.lastAnnounced()
  const look = async () => {
    const news = await store.lists.announcedAfter(last)
    // The last one stands for all: announcements become visible in the order of their numbers (store/lists.ts).
    last = news.at(-1)?.id ?? last
    for (const [list, poke] of newestOf(news)) {
      if (poke.news) newsCounts.set(list, (newsCounts.get(list) ?? 0) + 1)
      for (const receive of [...(listeners.get(list) ?? []), ...all]) receive(poke)
    }
  }
  const looking = coalesced(look)
  const stop = every(store.pollMs, looking)
  // What fails here is told when the next look by time fails, too.
  const unwatch = store.watch(() => void looking().catch(() => undefined))
  return {
    listen(list, receive) {
      const set = listeners.get(list) ?? new Set()
      listeners.set(list, set.add(receive))
      return () => {
        set.delete(receive)
        if (set.size === 0) listeners.delete(list)
      }
    },
    listenAll(receive) {
      all.add(receive)
      return () => all.delete(receive)
    },
    newsOf: (list) => newsCounts.get(list) ?? 0,
    async close() {
      stop()
      await unwatch()
      listeners.clear()
      all.clear()
    },
  }
}

/** Never twice at once: who asks while it runs gets one more run after it, together with all others who ask. */
function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined
    })
    return running
  }
  const afterwards = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => undefined)
    next = undefined
    return start()
  }
  return () => {
    if (!running) return start()
    next ??= afterwards(running)
    return next
  }
}

/** Many changes of one list between two looks are one poke. */
function newestOf(news: readonly Announcement[]): ReadonlyMap<string, Poke> {
  const newest = new Map<string, Poke>()
  for (const { kind, list, epoch, version } of news) {
    const earlier = newest.get(list)
    const access = kind === 'access' || earlier?.access === true
    newest.set(list, { list, epoch, version, access, news: kind === 'news' || earlier?.news === true })
  }
  return newest
}
