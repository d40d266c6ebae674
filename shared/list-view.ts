/** A whitelist made ready for judging (F2), and how an entry becomes a contact. */
import { parseAddress } from './address.ts'
import type { ListedContact, ListView } from './guard.ts'
import { makeLookalikes } from './lookalike.ts'
import type { Entry } from './whitelist/entry.ts'

/**
 * Makes a list ready for judging. A contact without a key is left out: its address does not parse. Of two with one
 * address the lower id counts, so that every process with the same list decides alike.
 */
export function makeListView(contacts: Iterable<ListedContact>): ListView {
  const byKey = new Map<string, ListedContact>()
  for (const contact of contacts) {
    const other = byKey.get(contact.key)
    if (contact.key !== '' && (other === undefined || contact.id < other.id)) byKey.set(contact.key, contact)
  }
  const similar = makeLookalikes(byKey)
  return { size: byKey.size, find: (key) => byKey.get(key), similar }
}

/** The contact that an entry of the list means, with the defaults of protocol.md section 3.2 filled in. */
export function contactOfEntry(entry: Entry): ListedContact {
  const parsed = parseAddress(entry.m, { unicode: true })
  return {
    id: entry.id,
    name: entry.n,
    address: entry.m,
    key: parsed.ok ? parsed.value.key : '',
    scope: entry.s === 'int' ? 'internal' : 'external',
    level: entry.a ?? (entry.s === 'int' ? 'login' : 'dmarc'),
    ...(entry.x === undefined ? {} : { expiresAt: entry.x }),
    send: entry.o !== 'r',
    receive: entry.o !== 's',
  }
}
