/** The people of a document, and their contacts: the part of `changesOf` that compares them with the present state. */

import type { ChangeOf, ContactChanges, ContactInput } from '../../../shared/administration/change.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contactOfEntryRow, entryOf, plainLine, readAddress, readExpiry } from '../../lists/contact.ts'
import type { EntryRow, UserRow } from '../../store/tables.ts'
import { isOwn } from '../last-use.ts'
import type { DocumentDraft } from './document-draft.ts'
import { type DocumentPerson, factsOf, type OrganisationDocument, type PresentState } from './document.ts'

/** A person as the document wants it, in the form of a row. */
type WantedPerson = Pick<UserRow, 'id' | 'scope' | 'name' | 'address' | 'address_key'> &
  Pick<UserRow, 'department' | 'sponsor' | 'expires' | 'state'> & {
    readonly place: string
    readonly contacts: readonly ContactInput[] | undefined
  }

type PlannedPeople = {
  readonly people: readonly WantedPerson[]
  readonly logins: ReadonlySet<string>
  /** Scope of every account by folded address, once the document is in force. */
  readonly accounts: ReadonlyMap<string, UserRow['scope']>
}

/** Plans users and guests: added, changed, and with `prune` disabled. Faults go into the draft. */
export function planPeople(state: PresentState, document: OrganisationDocument, draft: DocumentDraft): PlannedPeople {
  const given = [
    ...(document.users ?? []).map((person, index) => ({
      person,
      scope: 'internal' as const,
      place: `users[${index}]`,
    })),
    ...(document.guests ?? []).map((person, index) => ({
      person,
      scope: 'external' as const,
      place: `guests[${index}]`,
    })),
  ]
  const before = new Map(state.users.map((user) => [user.id, user]))
  const logins = new Set([...before.keys(), ...given.map(({ person }) => person.user)])
  const [seen, addresses] = [new Map<string, string>(), new Map<string, string>()]
  const people: WantedPerson[] = []
  for (const { person, scope, place } of given) {
    const wanted = readPerson(state, person, { scope, place, draft, logins })
    if (!wanted || !draft.once(seen, wanted.id, `${place}.user`)) continue
    if (!draft.once(addresses, wanted.address_key, `${place}.address`)) continue
    const old = before.get(wanted.id)
    // No change can do that: cards, proofs and rules of the account rest on its scope.
    if (old && old.scope !== scope) draft.refuse(`${place}.user`, `${old.id} is ${old.scope}, and stays so`)
    else people.push(wanted)
  }
  writePeople(before, people, draft)
  if (draft.prune) disableOthers(state, document, { draft, seen })
  const after = new Map([...before.values(), ...people].map((person) => [person.id, person]))
  return { people, logins, accounts: new Map([...after.values()].map((one) => [one.address_key, one.scope])) }
}

type Reading = Pick<WantedPerson, 'scope' | 'place'> & {
  readonly draft: DocumentDraft
  readonly logins: ReadonlySet<string>
}

function readPerson(state: PresentState, person: DocumentPerson, reading: Reading): WantedPerson | undefined {
  const { scope, place, draft, logins } = reading
  const { user: id, department = '', sponsor = '', contacts } = person
  const address = readAddress(person.address ?? `${id}@${state.domain}`, state.unicode)
  const expires = readExpiry(String(person.expires ?? 'never'))
  if (!address.ok) draft.refuse(`${place}.address`, address.why)
  if (!expires.ok) draft.refuse(`${place}.expires`, expires.why)
  if (sponsor !== '' && !logins.has(sponsor))
    draft.refuse(`${place}.sponsor`, `there is no user ${JSON.stringify(sponsor)}`)
  if (!address.ok || !expires.ok) return undefined
  return {
    id,
    scope,
    name: plainLine(person.name),
    address: address.value.text,
    address_key: address.value.key,
    department: plainLine(department),
    sponsor,
    expires: expires.value ?? 0,
    state: person.disabled === true ? 'disabled' : 'active',
    place,
    contacts,
  }
}

/** First the changes that free an address, then those that take it; sponsors last, when everybody is there. */
function writePeople(
  before: ReadonlyMap<string, UserRow>,
  people: readonly WantedPerson[],
  draft: DocumentDraft,
): void {
  for (const person of inOrder(before, people)) {
    const old = before.get(person.id)
    if (old) writeChanges(old, person, draft)
    else writeNew(person, draft)
    const state = old?.state ?? 'active'
    if (state === person.state) continue
    draft.add(person.place, { op: person.state === 'disabled' ? 'user.disable' : 'user.enable', user: person.id })
  }
  for (const { id: user, sponsor, place } of people)
    if (sponsor !== (before.get(user)?.sponsor ?? ''))
      draft.add(`${place}.sponsor`, { op: 'user.set', user, changes: { sponsor } })
}

/**
 * The order in which people can be written one after the other: whoever takes an address comes after whoever gives it
 * up.
 */
