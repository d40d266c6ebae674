/** The contacts of the open store: index for the page, view for the guard, moved together. */
import type { ListView } from '../../../shared/guard.ts'
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
  const index = createContactIndex(Array.from(entries, ({ entry, since }) => contactItem(entry, since)))
  const live = createLiveView({
    find: (key) => (key === '' ? undefined : index.byAddress(key)?.listed),
    all: () => index.items().map((item) => item.listed),
    size: () => index.size,
  })
  return {
    index,
    view: live.view,
    prepare: live.prepare,
    update: (ids, find) => {
      const before = ids.map((id) => index.byId(id)?.listed.key)
      const items = ids.flatMap((id) => {
        const known = find(id)
        return known ? [contactItem(known.entry, known.since)] : []
      })
      index.apply(ids, items)
      live.changed([...before, ...items.map((item) => item.listed.key)].filter((key) => key !== undefined))
    },
  }
}
