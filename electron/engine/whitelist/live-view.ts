/**
 * The guard's view of the list, kept current: a change is laid over the view made before, and only when many have
 * gathered is the view made anew (F2: judging stays cheap, and so does one change to 100,000 entries).
 */
import type { ListedContact, ListView } from '../../../shared/guard.ts'
import { makeListView } from '../../../shared/list-view.ts'

export type LiveView = {
  readonly view: ListView
  /** Lays a change over the view: `keys` are all addresses that it touches. */
  readonly changed: (keys: readonly string[]) => void
}

/** From so many addresses laid over it on, the view is made anew. */
const layLimit = 500

/** What the list holds now. */
export type ListSource = {
  readonly find: (key: string) => ListedContact | undefined
  readonly all: () => Iterable<ListedContact>
  readonly size: () => number
}

export function createLiveView(source: ListSource): LiveView {
  let base: ListView | undefined
  let touched = new Set<string>()
  let over: ListView | undefined
  const settle = (): ListView => {
    if (base === undefined || touched.size > layLimit) {
      base = makeListView(source.all())
      touched = new Set()
      over = undefined
    }
    return base
  }
  const changedOnes = (): ListView => {
    over ??= makeListView([...touched].map((key) => source.find(key)).filter((found) => found !== undefined))
    return over
  }
  const view: ListView = {
    get size() {
      return source.size()
    },
    find: (key) => source.find(key),
    similar: (address, name) => {
      const made = settle()
      const old = made.similar(address, name)
      if (touched.size === 0) return old
      const recent = changedOnes().similar(address, name)
      if (recent) return recent
      if (!old || !touched.has(old.key)) return old
      // The resemblance may be to what is no longer there, and hide another: look in the list as it is.
      touched = new Set()
      over = undefined
      base = makeListView(source.all())
      return base.similar(address, name)
    },
  }
  return {
    view,
    changed: (keys) => {
      if (base === undefined) return
      for (const key of keys) touched.add(key)
      over = undefined
    },
  }
}
