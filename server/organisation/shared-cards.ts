/** Which cards a user's list shares with others, by the organisation's rules. */
import { type CardSet, type CardView, cardSet, noCards } from './card-set.ts'
import type { Card } from './cards.ts'
import type { Organisation, Person, Rule } from './organisation.ts'
import { isIn, type Unit } from './units.ts'

/** Why one user lists another; the words of `kith-server why`. */
export type Reason =
  | { readonly rule: 'everyone' }
  | { readonly rule: 'department'; readonly name: string }
  | { readonly rule: 'group'; readonly name: string }
  | { readonly rule: 'open'; readonly id: string; readonly a: Unit; readonly b: Unit }
  | { readonly rule: 'guest'; readonly sponsor: string }

type Way = { readonly unit: Unit; readonly reason: Reason }

/** The units whose people a user lists, each with the rule that says so. */
function waysOf({ policy, rules }: Organisation, viewer: Person): readonly Way[] {
  const ways: Way[] = []
  // Guests are not in it: an outsider sees only those whom a group, a rule or a sponsor opens.
  if (policy.everyone && viewer.scope === 'internal') ways.push({ unit: 'all', reason: { rule: 'everyone' } })
  const { department: name } = viewer
  if (policy.departments && name !== '' && viewer.scope === 'internal')
    ways.push({ unit: `department:${name}`, reason: { rule: 'department', name } })
  for (const group of viewer.groups) ways.push({ unit: `group:${group}`, reason: { rule: 'group', name: group } })
  for (const { kind, id, a, b } of rules) {
    if (kind !== 'open') continue
    const reason: Reason = { rule: 'open', id, a, b }
    if (isIn(viewer, a)) ways.push({ unit: b, reason })
    if (isIn(viewer, b)) ways.push({ unit: a, reason })
  }
  return ways
}

/** Every rule by which the viewer lists the other; deny rules aside. */
export function reasonsFor(organisation: Organisation, viewer: Person, other: Person): readonly Reason[] {
  if (viewer.user === other.user || !other.isActive) return []
  const ways = waysOf(organisation, viewer).filter(({ unit }) => isIn(other, unit))
  const reasons = ways.map(({ reason }) => reason)
  if (other.sponsor === viewer.user || viewer.sponsor === other.user)
    reasons.push({ rule: 'guest', sponsor: other.sponsor === viewer.user ? viewer.user : other.user })
  return reasons
}

/** Which cards a user's list shows, for all users of one organisation. */
export type SharedCards = {
  /** `own`: folded addresses of the user's own entries, which go before the shared ones. */
  of(user: string, own: ReadonlySet<string>): CardView
}

/** Made for one organisation: people whom the same rules serve share one set. */
export function sharedCards(organisation: Organisation): SharedCards {
  const sets = new Map<string, CardSet>()
  const setOf = (units: readonly Unit[]): CardSet => {
    // Whoever has the same units has the same cards: a department of a thousand is one set and not a thousand.
    const key = units.join('\n')
    const kept = sets.get(key) ?? cardSet(cardsOfUnits(organisation, units))
    sets.set(key, kept)
    return kept
  }
  return {
    of(user, own) {
      const viewer = organisation.people.get(user)
      if (!viewer) return noCards
      const set = setOf([...new Set(waysOf(organisation, viewer).map(({ unit }) => unit))].sort())
      const alone = individuals(organisation, viewer).filter(
        ({ isActive, card, key }) =>
          isActive && card && !set.places.has(card.id) && !own.has(key) && !organisation.denials.find(user, key),
      )
      const extra = [...alone.flatMap(({ card }) => card ?? []), ...domainCards(organisation, viewer, own)]
      return { set, hidden: hiddenOf(set, viewer, { own, organisation }), extra: extra.sort(byCardId) }
    },
  }
}

type Hiding = { readonly own: ReadonlySet<string>; readonly organisation: Organisation }

/** The viewer's own card, those that own entries go before, and those that a rule denies to this viewer. */
function hiddenOf(set: CardSet, viewer: Person, { own, organisation }: Hiding): ReadonlySet<string> {
  const hidden = new Set<string>()
  const hide = (card: Card | undefined) => card && hidden.add(card.id)
  hide(set.byKey.get(viewer.key))
  for (const key of own) hide(set.byKey.get(key))
  for (const denied of organisation.denials.ofUser(viewer.user)) {
    if (!denied.startsWith('@')) hide(set.byKey.get(denied))
    else for (const card of set.cards) if (card.key.endsWith(denied)) hide(card)
  }
  return hidden
}

/** Without those that are denied to all: one set stays right for many lists. */
function cardsOfUnits({ people, denials }: Organisation, units: readonly Unit[]): readonly Card[] {
  if (units.length === 0) return []
  return [...people.values()]
    .filter((person) => person.isActive && units.some((unit) => isIn(person, unit)) && !denials.find('', person.key))
    .flatMap(({ card }) => card ?? [])
}

/** Each once: two may answer for each other. */
function individuals({ guests, people }: Organisation, viewer: Person): readonly Person[] {
  const sponsor = people.get(viewer.sponsor)
  const all = new Set([...(guests.get(viewer.user) ?? []), ...(sponsor ? [sponsor] : [])])
  return [...all].filter((person) => person !== viewer)
}

/** Open domains, and the addresses in them that stay closed. */
function domainCards(
  { rules, policy, denials }: Organisation,
  viewer: Person,
  own: ReadonlySet<string>,
): readonly Card[] {
  const isOpen = (rule: Rule) =>
    rule.kind === 'domain' &&
    policy.domains &&
    isIn(viewer, rule.b) &&
    !own.has(rule.a) &&
    !denials.find(viewer.user, rule.a)
  const open = rules.filter(isOpen)
  const domains = new Set([...open.map((rule) => rule.a), ...[...own].filter((key) => key.startsWith('@'))])
  if (domains.size === 0) return []
  // A closed address has a card of its own, since its domain's card would admit it otherwise.
  const closed = rules.filter(
    ({ kind, a, b }) =>
      kind === 'deny' &&
      (b === '' || b === viewer.user) &&
      !a.startsWith('@') &&
      domains.has(a.slice(a.lastIndexOf('@'))),
  )
  return [...open, ...closed].flatMap(({ card }) => card ?? [])
}

/** By code unit, as the client sorts. */
function byCardId(a: Card, b: Card): number {
  return a.id < b.id ? -1 : 1
}
