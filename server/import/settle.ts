/** Which address of a person counts, and who has one that several rows claim: the list's own word goes first. */
import { refusal } from '../ground/refusals.ts'
import { readAddress } from '../lists/contact.ts'
import {
  type ExistingContact,
  type ImportedContact,
  type ImportFault,
  keyOf,
  type LeftOut,
  placeOf,
  toldOf,
} from './contact.ts'

type Settled = {
  readonly contacts: readonly ImportedContact[]
  readonly left: readonly LeftOut[]
  readonly warnings: readonly ImportFault[]
}

/** What a contact is known by in its source. */
export function identityOf({ externalId, address }: ExistingContact): string {
  return externalId ?? keyOf(address)
}

/** Each address and each identifier once, with the address by which the person is listed where the source still has it. */
export function settle(
  imported: readonly ImportedContact[],
  own: readonly ExistingContact[],
  unicode: boolean,
): Settled {
  const listed = new Map(own.map((contact) => [identityOf(contact), contact]))
  const left: LeftOut[] = []
  const warnings: ImportFault[] = []
  const found = imported.flatMap((one) => {
    const before = beforeOf(one, listed)
    const contact = before ? asListed(one, before) : one
    const address = readAddress(contact.address, unicode)
    const isUnsure = contact.hasUnread === true && before && keyOf(before.address) !== keyOf(contact.address)
    if (!address.ok) left.push(leftOut(one, toldOf(address)))
    else if (isUnsure) left.push(leftOut(one, toldOf(refusal('rowUnsure', before.address))))
    else return [{ contact, isListed: before !== undefined && keyOf(before.address) === address.value.key }]
    return []
  })
  const taken = new Map<string, ImportedContact>()
  // Whoever has an address already keeps it, wherever the row stands.
  for (const { contact } of found.toSorted((a, b) => Number(b.isListed) - Number(a.isListed))) {
    const identities = [`address ${keyOf(contact.address)}`, `identifier ${contact.externalId}`]
    const twice = identities.find((identity) => taken.has(identity))
    const first = twice === undefined ? undefined : taken.get(twice)
    if (first) left.push(leftOut(contact, toldOf(refusal('rowTwice', contact.address, wordsOf(`${twice}`, first)))))
    else for (const identity of identities) taken.set(identity, contact)
  }
  const kept = new Set(taken.values())
  const contacts = found.flatMap(({ contact }) => (kept.has(contact) ? [contact] : []))
  for (const contact of contacts) if (contact.others) warnings.push(severalOf(contact, contact.others))
  return { contacts: contacts.map(({ others: _others, hasUnread: _unread, ...contact }) => contact), left, warnings }
}

/** By its identifier; where that is only an address, by any address that it has. */
function beforeOf(
  { externalId, address, others = [] }: ImportedContact,
  listed: ReadonlyMap<string, ExistingContact>,
): ExistingContact | undefined {
  const before = listed.get(externalId)
  if (before || externalId !== keyOf(address)) return before
  return others.map((other) => listed.get(keyOf(other))).find((one) => one !== undefined)
}

/** A second address never takes the place of the listed one. */
function asListed(contact: ImportedContact, before: ExistingContact): ImportedContact {
  const { address, others = [] } = contact
  const same = others.find((other) => keyOf(other) === keyOf(before.address))
  const known = { ...contact, externalId: identityOf(before) }
  if (same === undefined) return known
  return { ...known, address: same, others: [address, ...others.filter((other) => other !== same)] }
}

function leftOut(contact: ImportedContact, told: Pick<ImportFault, 'why' | 'code' | 'what'>): LeftOut {
  return { ...whereOf(contact), ...told, identity: contact.externalId }
}

function severalOf(contact: ImportedContact, others: readonly string[]): ImportFault {
  const { address } = contact
  return {
    ...whereOf(contact),
    why: `several addresses: ${address} is taken, left out: ${others.join(', ')}`,
    code: 'rowAddresses',
    what: others.join(', '),
  }
}

/** Directories have no lines: the name tells who it is. */
function whereOf(contact: ImportedContact): Omit<ImportFault, 'why'> {
  return contact.line === undefined ? { where: contact.name } : placeOf(contact)
}

function wordsOf(identity: string, first: ImportedContact): string {
  const place = first.line === undefined ? `as ${JSON.stringify(first.name)}` : `in line ${first.line}`
  return `the ${identity} occurs twice: first ${place}`
}
