/** What a change of entries, rules or people does to one list: the operations, the leaves after it, the rows to flip. Pure. */
import type { Entry } from '../../shared/whitelist/entry.ts'
import type { Card } from '../organisation/cards.ts'
import type { Organisation } from '../organisation/organisation.ts'
import type { SharedCards } from '../organisation/shared-cards.ts'
import type { OwnLeaf } from '../store/lists.ts'
import type { EntryRow } from '../store/tables.ts'
import { entryFromText, type Planned } from './changes.ts'
import { byId, keysOf } from './contents.ts'
import type { StoredOp } from './ops.ts'

export type OrganisationStep = {
  readonly before: Organisation
  readonly after: Organisation
  readonly cardsBefore: SharedCards
  readonly cardsAfter: SharedCards
}

export type ListFacts = {
  readonly usr: string
  /** The user's own rows before the change. */
  readonly own: readonly OwnLeaf[]
  /** Texts of own rows by key: those that the wishes name and those that `flippedBy` names. */
  readonly texts: ReadonlyMap<string, EntryRow>
  readonly planned: Planned
  readonly step: OrganisationStep
}

export type ListDifference = {
  readonly ops: readonly StoredOp[]
  readonly leaves: readonly Uint8Array[]
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** By how many bytes the list grows. */
  readonly bytes: number
  /** Rows as they are to be written: `denied` by the rules after the change. */
  readonly puts: readonly EntryRow[]
  readonly flipped: { readonly denied: readonly string[]; readonly admitted: readonly string[] }
}

/** Own rows, untouched by the wishes, that the deny rules now keep out or let in. */
export function flippedBy(
  own: readonly OwnLeaf[],
  { usr, planned, step }: Pick<ListFacts, 'usr' | 'planned' | 'step'>,
): readonly OwnLeaf[] {
  if (step.before.denials.fingerprint === step.after.denials.fingerprint) return []
  return own.filter(
    (row) =>
      !planned.puts.has(row.id) && !planned.removed.has(row.id) && row.denied !== deniedIn(step.after, usr, row.key),
  )
}

function deniedIn(organisation: Organisation, usr: string, key: string): number {
  return organisation.denials.find(usr, key) ? 1 : 0
}

export function differenceOf(facts: ListFacts): ListDifference {
  const tally = new Tally()
  const puts = ownDifference(facts, tally)
  const flips = flippedBy(facts.own, facts)
  for (const row of flips) {
    const entry = entryOf(facts.texts.get(row.key)?.json)
    if (row.denied === 1) tally.add(entry)
    else tally.remove(entry)
  }
  const ownAfter = rowsAfter(facts, puts, flips)
  const cards = cardsAround(facts, ownAfter)
  cardDifference(cards, tally)
  return {
    ...tally.result(),
    leaves: [...ownAfter, ...cards.after].sort(byId).map((row) => row.leaf),
    puts,
    flipped: {
      denied: flips.filter((row) => row.denied === 0).map((row) => row.id),
      admitted: flips.filter((row) => row.denied === 1).map((row) => row.id),
    },
  }
}

/** The user's own entries: what the wishes put and removed, where the rules let it show. */
function ownDifference({ usr, own, texts, planned, step }: ListFacts, tally: Tally): readonly EntryRow[] {
  const before = new Map(own.map((row) => [row.id, row]))
  const textById = new Map([...texts.values()].map((row) => [row.id, row.json]))
  const wasShown = (id: string) => before.get(id)?.denied === 0
  for (const id of planned.removed) if (wasShown(id)) tally.remove(entryOf(textById.get(id)))
  const puts = [...planned.puts.values()].map((row) => ({ ...row, denied: deniedIn(step.after, usr, row.key) }))
  for (const row of puts) {
    const entry = entryFromText(row.json)
    const old = wasShown(row.id) ? entryOf(textById.get(row.id)) : undefined
    if (row.denied === 0 && old) tally.change(old, entry)
    else if (row.denied === 0) tally.add(entry)
    else if (old) tally.remove(old)
  }
  return puts
}

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

type CardsAround = { readonly before: readonly Card[]; readonly after: readonly Card[] }

function cardsAround({ usr, own, step }: ListFacts, ownAfter: readonly { readonly key: string }[]): CardsAround {
  const ownBefore = own.filter((row) => row.denied === 0)
  return {
    before: step.cardsBefore.of(usr, keysOf(ownBefore)),
    after: step.cardsAfter.of(usr, keysOf(ownAfter)),
  }
}

/** One walk over both in order of id. */
function cardDifference({ before, after }: CardsAround, tally: Tally): void {
  let at = 0
  for (const card of after) {
    let old = before[at]
    while (old && old.id < card.id) {
      tally.remove(entryFromText(old.json), old.bytes)
      old = before[++at]
    }
    if (old?.id !== card.id) tally.add(entryFromText(card.json), card.bytes)
    else {
      if (old.json !== card.json) tally.change(entryFromText(old.json), entryFromText(card.json))
      at += 1
    }
  }
  for (const old of before.slice(at)) tally.remove(entryFromText(old.json), old.bytes)
}

class Tally {
  readonly #removals: StoredOp[] = []
  readonly #puts: StoredOp[] = []
  #added = 0
  #changed = 0
  #bytes = 0

  add(e: Entry, bytes = bytesOf(e)): void {
    this.#puts.push({ op: 'add', e })
    this.#added += 1
    this.#bytes += bytes
  }

  change(old: Entry, e: Entry): void {
    this.#puts.push({ op: 'put', e })
    this.#changed += 1
    this.#bytes += bytesOf(e) - bytesOf(old)
  }

  remove(old: Entry, bytes = bytesOf(old)): void {
    this.#removals.push({ op: 'del', id: old.id })
    this.#bytes -= bytes
  }

  result() {
    return {
      ops: [...this.#removals, ...this.#puts],
      added: this.#added,
      changed: this.#changed,
      removed: this.#removals.length,
      bytes: this.#bytes,
    }
  }
}

function bytesOf(entry: Entry): number {
  return Buffer.byteLength(JSON.stringify(entry))
}

function entryOf(json: string | undefined): Entry {
  if (json === undefined) throw new Error('a stored entry is missing')
  return entryFromText(json)
}
