/**
 * Cards in order of id, made once for all the lists that share them: a list is a set with a few cards left out and a few
 * of its own, so that a change of one card costs each of thousands of lists one hash and no walk over its entries.
 */
import type { Card } from './cards.ts'

/** Bytes of a leaf. */
const leafLength = 32

/** `places`: where each card stands, by id. The object itself is the identity by which differences are shared. */
export type CardSet = {
  readonly cards: readonly Card[]
  readonly places: ReadonlyMap<string, number>
  readonly byKey: ReadonlyMap<string, Card>
  /** All leaves, one after the other. */
  readonly leaves: Uint8Array
}

/** What one list shows of a set. */
export type CardView = {
  readonly set: CardSet
  /** Ids of the set's cards that this list does not show. */
  readonly hidden: ReadonlySet<string>
  /** Cards beside the set, in order of id. */
  readonly extra: readonly Card[]
}

/** Sorts cards by id and lays their leaves side by side. */
export function cardSet(cards: readonly Card[]): CardSet {
  const sorted = cards.toSorted(byId)
  const leaves = new Uint8Array(sorted.length * leafLength)
  for (const [at, card] of sorted.entries()) leaves.set(card.leaf, at * leafLength)
  return {
    cards: sorted,
    places: new Map(sorted.map((card, at) => [card.id, at])),
    byKey: new Map(sorted.map((card) => [card.key, card])),
    leaves,
  }
}

/** Of somebody whom no rule lets list anybody, or whose list is not there yet. */
export const noCards: CardView = { set: cardSet([]), hidden: new Set(), extra: [] }

/** In order of id. */
export function cardsIn({ set, hidden, extra }: CardView): readonly Card[] {
  const shown = hidden.size === 0 ? set.cards : set.cards.filter((card) => !hidden.has(card.id))
  return extra.length === 0 ? shown : [...shown, ...extra].sort(byId)
}

/** Cards that come, change and go; they become operations of a list. */
export type CardDifference = {
  readonly added: readonly Card[]
  readonly changed: readonly { readonly from: Card; readonly to: Card }[]
  readonly removed: readonly Card[]
}

/** Between two views. `between`: the difference of their sets, by `setDifference`, which many lists share. */
export function viewDifference(before: CardView, after: CardView, between: CardDifference): CardDifference {
  const own = new Set([...before.hidden, ...after.hidden])
  // Cards that only this list shows or hides are compared for it alone; all others are as the sets differ.
  for (const { id } of [...before.extra, ...after.extra]) own.add(id)
  const difference = {
    added: between.added.filter(({ id }) => !own.has(id)),
    changed: between.changed.filter(({ to }) => !own.has(to.id)),
    removed: between.removed.filter(({ id }) => !own.has(id)),
  }
  for (const id of own) compare(difference, cardAt(before, id), cardAt(after, id))
  return difference
}

/** Between all cards of two sets. */
export function setDifference(before: CardSet, after: CardSet): CardDifference {
  const difference: Growing = { added: [], changed: [], removed: [] }
  if (before === after) return difference
  const old = (id: string) => before.cards[before.places.get(id) ?? -1]
  for (const card of after.cards) compare(difference, old(card.id), card)
  for (const card of before.cards) if (!after.places.has(card.id)) difference.removed.push(card)
  return difference
}

type Growing = { readonly [K in keyof CardDifference]: CardDifference[K][number][] }

function compare({ added, changed, removed }: Growing, from: Card | undefined, to: Card | undefined): void {
  if (from && to && from.json !== to.json) changed.push({ from, to })
  else if (from && !to) removed.push(from)
  else if (to && !from) added.push(to)
}

function cardAt({ set, hidden, extra }: CardView, id: string): Card | undefined {
  const own = extra.find((card) => card.id === id)
  return own ?? (hidden.has(id) ? undefined : set.cards[set.places.get(id) ?? -1])
}

/** An own entry or extra card, which is put between the set's leaves. */
type Leaf = { readonly id: string; readonly leaf: Uint8Array }
/** In `chunks` whole runs of leaves: hashing them together gives the same root as one by one. */
export type Leaves = { readonly chunks: readonly Uint8Array[]; readonly count: number }

/** The leaves of a whole list in order of id: the view's cards and the user's own entries. */
export function leavesOf({ set, hidden, extra }: CardView, own: readonly Leaf[]): Leaves {
  const more: readonly Leaf[] = [...own, ...extra].sort(byId)
  const cuts = [...hidden].flatMap((id) => set.places.get(id) ?? []).sort((a, b) => a - b)
  const chunks: Uint8Array[] = []
  let from = 0
  let cut = 0
  // Copies nothing: each run between two hidden cards is a view into the set's bytes.
  const upTo = (end: number): void => {
    for (; (cuts[cut] ?? end) < end; cut += 1) {
      const at = cuts[cut] ?? end
      chunks.push(set.leaves.subarray(from * leafLength, at * leafLength))
      from = at + 1
    }
    chunks.push(set.leaves.subarray(from * leafLength, end * leafLength))
    from = end
  }
  for (const { id, leaf } of more) {
    upTo(placeBefore(set.cards, id))
    chunks.push(leaf)
  }
  upTo(set.cards.length)
  return { chunks, count: set.cards.length - cuts.length + more.length }
}

/** How many cards come before an id. */
function placeBefore(cards: readonly Card[], id: string): number {
  let low = 0
  let high = cards.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cards[middle]?.id ?? '') < id) low = middle + 1
    else high = middle
  }
  return low
}

/** By code unit, as the client sorts. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
