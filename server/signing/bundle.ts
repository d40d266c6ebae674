/**
 * Entries of many lists in one piece, each entry once: lists are rows of numbers, and neighbours are told as a range. Thousands
 * of lists that share thousands of entries are a few numbers each, on the wire and in the file of what was signed.
 */
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { fromUtf8, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import type { ListEntry } from '../../shared/whitelist/delta.ts'
import { type Entry, isEntry, leafOfText } from '../../shared/whitelist/entry.ts'
import { primitives } from '../ground/primitives.ts'

/** What happens to a list: ids that go, and canonical texts of entries that come or change. */
export type ListTexts = { readonly gone: readonly string[]; readonly put: readonly string[] }

/** Packs lists of entries, compressed; `unpack` reads it. */
export function pack(lists: Iterable<ListTexts>): Uint8Array {
  const numbers = new Map<string, number>()
  const packed = Array.from(lists, ({ gone, put }) => ({ gone, put: rangesOf(put, numbers) }))
  return primitives.compress(utf8(JSON.stringify({ entries: [...numbers.keys()], lists: packed })))
}

/** Numbers by first appearance: lists that share entries name them in the same order. */
function rangesOf(texts: readonly string[], numbers: Map<string, number>): string {
  const ranges: string[] = []
  let from = -1
  let to = -1
  const close = () => from >= 0 && ranges.push(from === to ? `${from}` : `${from}-${to}`)
  for (const text of texts) {
    const number = numbers.get(text) ?? numbers.size
    if (number === numbers.size) numbers.set(text, number)
    // A neighbour makes the range longer, so a list that shares a thousand cards with the one before it is `0-999`.
    if (from >= 0 && number === to + 1) to = number
    else {
      close()
      from = number
      to = number
    }
  }
  close()
  return ranges.join(' ')
}

/** An entry with its leaf and text; one object for each text, however many lists have it. */
export type PooledEntry = ListEntry & { readonly text: string }

/** Read entries by text and by object. One pool serves the file and every draft of a run, so an entry is read once. */
export type Pool = {
  /** Undefined for what is no entry. */
  of(text: string): PooledEntry | undefined
  /** The one of an entry that came from this pool. */
  ofEntry(entry: Entry): PooledEntry | undefined
}

/** A pool of entries that were read: an entry that many lists share is parsed and hashed once. */
export function createPool(): Pool {
  const byText = new Map<string, PooledEntry>()
  const byEntry = new WeakMap<Entry, PooledEntry>()
  return {
    ofEntry: (entry) => byEntry.get(entry),
    of(text) {
      const known = byText.get(text)
      if (known) return known
      const entry = decodeCanonical(utf8(text))
      if (!isEntry(entry)) return undefined
      const made = { entry, text, leaf: leafOfText(primitives, text) }
      byText.set(text, made)
      byEntry.set(entry, made)
      return made
    },
  }
}

const bundleSchema = z.strictObject({
  entries: z.array(z.string()),
  lists: z.array(z.strictObject({ gone: z.array(z.string()), put: z.string() })),
})

/** Several lists of 100,000 entries. */
const maxBytes = 256 * 1024 * 1024

/** A list's part of a bundle, with its entries read. */
export type Unpacked = { readonly gone: readonly string[]; readonly put: readonly PooledEntry[] }

/** Undefined for anything that `pack` would not have made. */
export function unpack(bytes: Uint8Array, pool: Pool): readonly Unpacked[] | undefined {
  const expanded = primitives.expand(bytes, maxBytes)
  const parsed = bundleSchema.safeParse(expanded && jsonOf(fromUtf8(expanded) ?? ''))
  if (!parsed.success) return undefined
  const entries: PooledEntry[] = []
  // One text that is no entry spoils the bundle: the server is not trusted to mean well with the others.
  for (const text of parsed.data.entries) {
    const entry = pool.of(text)
    if (!entry) return undefined
    entries.push(entry)
  }
  const lists: Unpacked[] = []
  for (const { gone, put } of parsed.data.lists) {
    const chosen = chosenBy(put, entries)
    if (!chosen) return undefined
    lists.push({ gone, put: chosen })
  }
  return lists
}

function chosenBy(ranges: string, entries: readonly PooledEntry[]): readonly PooledEntry[] | undefined {
  const chosen: PooledEntry[] = []
  for (const range of ranges === '' ? [] : ranges.split(' ')) {
    if (!/^\d{1,9}(-\d{1,9})?$/.test(range)) return undefined
    const [from = 0, to = from] = range.split('-').map(Number)
    // No list has an entry twice.
    if (to < from || chosen.length + to - from >= entries.length) return undefined
    for (let at = from; at <= to; at += 1) {
      const entry = entries[at]
      if (!entry) return undefined
      chosen.push(entry)
    }
  }
  return chosen
}
