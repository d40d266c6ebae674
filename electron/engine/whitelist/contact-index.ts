/**
 * The contacts in memory, in display order: windows of grouped rows and substring search. A change moves only the
 * items it names; nothing is rebuilt.
 */
import type { ContactRow } from '../../../shared/contract.ts'
import { type ContactItem, foldText, insertItem, positionOf, sortItems } from './contact-item.ts'
import { type ContactSearch, createContactSearch } from './contact-search.ts'

type ContactWindow = {
  /** Rows of both kinds. */
  readonly total: number
  readonly contacts: number
  readonly revision: number
  readonly rows: ContactRow[]
}

/** The contacts in display order. `revision` grows with each change, so that a page knows its rows are old. */
export type ContactIndex = {
  readonly size: number
  readonly revision: number
  readonly byAddress: (key: string) => ContactItem | undefined
  readonly byId: (id: string) => ContactItem | undefined
  readonly items: () => readonly ContactItem[]
  readonly query: (search: string, from: number, count: number) => ContactWindow
  /** Replaces the items with these ids by the given ones; an id without an item is removed. */
  readonly apply: (changedIds: readonly string[], items: readonly ContactItem[]) => void
}

type Section = { readonly name: string; readonly start: number; readonly count: number }
/** The contacts that a search found, in order, with their groups. */
type Selection = { readonly items: readonly ContactItem[]; readonly sections: readonly Section[] }

/** From so many changed items on, sorting anew is cheaper than moving each. */
const sortAnewFrom = 200

/** An index over these contacts, in any order. */
export function createContactIndex(initial: readonly ContactItem[]): ContactIndex {
  let sorted = sortItems(initial)
  const byId = new Map(sorted.map((item) => [item.contact.id, item]))
  const byKey = new Map(sorted.map((item) => [item.listed.key, item]))
  let revision = 1
  /** Made at the first search: at start-up it would cost as much as all the rest. */
  let search: ContactSearch | undefined
  const ready = (): ContactSearch => {
    search ??= createContactSearch(sorted)
    return search
  }
  let cached: { readonly search: string; readonly revision: number; readonly selection: Selection } | undefined

  const select = (wish: string): Selection => {
    const words = wordsOf(wish)
    const wanted = words.join(' ')
    if (cached?.search === wanted && cached.revision === revision) return cached.selection
    const items = words.length === 0 ? sorted : ready().find(words)
    const selection = { items, sections: sectionsOf(items) }
    cached = { search: wanted, revision, selection }
    return selection
  }

  return {
    get size() {
      return sorted.length
    },
    get revision() {
      return revision
    },
    byAddress: (key) => byKey.get(key),
    byId: (id) => byId.get(id),
    items: () => sorted,
    query: (search, from, count) => {
      const selection = select(search)
      return {
        total: selection.items.length + selection.sections.length,
        contacts: selection.items.length,
        revision,
        rows: windowOf(selection, from, count),
      }
    },
    apply: (changedIds, items) => {
      const gone = changedIds.map((id) => byId.get(id)).filter((item) => item !== undefined)
      for (const item of gone) {
        byId.delete(item.contact.id)
        byKey.delete(item.listed.key)
      }
      for (const item of items) {
        byId.set(item.contact.id, item)
        byKey.set(item.listed.key, item)
      }
      // Two entries have one address: which of them answers for it is settled by going through all.
      if (byKey.size !== byId.size) for (const item of byId.values()) byKey.set(item.listed.key, item)
      sorted = gone.length + items.length < sortAnewFrom ? move(sorted, gone, items) : sortItems(byId.values())
      if (search && !search.change(gone, items)) search = undefined
      revision += 1
    },
  }
}

function wordsOf(search: string): string[] {
  return foldText(search)
    .split(/\s+/)
    .filter((word) => word !== '')
}

function move(
  sorted: readonly ContactItem[],
  gone: readonly ContactItem[],
  items: readonly ContactItem[],
): ContactItem[] {
  const next = [...sorted]
  for (const item of gone) next.splice(positionOf(next, item), 1)
  for (const item of items) insertItem(next, item)
  return next
}

function sectionsOf(items: readonly ContactItem[]): Section[] {
  const sections: Section[] = []
  let start = 0
  for (let index = 1; index <= items.length; index += 1) {
    const name = items[start]?.group ?? ''
    if (items[index]?.group === name) continue
    sections.push({ name, start, count: index - start })
    start = index
  }
  return sections
}

function windowOf({ items, sections }: Selection, from: number, count: number): ContactRow[] {
  const rows: ContactRow[] = []
  const end = from + count
  for (const [index, section] of sections.entries()) {
    // Each section before this one took a heading row beside its contacts.
    const heading = section.start + index
    if (heading >= end) break
    // The whole section lies above the window.
    if (heading + section.count < from) continue
    if (heading >= from) rows.push({ row: 'group', name: section.name, count: section.count })
    const first = section.start + Math.max(0, from - heading - 1)
    const last = section.start + Math.min(section.count, end - heading - 1)
    for (const item of items.slice(first, last)) rows.push({ row: 'contact', contact: item.contact })
  }
  return rows
}
