/**
 * The guard's view of the list, kept current: a change is laid over the view made before, and only when many have
 * gathered is the view made anew (F2: judging stays cheap, and so does one change to 100,000 entries).
 */
import { setImmediate as otherWork } from 'node:timers/promises'
import type { ListedContact, ListView } from '../../../shared/guard.ts'
import { buildListView, makeListView } from '../../../shared/list-view.ts'

type LiveView = {
  readonly view: ListView
  /** Lays a change over the view: `keys` are all addresses that it touches. */
  readonly changed: (keys: readonly string[]) => void
  /**
   * Makes ready what `similar` needs, in slices of some milliseconds between which the engine does its other work:
   * with 100,000 contacts the table takes half a second. Without it `similar` gives the same answers, all at once.
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
    const steps = buildListView(source.all())
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) return void take(step.value, since)
      await pause()
    }
  }
  const changedOnes = (): ListView => {
    over ??= makeListView([...touched].map((key) => source.find(key)).filter((found) => found !== undefined))
    return over
  }
  /** A contact of the view made before is gone or another: a resemblance to it may hide one to somebody else. */
  const isStale = (made: ListView): boolean =>
    touched.size > layLimit || [...touched].some((key) => made.find(key) !== undefined)
  const view: ListView = {
    get size() {
      return source.size()
    },
    find: (key) => source.find(key),
    similar: (address, name) => {
      const old = (base ?? take(makeListView(source.all()))).similar(address, name)
      if (touched.size === 0) return old
      const recent = changedOnes().similar(address, name)
      if (recent) return recent
      if (!old || !touched.has(old.key)) return old
      return take(makeListView(source.all())).similar(address, name)
    },
  }
  return {
    view,
    changed: (keys) => {
      for (const key of keys) {
        if (base !== undefined) touched.add(key)
        sinceBegun?.add(key)
      }
      over = undefined
    },
    prepare: async () => {
      if (base !== undefined && !isStale(base)) return
      building ??= build().finally(() => {
        building = undefined
        sinceBegun = undefined
      })
      await building
    },
  }
}
