/** What a change of entries, rules or people does to one list: the operations, the leaves after it, the rows to flip. Pure. */
import {
  type CardDifference,
  type CardSet,
  type Leaves,
  leavesOf,
  setDifference,
  viewDifference,
} from '../organisation/card-set.ts'
import type { Organisation } from '../organisation/organisation.ts'
import { type SharedCards, sharedCards } from '../organisation/shared-cards.ts'
import type { OwnLeaf } from '../store/lists.ts'
import type { EntryRow } from '../store/tables.ts'
import type { Planned } from './changes.ts'
import { addressKeys } from './contents.ts'
import { oncePerPair } from './once-per-pair.ts'

/**
 * The organisation before and after a change, with what all lists need of the two. They are the same object where a
 * change touches nothing but lists' own entries.
 */
export type OrganisationStep = {
  readonly before: Organisation
  readonly after: Organisation
  readonly cardsBefore: SharedCards
  readonly cardsAfter: SharedCards
  /** Whether the change may show own entries that were hidden, or hide some that showed. */
  readonly isHidingMoved: boolean
  /** Tells what differs between two sets of cards. It is worked out once for each pair. */
  readonly between: (before: CardSet, after: CardSet) => CardDifference
}

/** A step of the organisation, with what many lists share of it worked out once. */
export function stepBetween(before: Organisation, after: Organisation): OrganisationStep {
  const cardsBefore = sharedCards(before)
  const cardsAfter = before === after ? cardsBefore : sharedCards(after)
  // Thousands of users see the same two sets of cards; their difference is worked out for the first of them only.
  const between = oncePerPair(setDifference)
  return { before, after, cardsBefore, cardsAfter, isHidingMoved: hidingOf(before) !== hidingOf(after), between }
}

/** All that decides whether own entries show, as one text. While it stays the same, no list's rows need looking at. */
function hidingOf({ denials, disabled }: Organisation): string {
  return JSON.stringify([denials.fingerprint, [...disabled].sort()])
}

/** The step of a change that touches nothing but the list itself. */
export function standing(organisation: Organisation): OrganisationStep {
  return stepBetween(organisation, organisation)
}

/** All that the difference of one list is computed from; own rows and texts are read under the list's lock. */
type ListFacts = {
  readonly user: string
  /** The user's own rows before the change. */
  readonly own: readonly OwnLeaf[]
  /** Texts of own rows by key: those that the wishes name and those that `flippedBy` names. */
  readonly texts: ReadonlyMap<string, EntryRow>
  readonly planned: Planned
  readonly step: OrganisationStep
}

/** What one list's next version is made of: `issue` writes rows from it, signs its root and keeps its operations. */
export type ListDifference = {
  /** Ids that go, and texts of entries that come or change. */
  readonly removals: readonly string[]
  readonly additions: readonly string[]
  readonly changes: readonly string[]
  /** Texts of the entries that go or change, as they were. */
  readonly before: readonly string[]
  /** Hashes of all entries after the change, in order of id: the state root is computed over them (protocol.md 3.3). */
  readonly leaves: Leaves
  /** By how many bytes the list grows. */
  readonly bytes: number
  /** Rows as they are to be written: `denied` by the rules after the change. */
  readonly puts: readonly EntryRow[]
  readonly flipped: { readonly denied: readonly string[]; readonly admitted: readonly string[] }
}

/** The user's own rows that no wish touches and that the change keeps out, or lets in, all the same. */
export function flippedBy(
  own: readonly OwnLeaf[],
  { user, planned, step }: Pick<ListFacts, 'user' | 'planned' | 'step'>,
): readonly OwnLeaf[] {
  if (!step.isHidingMoved) return []
  return own.filter(
    (row) =>
      !planned.puts.has(row.id) && !planned.removed.has(row.id) && row.denied !== deniedIn(step.after, user, row),
  )
}

/**
 * 1 where a row must not show, else 0: a rule denies it, or it came by a request and its account is disabled. A shared
 * card of a disabled account goes in the same way.
 */
function deniedIn(
  { denials, disabled }: Organisation,
  user: string,
  { key, source }: Pick<EntryRow, 'key' | 'source'>,
): number {
  return denials.find(user, key) || (source === 'request' && disabled.has(key)) ? 1 : 0
}

