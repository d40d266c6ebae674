/** What a list holds: the user's own entries that no rule denies, and the cards that it shares with others. */
import { cardsIn } from '../organisation/card-set.ts'
import type { Organisation } from '../organisation/organisation.ts'
import { sharedCards } from '../organisation/shared-cards.ts'
import type { Store } from '../store/store.ts'
import type { ListRow } from '../store/tables.ts'

/**
 * One entry as the list holds it: `key` the folded address, `json` its canonical text, `leaf` that text's hash
 * (protocol.md 3.2).
 */
export type Content = { readonly id: string; readonly key: string; readonly json: string; readonly leaf: Uint8Array }

/** In order of id. Rows and organisation must be of one moment. */
export async function contentsOf(inside: Store, row: ListRow, organisation: Organisation): Promise<readonly Content[]> {
  const own = (await inside.lists.entries(row.id)).filter((entry) => entry.denied === 0)
  const cards = cardsIn(sharedCards(organisation).of(row.user, addressKeys(own)))
  return [...own, ...cards].sort(byId)
}

/** The address keys of rows. */
export function addressKeys(rows: readonly { readonly key: string }[]): ReadonlySet<string> {
  return new Set(rows.map((row) => row.key))
}

/** By code unit, as the client sorts: a database may have an order of its own. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
