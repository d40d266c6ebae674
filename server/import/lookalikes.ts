/** New addresses that look like another contact's (guard.md I9): for a person to look at, never a reason to refuse. */
import { parseAddress } from '../../shared/address.ts'
import type { ContactInput } from '../../shared/administration/change.ts'
import type { ListedContact } from '../../shared/guard.ts'
import { createLookalikes } from '../../shared/lookalike.ts'
import { type ImportedContact, type ImportFault, keyOf, maxToldFaults, placeOf } from './contact.ts'

/** Each new contact against those that stay and against the other new ones; each pair is told once. */
export function lookalikeWarnings(
  fresh: readonly ImportedContact[],
  kept: readonly Readonly<ContactInput>[],
): readonly ImportFault[] {
  const like = createLookalikes(new Map([...kept, ...fresh].map(listedOf).map((contact) => [contact.key, contact])))
  const told = new Map<string, ImportFault>()
  for (const contact of fresh) {
    if (told.size >= maxToldFaults) break
    const address = parseAddress(contact.address, { unicode: true })
    const other = address.ok ? like(address.value, contact.name, address.value.key) : undefined
    if (!address.ok || !other) continue
    const pair = [address.value.key, other.key].sort().join(' ')
    if (told.has(pair)) continue
    told.set(pair, { ...placeOf(contact), why: `${contact.address} looks like ${other.name} <${other.address}>` })
  }
  return [...told.values()]
}

/** Only name and address are looked at. */
function listedOf({ name, address }: Readonly<ContactInput>, index: number): ListedContact {
  const rest = { scope: 'external', level: 'dmarc', send: true, receive: true } as const
  return { id: String(index), name, address, key: keyOf(address), ...rest }
}