function inOrder(before: ReadonlyMap<string, UserRow>, people: readonly WantedPerson[]): readonly WantedPerson[] {
  const holders = new Map([...before.values()].map((user) => [user.address_key, user.id]))
  const ordered: WantedPerson[] = []
  let waiting = [...people]
  for (let left = -1; waiting.length !== left;) {
    left = waiting.length
    const blocked: WantedPerson[] = []
    for (const person of waiting) {
      const holder = holders.get(person.address_key)
      if (holder !== undefined && holder !== person.id) {
        blocked.push(person)
        continue
      }
      const old = before.get(person.id)
      if (old) holders.delete(old.address_key)
      holders.set(person.address_key, person.id)
      ordered.push(person)
    }
    waiting = blocked
  }
  // Two who swap their addresses: the change says so, with its place.
  return [...ordered, ...waiting]
}

function writeNew(person: WantedPerson, draft: DocumentDraft): void {
  const { id: user, scope, name, address, department, expires, place } = person
  draft.add(place, {
    op: 'user.add',
    user,
    scope,
    name,
    address,
    ...(department === '' ? {} : { department }),
    ...(expires === 0 ? {} : { expires }),
  })
}

function writeChanges(old: UserRow, person: WantedPerson, draft: DocumentDraft): void {
  const { id: user, name, address, department, expires, place } = person
  const changes: ChangeOf<'user.set'>['changes'] = {
    ...(name === old.name ? {} : { name }),
    ...(address === old.address ? {} : { address }),
    ...(department === old.department ? {} : { department }),
    ...(expires === old.expires ? {} : { expires: expires === 0 ? 'never' : expires }),
  }
  if (Object.keys(changes).length > 0) draft.add(place, { op: 'user.set', user, changes })
}

type Others = { readonly draft: DocumentDraft; readonly seen: ReadonlyMap<string, string> }

function disableOthers(state: PresentState, { users, guests }: OrganisationDocument, { draft, seen }: Others): void {
  for (const { id: user, scope, state: now } of state.users) {
    const section = scope === 'internal' ? users : guests
    if (section && now === 'active' && !seen.has(user))
      draft.add(scope === 'internal' ? 'users' : 'guests', { op: 'user.disable', user })
  }
}

/** Plans the entries of those people whose contacts the document names. */
export function planContacts(state: PresentState, { people, accounts }: PlannedPeople, draft: DocumentDraft): void {
  for (const person of people) {
    if (!person.contacts) continue
    const left = new Map((state.entries.get(person.id) ?? []).map((row) => [row.key, row]))
    const wanted = readContacts(state, person, draft)
    for (const { key } of wanted) left.delete(key)
    if (draft.prune)
      for (const row of left.values())
        if (isOwn(row.source))
          draft.add(`${person.place}.contacts`, {
            op: 'contact.remove',
            user: person.id,
            address: entryFromText(row.json).m,
          })
    const rows = new Map((state.entries.get(person.id) ?? []).map((row) => [row.key, row]))
    for (const one of wanted)
      writeContact(one, {
        user: person.id,
        row: rows.get(one.key),
        facts: factsOf(accounts, state.domain, one.key),
        draft,
      })
  }
}

type WantedContact = {
  readonly place: string
  readonly key: string
  readonly text: string
  readonly contact: ContactInput
}

function readContacts(state: PresentState, person: WantedPerson, draft: DocumentDraft): readonly WantedContact[] {
  const seen = new Map<string, string>()
  return (person.contacts ?? []).flatMap((contact, index): readonly WantedContact[] => {
    const place = `${person.place}.contacts[${index}]`
    const address = readAddress(contact.address, state.unicode)
    if (!address.ok) {
      draft.refuse(`${place}.address`, address.why)
      return []
    }
    const { key, text } = address.value
    return draft.once(seen, key, `${place}.address`) ? [{ place, key, text, contact }] : []
  })
}

type Writing = {
  readonly user: string
  readonly row: EntryRow | undefined
  readonly facts: ReturnType<typeof factsOf>
  readonly draft: DocumentDraft
}

function writeContact({ place, text, contact }: WantedContact, { user, row, facts, draft }: Writing): void {
  const entry = entryOf({ id: row?.id ?? 'c0', rev: row?.rev ?? 1 }, { ...contact, address: text }, facts)
  if (!entry.ok) draft.refuse(place, entry.why)
  else if (!row) draft.add(place, { op: 'contact.add', user, contact })
  else {
    const old = entryFromText(row.json)
    const changes = differences(contactOfEntryRow(old), contactOfEntryRow(entry.value))
    if (changes) draft.add(place, { op: 'contact.set', user, address: old.m, changes })
  }
}

/** What a field says where a contact does not have it. */
const empty = { nickname: '', remark: '', groups: [], proof: '', expires: 'never', direction: 'both' } as const

function differences(old: ContactInput, wanted: ContactInput): ContactChanges | undefined {
  const [before, after]: readonly Readonly<Record<string, unknown>>[] = [
    { ...empty, ...old },
    { ...empty, ...wanted },
  ]
  const changed = Object.entries(after ?? {}).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name]),
  )
  if (changed.length === 0) return undefined
  // Said always: another scope would bring a proof of its own.
  return { ...Object.fromEntries(changed), proof: wanted.proof ?? '' }
}