/** What the step and the list's own changes come to for one list. */
export function differenceOf(facts: ListFacts): ListDifference {
  const tally = new Tally()
  const puts = ownDifference(facts, tally)
  const flips = flippedBy(facts.own, facts)
  for (const row of flips) {
    const { id, json } = textOf(facts.texts.get(row.key))
    if (row.denied === 1) tally.add(json)
    else tally.remove(id, json)
  }
  const { user, own, step } = facts
  // An own entry goes before a card of the same address, so the cards that show depend on the own entries before and
  // after.
  const ownAfter = rowsAfter(facts, puts, flips)
  const before = step.cardsBefore.of(user, addressKeys(own.filter((row) => row.denied === 0)))
  const after = step.cardsAfter.of(user, addressKeys(ownAfter))
  tally.addCards(viewDifference(before, after, step.between(before.set, after.set)))
  return {
    ...tally.result(),
    leaves: leavesOf(after, ownAfter),
    puts,
    flipped: {
      denied: flips.filter((row) => row.denied === 0).map((row) => row.id),
      admitted: flips.filter((row) => row.denied === 1).map((row) => row.id),
    },
  }
}

/** The user's own entries: what the wishes put and removed, where the rules let it show. */
function ownDifference({ user, own, texts, planned, step }: ListFacts, tally: Tally): readonly EntryRow[] {
  const before = new Map(own.map((row) => [row.id, row]))
  const textById = new Map([...texts.values()].map((row) => [row.id, row]))
  const wasShown = (id: string) => before.get(id)?.denied === 0
  for (const id of planned.removed) if (wasShown(id)) tally.remove(id, textOf(textById.get(id)).json)
  const puts = [...planned.puts.values()].map((row) => ({ ...row, denied: deniedIn(step.after, user, row) }))
  for (const { id, json, denied } of puts) {
    const old = wasShown(id) ? textOf(textById.get(id)).json : undefined
    // A denied row is stored and not shown. To the client a row that becomes denied is removed, and one that shows
    // again is added.
    if (denied === 0 && old !== undefined) tally.change(old, json)
    else if (denied === 0) tally.add(json)
    else if (old !== undefined) tally.remove(id, old)
  }
  return puts
}

/** The own rows that show after the change: whoever showed and was not flipped, and whoever was hidden and was. */
function rowsAfter(
  { own, planned }: ListFacts,
  puts: readonly EntryRow[],
  flips: readonly OwnLeaf[],
): readonly Pick<OwnLeaf, 'id' | 'key' | 'leaf'>[] {
  const flipped = new Set(flips.map((row) => row.id))
  const kept = own.filter(
    (row) => !planned.puts.has(row.id) && !planned.removed.has(row.id) && (row.denied === 0) !== flipped.has(row.id),
  )
  return [...kept, ...puts.filter((row) => row.denied === 0)]
}

/** Gathers what comes, goes and changes. It works on canonical texts, so that no entry has to be parsed again. */
class Tally {
  readonly #removals: string[] = []
  readonly #additions: string[] = []
  readonly #changes: string[] = []
  readonly #before: string[] = []
  #bytes = 0

  add(json: string, bytes = Buffer.byteLength(json)): void {
    this.#additions.push(json)
    this.#bytes += bytes
  }

  change(old: string, json: string): void {
    this.#changes.push(json)
    this.#before.push(old)
    this.#bytes += Buffer.byteLength(json) - Buffer.byteLength(old)
  }

  remove(id: string, old: string, bytes = Buffer.byteLength(old)): void {
    this.#removals.push(id)
    this.#before.push(old)
    this.#bytes -= bytes
  }

  addCards({ added, changed, removed }: CardDifference): void {
    for (const { json, bytes } of added) this.add(json, bytes)
    for (const { from, to } of changed) this.change(from.json, to.json)
    for (const { id, json, bytes } of removed) this.remove(id, json, bytes)
  }

  result() {
    const [removals, additions, changes] = [this.#removals, this.#additions, this.#changes]
    return { removals, additions, changes, before: this.#before, bytes: this.#bytes }
  }
}

function textOf(row: EntryRow | undefined): EntryRow {
  if (row === undefined) throw new Error('a stored entry is missing')
  return row
}
