/** New addresses that look like another contact's (guard.md I9): for a person to look at, never a reason to refuse. */
import { parseAddress } from '../../shared/address.ts'
import type { ListedContact } from '../../shared/guard.ts'
import { makeListView } from '../../shared/list-view.ts'
import type { ContactInput } from '../lists/contact.ts'
import { type ImportedContact, type ImportFault, keyOf, maxToldFaults, placeOf } from './contact.ts'

/**
 * Each new contact against those that stay, and against the other new ones. A view finds the contact itself too, so the
 * new ones are asked in halves: two different numbers differ in a bit, and there one is asked about the other.
 */
export function lookalikeWarnings(
  fresh: readonly ImportedContact[],
  kept: readonly Readonly<ContactInput>[],
): readonly ImportFault[] {
  const told = new Map<string, ImportFault>()
  askAbout(fresh, kept, told)
  for (let bit = 1; bit < fresh.length; bit *= 2) {
    const [zeros, ones] = [0, bit].map((value) => fresh.filter((_, index) => (index & bit) === value))
    askAbout(ones ?? [], zeros ?? [], told)
  }
  return [...told.values()]
}

function askAbout(
  fresh: readonly ImportedContact[],
  among: readonly Readonly<ContactInput>[],
  told: Map<string, ImportFault>,
): void {
  if (told.size >= maxToldFaults || fresh.length === 0 || among.length === 0) return
  const view = makeListView(among.map(listedOf))
  for (const contact of fresh) {
    if (told.size >= maxToldFaults) return
    const address = parseAddress(contact.address, { unicode: true })
    const like = address.ok ? view.similar(address.value, contact.name) : undefined
    if (!like) continue
    const pair = [keyOf(contact.address), like.key].sort().join(' ')
    if (told.has(pair)) continue
    told.set(pair, { ...placeOf(contact), why: `${contact.address} looks like ${like.name} <${like.address}>` })
  }
}

/** Only name and address are looked at. */
function listedOf({ name, address }: Readonly<ContactInput>, index: number): ListedContact {
  const rest = { scope: 'external', level: 'dmarc', send: true, receive: true } as const
  return { id: String(index), name, address, key: keyOf(address), ...rest }
}
