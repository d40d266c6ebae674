/** Why an address is, or is not, in a user's list: `kith-server why`, and the same on screen. */

import type { Change } from '../../shared/administration/change.ts'
import { type Done, refusal } from '../ground/refusals.ts'
import { entryFromText } from '../lists/changes.ts'
import { contactOfEntryRow, readAddress } from '../lists/contact.ts'
import { contentsOf } from '../lists/contents.ts'
import { loadOrganisation, type Organisation, type Person } from '../organisation/organisation.ts'
import { type Reason, reasonsFor } from '../organisation/shared-cards.ts'
import { isIn } from '../organisation/units.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow } from '../store/tables.ts'
import { changeOfRule } from './changes/rules.ts'

/** One thing that puts an address into the list; `Reason` are those that cards have. */
type Admission =
  | Reason
  /** An entry of the user's own. `source`: empty by hand. */
  | { readonly rule: 'entry'; readonly source: string }
  | { readonly rule: 'domain'; readonly id: string; readonly domain: string }
  | { readonly rule: 'self' }

/** Whether one address is in one user's list, and everything that bears on it: what the page shows and `why` prints. */
export type Explanation = {
  readonly user: string
  readonly address: string
  /** Whether the list in force has the address. */
  readonly listed: boolean
  /** What admits it, were it not for `denied`. */
  readonly admitted: readonly Admission[]
  readonly denied?: { readonly id: string; readonly rule: Change }
  readonly expired?: number
  readonly direction?: 'send' | 'receive'
  readonly proof?: string
}

type Question = {
  readonly user: string
  readonly address: string
  readonly now: number
  readonly unicode: boolean
}

/**
 * Explains one address in one user's list. `now`: milliseconds since the epoch. Refused where there is no such user,
 * or it is no address.
 */
export function explain(store: Store, { user, address, now, unicode }: Question): Promise<Done<Explanation>> {
  return store.snapshot(async (inside) => {
    const read = readAddress(address, unicode)
    if (!read.ok) return read
    const organisation = await loadOrganisation(inside)
    const viewer = organisation.people.get(user)
    const list = await inside.lists.ofUser(user)
    if (!viewer || !list) return refusal('unknownUser', user)
    const { key, text } = read.value
    const own = (await inside.lists.entriesByKeys(list.id, [key, domainOf(key)])).map((row) => row)
    const other = [...organisation.people.values()].find((person) => person.key === key)
    const denial = organisation.denials.find(user, key)
    // From the list itself, not from the rules again: what is told must be what devices have.
    const contents = await contentsOf(inside, list, organisation)
    // An entry of the very address goes before that of its domain (protocol.md 3.2).
    const entry = contents.find((one) => one.key === key) ?? contents.find((one) => one.key === domainOf(key))
    const shown = entry && contactOfEntryRow(entryFromText(entry.json))
    const expires = typeof shown?.expires === 'number' && shown.expires <= now ? shown.expires : undefined
    const isClosed = entry !== undefined && entryFromText(entry.json).o === 'n'
    return {
      ok: true,
      value: {
        user,
        address: text,
        listed: (viewer.key === key || (shown !== undefined && !isClosed)) && expires === undefined,
        admitted: admissionsOf(organisation, viewer, { key, own, other }),
        ...(denial ? { denied: { id: denial.id, rule: changeOfRule(denial) } } : {}),
        ...(expires === undefined ? {} : { expired: expires }),
        ...(shown?.direction === 'send' || shown?.direction === 'receive' ? { direction: shown.direction } : {}),
        ...(shown?.proof === undefined ? {} : { proof: shown.proof }),
      },
    }
  })
}

type Asked = {
  /** Folded address. */
  readonly key: string
  /** The viewer's own entries of it. */
  readonly own: readonly EntryRow[]
  /** Whose account it is. */
  readonly other: Person | undefined
}

/** What puts an address into the viewer's list, deny rules aside. */
export function admissionsOf(
  organisation: Organisation,
  viewer: Person,
  { key, own, other }: Asked,
): readonly Admission[] {
  const self: readonly Admission[] = viewer.key === key ? [{ rule: 'self' }] : []
  const entries = own.map(({ source }): Admission => ({ rule: 'entry', source }))
  const shared = other ? reasonsFor(organisation, viewer, other) : []
  const domains = organisation.rules.flatMap(({ kind, id, a, b }): readonly Admission[] =>
    kind === 'domain' && organisation.policy.domains && a === domainOf(key) && isIn(viewer, b)
      ? [{ rule: 'domain', id, domain: a }]
      : [],
  )
  return [...self, ...entries, ...shared, ...domains]
}

function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@'))
}
