/** The contacts of the open store: index for the page, view for the guard, moved together. */
import type { ListedContact, ListView } from '../../../shared/guard.ts'
import { contactOfEntry, findListed } from '../../../shared/list-view.ts'
import type { Entry } from '../../../shared/whitelist/entry.ts'
import { type ContactIndex, createContactIndex } from './contact-index.ts'
import { contactItem } from './contact-item.ts'
import { createLiveView } from './live-view.ts'

export type KnownEntry = { readonly entry: Entry; readonly since: number }

export type Contacts = {
  readonly index: ContactIndex
  readonly view: ListView
  /** Makes the look-alikes of the view ready (I9), beside other work: before an unlisted sender is judged. */
  readonly prepare: () => Promise<void>
  /** Takes over the entries of these ids as they are now; an id that `find` does not know is removed. */
  readonly update: (ids: readonly string[], find: (id: string) => KnownEntry | undefined) => void
}

export function createContacts(entries: Iterable<KnownEntry>): Contacts {
  const known = [...entries]
  const index = createContactIndex(known.filter(isShown).map(({ entry, since }) => contactItem(entry, since)))
  const closed = createClosed(known)
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
      const before = ids.map((id) => index.byId(id)?.listed.key ?? closed.byId(id)?.key)
      const now = ids.map(find).filter((one) => one !== undefined)
      const items = now.filter(isShown).map(({ entry, since }) => contactItem(entry, since))
      index.apply(ids, items)
      closed.update(ids, now)
      const keys = [...before, ...now.map(({ entry }) => contactOfEntry(entry).key)]
      live.changed(keys.filter((key) => key !== undefined))
    },
  }
}

/** Closed both ways: an address that stays out although its domain is listed. Nobody's contact, but the guard knows it. */
function isShown({ entry }: KnownEntry): boolean {
  return entry.o !== 'n'
}

/** Of two entries with one address the lower id counts, as everywhere. */
function lower(a: ListedContact | undefined, b: ListedContact | undefined): ListedContact | undefined {
  return a && b ? (a.id < b.id ? a : b) : (a ?? b)
}

function createClosed(entries: readonly KnownEntry[]) {
  const byId = new Map<string, ListedContact>()
  let byKey = new Map<string, ListedContact>()
  const take = (some: readonly KnownEntry[]) => {
    for (const one of some) if (!isShown(one)) byId.set(one.entry.id, contactOfEntry(one.entry))
    byKey = new Map([...byId.values()].map((one) => [one.key, one]))
  }
  take(entries)
  return {
    byId: (id: string) => byId.get(id),
    find: (key: string) => byKey.get(key),
    all: () => [...byId.values()],
    update: (ids: readonly string[], now: readonly KnownEntry[]) => {
      for (const id of ids) byId.delete(id)
      take(now)
    },
  }
}
