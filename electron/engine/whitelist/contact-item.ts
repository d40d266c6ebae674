/** One contact as the index keeps it: what the page sees, what the guard judges by, and what it is sorted by. */
import { cleanName } from '../../../shared/address.ts'
import type { Contact } from '../../../shared/contract.ts'
import type { ListedContact } from '../../../shared/guard.ts'
import { contactOfEntry } from '../../../shared/list-view.ts'
import type { Entry } from '../../../shared/whitelist/entry.ts'

/** A contact with what sorting and judging need, worked out once. */
export type ContactItem = {
  readonly contact: Contact
  /** What the guard judges by; its `key` is the identity (guard A3), empty where the address does not parse. */
  readonly listed: ListedContact
  /** First group, under which the contact is shown; '' for none. */
  readonly group: string
  readonly groupKey: string
  readonly nameKey: string
}

/** Lower case without accents, so that `Émile` is found as `emile` and stands among the E. CJK text is unchanged. */
export function foldText(text: string): string {
  const lower = text.toLowerCase()
  return plain.test(lower)
    ? lower
    : lower
        .normalize('NFKD')
        .replace(/\p{Mn}/gu, '')
        .normalize('NFC')
}

/** ASCII, and the CJK ideographs, which have nothing to fold. */
const plain = /^[\0-\x7f\u4e00-\u9fff]*$/

/** The item of an entry. `since`: when this device first saw it, in milliseconds since the epoch. */
export function contactItem(entry: Entry, since: number): ContactItem {
  const listed = contactOfEntry(entry)
  const groups = entry.g ?? []
  const group = groups[0] ?? ''
  const contact: Contact = {
    id: entry.id,
    name: listed.name,
    nickname: cleanName(entry.k),
    address: entry.m,
    remark: entry.r,
    groups: [...groups],
    scope: listed.scope,
    proof: listed.level,
    since,
    ...(entry.x === undefined ? {} : { expiresAt: entry.x }),
  }
  return { contact, listed, group, groupKey: foldText(group), nameKey: foldText(listed.name) }
}

/** Display order: groups by name, contacts without one last, then name, then id so that the order is total. */
function compareItems(a: ContactItem, b: ContactItem): number {
  return a.group === b.group ? compareNames(a, b) : compareGroups(a, b)
}

function compareGroups(a: ContactItem, b: ContactItem): number {
  if (a.group === '') return 1
  if (b.group === '') return -1
  if (a.groupKey !== b.groupKey) return a.groupKey < b.groupKey ? -1 : 1
  return a.group < b.group ? -1 : 1
}

function compareNames(a: ContactItem, b: ContactItem): number {
  if (a.nameKey !== b.nameKey) return a.nameKey < b.nameKey ? -1 : 1
  if (a.contact.id === b.contact.id) return 0
  return a.contact.id < b.contact.id ? -1 : 1
}

/** The same order for many at once: each group on its own, which takes half the time. */
export function sortItems(items: Iterable<ContactItem>): ContactItem[] {
  const groups = new Map<string, ContactItem[]>()
  for (const item of items) {
    const group = groups.get(item.group)
    if (group) group.push(item)
    else groups.set(item.group, [item])
  }
  const ordered = [...groups.values()].sort(([a], [b]) => (a && b ? compareGroups(a, b) : 0))
  return ordered.flatMap((group) => group.sort(compareNames))
}

/** Puts an item where it belongs in a sorted list. */
export function insertItem(sorted: ContactItem[], item: ContactItem): void {
  sorted.splice(positionOf(sorted, item), 0, item)
}

/** Where the item stands, or would stand: binary search in a total order. */
export function positionOf(sorted: readonly ContactItem[], item: ContactItem): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const there = sorted[middle]
    if (there && compareItems(there, item) < 0) low = middle + 1
    else high = middle
  }
  return low
}
