/** The contacts of the open store: index for the page, view for the guard, moved together. */
import type { ListedContact, ListView } from '../../../shared/guard.ts'
import { findListed } from '../../../shared/list-view.ts'
import type { Entry } from '../../../shared/whitelist/entry.ts'
import { type ContactIndex, createContactIndex } from './contact-index.ts'
import { type ContactItem, contactItem } from './contact-item.ts'
import { createLiveView } from './live-view.ts'

/** An entry of the list, and when this device first saw it. */
export type KnownEntry = { readonly entry: Entry; readonly since: number }

/** What the page shows of the list and what the guard judges by: always of the same list. */
export type Contacts = {
  readonly index: ContactIndex
  readonly view: ListView
  /** Makes the look-alikes of the view ready (I9), beside other work: before an unlisted sender is judged. */
  readonly prepare: () => Promise<void>
  /** Takes over the entries of these ids as they are now; an id that `find` does not know is removed. */
  readonly update: (ids: readonly string[], find: (id: string) => KnownEntry | undefined) => void
}

/** The contacts of these entries. */
export function createContacts(entries: Iterable<KnownEntry>): Contacts {
  const items = Array.from(entries, ({ entry, since }) => contactItem(entry, since))
  const index = createContactIndex(items.filter(isShown))
  const closed = createClosed(items)
  const listed = (key: string): ListedContact | undefined =>
    key === '' ? undefined : lower(index.byAddress(key)?.listed, closed.find(key))
  const live = createLiveView({
    find: (key) => findListed(listed, key),
    all: () => [...index.items().map((item) => item.listed), ...closed.all()],
    size: () => index.size + closed.all().length,
  })
  return {
    index,
    view: live.view,
    prepare: live.prepare,
    update: (ids, find) => {
      // The addresses before and after: a contact whose address changed touches both in the guard's view.
      const before = ids.map((id) => index.byId(id)?.listed.key ?? closed.byId(id)?.key)
      const now = ids.flatMap((id) => {
        const known = find(id)
        return known ? [contactItem(known.entry, known.since)] : []
      })
      index.apply(ids, now.filter(isShown))
      closed.update(ids, now)
      live.changed([...before, ...now.map((item) => item.listed.key)].filter((key) => key !== undefined))
    },
  }
}

/** Closed both ways: an address that stays out although its domain is listed. Nobody's contact, but the guard knows it. */
function isShown({ listed }: ContactItem): boolean {
  return listed.send || listed.receive
}

/** Of two entries with one address the lower id counts, as everywhere. */
function lower(a: ListedContact | undefined, b: ListedContact | undefined): ListedContact | undefined {
  return a && b ? (a.id < b.id ? a : b) : (a ?? b)
}

function createClosed(items: readonly ContactItem[]) {
  const byId = new Map<string, ListedContact>()
  let byKey = new Map<string, ListedContact>()
  const take = (some: readonly ContactItem[]) => {
    for (const item of some) if (!isShown(item)) byId.set(item.listed.id, item.listed)
    byKey = new Map([...byId.values()].map((one) => [one.key, one]))
  }
  take(items)
  return {
    byId: (id: string) => byId.get(id),
    find: (key: string) => byKey.get(key),
    all: () => [...byId.values()],
    update: (ids: readonly string[], now: readonly ContactItem[]) => {
      for (const id of ids) byId.delete(id)
      take(now)
    },
  }
}
