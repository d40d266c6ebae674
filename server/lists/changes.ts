/** What a set of wishes does to a list: a pure computation from the rows that are there. */

import type { ContactChanges, ContactInput } from '../../shared/administration/change.ts'
import { decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Entry, entryText, isEntry, leafOfText } from '../../shared/whitelist/entry.ts'
import { primitives } from '../ground/primitives.ts'
import { type Done, faultAt, refusal, type Refusal } from '../ground/refusals.ts'
import type { EntryRow } from '../store/tables.ts'
import { type AddressFacts, entryOf, readAddress } from './contact.ts'

/**
 * One thing to be done to a user's own entries. Addresses are as the administrator wrote them; they are parsed here,
 * and compared by key.
 */
export type ListWish =
  | {
      readonly op: 'add'
      readonly contact: ContactInput
      /** Where it comes from, and its identifier there; without: by hand. */
      readonly from?: { readonly source: string; readonly external: string }
    }
  | { readonly op: 'set'; readonly address: string; readonly changes: ContactChanges }
  | { readonly op: 'remove'; readonly address: string }

/** Why one wish of a change is refused; `index` is its place among the wishes, from 0. */
export type WishFault = Omit<Refusal, 'ok'> & { readonly index: number }

/**
 * What the wishes come to, before rules and cards have their say: `issue` turns it into a version, `list-difference`
 * into operations.
 */
export type Planned = {
  /** Rows that are new or changed, by entry id; `denied` is not decided yet. */
  readonly puts: ReadonlyMap<string, EntryRow>
  /** Ids of rows that were stored and go. One that was added and removed by the same wishes is in neither. */
  readonly removed: ReadonlySet<string>
  readonly added: number
  readonly changed: number
  /** By how many bytes the list grows. */
  readonly bytes: number
  /** The number that the next new entry's id is made of. It never falls, so an id is never given twice. */
  readonly next: number
  /** Empty where every wish can be granted. */
  readonly faults: readonly WishFault[]
}

/**
 * All that `plan` may know. The caller reads it under the list's lock, so that it stays true until the version is
 * written.
 */
export type ListFacts = {
  readonly list: string
  readonly next: number
  /** Whether the policy allows addresses beyond ASCII (guard.md A2). */
  readonly unicode: boolean
  /** Rows of the addresses that the wishes name, by key. */
  readonly rows: ReadonlyMap<string, EntryRow>
  /** What the organisation knows of an address, by its folded form and domain: it fills what the wish leaves open. */
  readonly about: (key: string, domain: string) => AddressFacts
}

/** Every address that the wishes name, folded; those that do not parse are left to `plan`. */
export function wishedKeys(wishes: readonly ListWish[], unicode: boolean): readonly string[] {
  const keys = new Set<string>()
  for (const wish of wishes) {
    for (const text of wish.op === 'add' ? [wish.contact.address] : [wish.address, newAddress(wish) ?? wish.address]) {
      const parsed = readAddress(text, unicode)
      if (parsed.ok) keys.add(parsed.value.key)
    }
  }
  return [...keys]
}

function newAddress(wish: ListWish): string | undefined {
  return wish.op === 'set' ? wish.changes.address : undefined
}

/** Nothing is changed unless every wish can be granted: the caller looks at `faults` first. */
export function plan(wishes: readonly ListWish[], facts: ListFacts): Planned {
  const draft = new Draft(facts)
  const faults: WishFault[] = []
  for (const [index, wish] of wishes.entries()) {
    const refused = draft.grant(wish)
    if (refused) faults.push(faultAt(index, refused))
  }
  return { ...draft.result(), faults }
}

/** The list while it is being changed: later wishes see what earlier ones did. */
class Draft {
  readonly #facts: ListFacts
  readonly #rows: Map<string, EntryRow>
  readonly #puts = new Map<string, EntryRow>()
  readonly #removed = new Set<string>()
  /** Ids that are in the store. Only these need removing there, and only others count as added. */
  readonly #before: ReadonlySet<string>
  #next: number

  constructor(facts: ListFacts) {
    this.#facts = facts
    this.#rows = new Map(facts.rows)
    this.#before = new Set([...facts.rows.values()].map((row) => row.id))
    this.#next = facts.next
  }

  /** Why the wish cannot be granted, or undefined once it is. */
  grant(wish: ListWish): Refusal | undefined {
    if (wish.op === 'add') return this.#add(wish)
    const address = readAddress(wish.address, this.#facts.unicode)
    if (!address.ok) return address
    const row = this.#rows.get(address.value.key)
    if (!row) return refusal('notListed', wish.address)
    if (wish.op === 'set') return this.#set(row, wish.changes)
    this.#rows.delete(row.key)
    this.#puts.delete(row.id)
    if (this.#before.has(row.id)) this.#removed.add(row.id)
    return undefined
  }

  #add({ contact, from }: Extract<ListWish, { readonly op: 'add' }>): Refusal | undefined {
    const id = `c${this.#next.toString(36)}`
    const refused = this.#put({ id, rev: 1, source: from?.source ?? '', external: from?.external ?? '' }, contact)
    if (!refused) this.#next += 1
    return refused
  }

  #set(row: EntryRow, changes: ContactChanges): Refusal | undefined {
    const base = entryFromText(row.json)
    return this.#put(
      { id: row.id, rev: row.rev + 1, source: row.source, external: row.external },
      { ...changes, address: changes.address ?? base.m },
      { row, base },
    )
  }

  #put(
    place: Pick<EntryRow, 'id' | 'rev' | 'source' | 'external'>,
    input: ContactChanges & { readonly address: string },
    old?: { readonly row: EntryRow; readonly base: Entry },
  ): Refusal | undefined {
    const address = readAddress(input.address, this.#facts.unicode)
    if (!address.ok) return address
    const { key, domain, text } = address.value
    // One address has one entry (guard.md A3): two entries could ask for different proofs of the same sender.
    const other = this.#rows.get(key)
    if (other && other.id !== place.id) return refusal('alreadyListed', text)
    const about = this.#facts.about(key, domain)
    const { id, rev } = place
    const entry: Done<Entry> = entryOf({ id, rev }, { ...input, address: text }, about, old?.base)
    if (!entry.ok) return entry
    // A changed address frees the old one for a later wish of the same change.
    if (old) this.#rows.delete(old.row.key)
    const json = entryText(entry.value)
    // Whether a rule denies it is decided when the list is issued.
    const row = { list: this.#facts.list, ...place, key, json, leaf: leafOfText(primitives, json), denied: 0 }
    this.#rows.set(key, row)
    this.#puts.set(row.id, row)
    return undefined
  }

  result(): Omit<Planned, 'faults'> {
    const added = [...this.#puts.keys()].filter((id) => !this.#before.has(id)).length
    const changed = this.#puts.size - added
    const bytes = this.#growth()
    return { puts: this.#puts, removed: this.#removed, added, changed, bytes, next: this.#next }
  }

  #growth(): number {
    const isGone = (row: EntryRow) => this.#puts.has(row.id) || this.#removed.has(row.id)
    return sizeOf(this.#puts.values()) - sizeOf([...this.#facts.rows.values()].filter(isGone))
  }
}

function sizeOf(rows: Iterable<EntryRow>): number {
  let size = 0
  for (const row of rows) size += Buffer.byteLength(row.json)
  return size
}

/** An entry from its stored text; anything else there is a damaged store. */
export function entryFromText(json: string): Entry {
  const value = decodeCanonical(utf8(json))
  if (!isEntry(value)) throw new Error('a stored entry is damaged')
  return value
}
