/**
 * The guard's view of the list, kept current. To make a view of 100,000 entries takes half a second, so a change does
 * not do that: the changed addresses are looked up beside the view that is there, until so many have gathered that a
 * new one is worth its time (F2).
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { ListedContact, ListView } from '../../../shared/guard.ts'
import { buildListView, createListView } from '../../../shared/list-view.ts'

type LiveView = {
  readonly view: ListView
  /** Lays a change over the view: `keys` are all addresses that it touches. */
  readonly changed: (keys: readonly string[]) => void
  /**
   * Makes ready what `similar` needs, in slices of some milliseconds between which the engine does its other work.
   * Without it `similar` gives the same answers, but its first call takes all that time at once.
   */
  readonly prepare: () => Promise<void>
}

/** From so many addresses laid over it on, the view is made anew. */
const layLimit = 500

/** What the list holds now. */
type ListSource = {
  readonly find: (key: string) => ListedContact | undefined
  readonly all: () => readonly ListedContact[]
  readonly size: () => number
}

/** `pause` lets other work come in between two slices. */
export function createLiveView(source: ListSource, pause: () => Promise<unknown> = otherWork): LiveView {
  let base: ListView | undefined
  let touched = new Set<string>()
  let over: ListView | undefined
  /** Addresses touched since the building of the next view began; undefined while none is built. */
  let sinceBegun: Set<string> | undefined
  let building: Promise<void> | undefined
  const take = (next: ListView, since = new Set<string>()): ListView => {
    base = next
    touched = since
    over = undefined
    return next
  }
  const build = async (): Promise<void> => {
    const since = new Set<string>()
    sinceBegun = since
    take(await builtInSlices(source, pause), since)
  }
  const changedOnes = (): ListView => {
    over ??= createListView([...touched].map((key) => source.find(key)).filter((found) => found !== undefined))
    return over
  }
  const view: ListView = {
    get size() {
      return source.size()
    },
    find: (key) => source.find(key),
    similar: (address, name) => {
      const old = (base ?? take(createListView(source.all()))).similar(address, name)
      if (touched.size === 0) return old
      const recent = changedOnes().similar(address, name)
      if (recent) return recent
      if (!old || !touched.has(old.key)) return old
      // The old view found a contact that has changed: only a view made now can say who else is alike.
      return take(createListView(source.all())).similar(address, name)
    },
  }
  return {
    view,
    changed: (keys) => {
      for (const key of keys) {
        // Before the first view there is nothing to lay a change over.
        if (base !== undefined) touched.add(key)
        sinceBegun?.add(key)
      }
      over = undefined
    },
    prepare: async () => {
      if (base !== undefined && !isStale(base, touched)) return
      building ??= build().finally(() => {
        building = undefined
        sinceBegun = undefined
      })
      await building
    },
  }
}

async function builtInSlices(source: ListSource, pause: () => Promise<unknown>): Promise<ListView> {
  const steps = buildListView(source.all())
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    await pause()
  }
}

/** Whether the view names contacts that are gone or changed: `similar` may find one of those instead of somebody else. */
function isStale(made: ListView, touched: ReadonlySet<string>): boolean {
  return touched.size > layLimit || [...touched].some((key) => made.find(key) !== undefined)
}
