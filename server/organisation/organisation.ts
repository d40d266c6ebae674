/**
 * The organisation at one moment: people, groups, rules and cards, read whole and kept by its version. From it
 * `shared-cards.ts` tells which cards each user sees, and `denials.ts` what nobody may list.
 */

import type { RuleRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'
import { type Card, cardOf, userCardId } from './cards.ts'
import { type Denials, denialsOf } from './denials.ts'
import { defaultPolicy, type OrganisationPolicy, organisationPolicySchema } from './policy.ts'
import type { Belonging } from './units.ts'

/** A user as the rules see it: nothing secret, and no device. */
export type Person = Belonging & {
  readonly name: string
  readonly address: string
  /** ASCII-folded. */
  readonly key: string
  readonly isActive: boolean
  readonly sponsor: string
  readonly card: Card | undefined
}

/** A rule with the card that it makes, where its kind has one. */
export type Rule = RuleRow & { readonly card: Card | undefined }

/** All that decides who lists whom. It is never changed: the next version is another object. */
export type Organisation = {
  readonly version: number
  readonly policy: OrganisationPolicy
  readonly people: ReadonlyMap<string, Person>
  /** Titles by id. */
  readonly groups: ReadonlyMap<string, string>
  readonly rules: readonly Rule[]
  readonly denials: Denials
  /** Addresses, folded, of accounts that are disabled. */
  readonly disabled: ReadonlySet<string>
  /** Whoever each sponsor answers for. */
  readonly guests: ReadonlyMap<string, readonly Person[]>
}

/** Reads all of it; `store` must be of one moment, a snapshot or a transaction. */
export async function loadOrganisation(store: Store): Promise<Organisation> {
  const { users, organisation } = store
  const cards = new Map((await organisation.cards()).map((row) => [row.id, cardOf(row)]))
  const members = groupsByUser(await organisation.members())
  const people = new Map((await users.all()).map((user) => [user.id, personOf(user, members, cards)]))
  const rows = await organisation.rules()
  return {
    version: await organisation.version(),
    policy: policyFrom(await organisation.policy()),
    people,
    groups: new Map((await organisation.groups()).map(({ id, title }) => [id, title])),
    rules: rows.map((row) => ({ ...row, card: cards.get(`${row.kind === 'deny' ? 'x' : 'd'}.${row.id}`) })),
    denials: denialsOf(rows),
    disabled: new Set([...people.values()].filter(({ isActive }) => !isActive).map(({ key }) => key)),
    guests: guestsOf(people),
  }
}

/** Settings as stored; what an older program did not know has its default. */
export function policyFrom(text: string | undefined): OrganisationPolicy {
  return text === undefined ? defaultPolicy : organisationPolicySchema.parse(JSON.parse(text))
}

function personOf(
  user: UserRow,
  members: ReadonlyMap<string, ReadonlySet<string>>,
  cards: ReadonlyMap<string, Card>,
): Person {
  return {
    user: user.id,
    name: user.name,
    address: user.address,
    key: user.address_key,
    scope: user.scope,
    isActive: user.state === 'active',
    department: user.department,
    sponsor: user.sponsor,
    groups: members.get(user.id) ?? none,
    card: cards.get(userCardId(user.id)),
  }
}

const none: ReadonlySet<string> = new Set()

function groupsByUser(members: readonly { readonly group: string; readonly user: string }[]) {
  const groups = new Map<string, Set<string>>()
  for (const { group, user } of members) groups.set(user, (groups.get(user) ?? new Set()).add(group))
  return groups
}

function guestsOf(people: ReadonlyMap<string, Person>): ReadonlyMap<string, readonly Person[]> {
  const guests = new Map<string, Person[]>()
  for (const person of people.values()) {
    if (person.sponsor !== '') guests.set(person.sponsor, [...(guests.get(person.sponsor) ?? []), person])
  }
  return guests
}

/** The organisation as of now, for whoever asks often. */
export type Organisations = { of(store: Store): Promise<Organisation> }

/** Kept for the process: its version is read each time, the rest only when that moved. Not for a transaction that changes it. */
export function createOrganisations(): Organisations {
  let kept: Organisation | undefined
  return {
    async of(store) {
      // Another process may have changed it; its number in the store tells, and is one row to read.
      if (kept?.version === (await store.organisation.version())) return kept
      const loaded = await store.snapshot(loadOrganisation)
      kept = loaded
      return loaded
    },
  }
}
