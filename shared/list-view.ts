/** A whitelist made ready for judging (F2), and how an entry becomes a contact. */
import { addressKey, cleanName } from './address.ts'
import type { ListedContact, ListView } from './guard.ts'
import { buildLookalikes, createLookalikes } from './lookalike.ts'
import type { Entry } from './whitelist/entry.ts'

/**
 * Makes a list ready for judging. A contact without a key is left out: its address does not parse. Of two with one
 * address the lower id counts, so that every process with the same list decides alike.
 */
export function createListView(contacts: Iterable<ListedContact>): ListView {
  const byKey = new Map<string, ListedContact>()
  addContacts(byKey, contacts)
  return viewOf(byKey, createLookalikes(byKey))
}

/** Contacts taken in one step. */
const stepSize = 5_000

/** The same in steps of some milliseconds, the table of look-alikes included. */
export function* buildListView(contacts: readonly ListedContact[]): Generator<undefined, ListView> {
  const byKey = new Map<string, ListedContact>()
  for (let from = 0; from < contacts.length; from += stepSize) {
    addContacts(byKey, contacts.slice(from, from + stepSize))
    yield
  }
  return viewOf(byKey, yield* buildLookalikes(byKey))
}

function addContacts(byKey: Map<string, ListedContact>, contacts: Iterable<ListedContact>): void {
  for (const contact of contacts) {
    const other = byKey.get(contact.key)
    if (contact.key !== '' && (other === undefined || contact.id < other.id)) byKey.set(contact.key, contact)
  }
}

function viewOf(byKey: ReadonlyMap<string, ListedContact>, similar: ListView['similar']): ListView {
  return { size: byKey.size, find: (key) => findListed((one) => byKey.get(one), key), similar }
}

/**
 * The contact of an address. Everybody at a listed domain is one, under the address alone: the domain vouches for it,
 * and no name is known.
 */
export function findListed(byKey: (key: string) => ListedContact | undefined, key: string): ListedContact | undefined {
  const at = key.lastIndexOf('@')
  // Only an address has something before its `@`: the key of a domain does not lead to the domain again.
  const domain = (): ListedContact | undefined => (at > 0 ? byKey(key.slice(at)) : undefined)
  const vouched = (listed: ListedContact | undefined) => listed && { ...listed, name: key, address: key, key }
  return byKey(key) ?? vouched(domain())
}

/** The contact that an entry of the list means, with the defaults of protocol.md section 3.2 filled in. */
export function contactOfEntry(entry: Entry): ListedContact {
  return {
    id: entry.id,
    // A4: shown as text, whoever wrote it into the list.
    name: cleanName(entry.n),
    address: entry.m,
    key: keyOf(entry.m),
    scope: entry.s === 'int' ? 'internal' : 'external',
    level: entry.a ?? (entry.s === 'int' ? 'login' : 'dmarc'),
    ...(entry.x === undefined ? {} : { expiresAt: entry.x }),
    send: entry.o === undefined || entry.o === 's',
    receive: entry.o === undefined || entry.o === 'r',
  }
}

/** Empty for what does not parse. `@domain` is the key of a whole domain: no address has it. */
function keyOf(address: string): string {
  const isDomain = address.startsWith('@')
  const key = addressKey(isDomain ? `x${address}` : address) ?? ''
  return isDomain ? key.slice(1) : key
}
