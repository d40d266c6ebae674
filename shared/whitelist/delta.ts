/** A list's entries, the operations that change them, and both applied to a copy (protocol.md section 6 step 13). */
import { canonicalText } from './bytes/canonical.ts'
import { sameBytes } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { type Entry, isEntry, leafOf } from './entry.ts'

/** An entry with its leaf, so that a list of 100,000 is hashed once, not at every change. */
export type ListEntry = { readonly entry: Entry; readonly leaf: Uint8Array }
/** By id, in ascending order of id: every function here keeps that order. */
export type ListEntries = ReadonlyMap<string, ListEntry>

/** One operation of a delta. */
export type Op = { readonly op: 'put'; readonly e: Entry } | { readonly op: 'del'; readonly id: string }

/** Ids that differ between two states of a list. */
export type ListDifference = {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** The id that an operation is about. */
export function idOf(op: Op): string {
  return op.op === 'put' ? op.e.id : op.id
}

/** Whether a canonical value is an operation. */
export function isOp(value: unknown): value is Op {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false
  const { op, e, id }: { op?: unknown; e?: unknown; id?: unknown } = value
  return (op === 'put' && isEntry(e)) || (op === 'del' && typeof id === 'string')
}

/** The canonical text of an operation, as a version's record keeps it. */
export function opText(op: Op): string {
  return canonicalText(op)
}

/** Makes a list's entries; `undefined` when an id occurs twice. */
export function listEntries(primitives: Primitives, entries: readonly Entry[]): ListEntries | undefined {
  return inOrder(entries.map((entry) => ({ entry, leaf: leafOf(primitives, entry) })))
}

/** Entries whose leaves are known already (from a store), put in order; `undefined` when an id occurs twice. */
export function inOrder(entries: readonly ListEntry[]): ListEntries | undefined {
  const isSorted = entries.every((e, i) => i === 0 || (entries[i - 1]?.entry.id ?? '') < e.entry.id)
  const sorted = isSorted ? entries : [...entries].sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1))
  const map = new Map(sorted.map((e) => [e.entry.id, e]))
  return map.size === entries.length ? map : undefined
}

/**
 * Applies operations to a copy, in one walk over both in order of id.
 * `undefined` when an id has two operations or an unknown one is deleted.
 */
export function applyOps(primitives: Primitives, base: ListEntries, ops: readonly Op[]): ListEntries | undefined {
  const byId = new Map(ops.map((op) => [idOf(op), op]))
  if (byId.size !== ops.length) return undefined
  if (ops.some((op) => op.op === 'del' && !base.has(op.id))) return undefined
  const result = new Map<string, ListEntry>()
  const put = (op: Op | undefined): void => {
    if (op?.op === 'put') result.set(op.e.id, { entry: op.e, leaf: leafOf(primitives, op.e) })
  }
  const added = ops.filter((op) => !base.has(idOf(op))).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  let next = 0
  for (const [id, kept] of base) {
    for (let op = added[next]; op !== undefined && idOf(op) < id; op = added[++next]) put(op)
    const op = byId.get(id)
    // An operation takes the place of the entry with its id: `del` puts nothing there.
    if (op) put(op)
    else result.set(id, kept)
  }
  for (const op of added.slice(next)) put(op)
  return result
}

/**
 * Joins the operations of several versions, oldest first, into one for each id, in order of id.
 * An entry that was added and deleted within them leaves nothing: the client never had it. `isNew` tells of an
 * operation whether it added its entry; without more knowledge, one of `rev` 1 did.
 */
export function collapse(versions: Iterable<readonly Op[]>, isNew: (op: Op) => boolean = isFirst): readonly Op[] {
  const first = new Map<string, Op>()
  const last = new Map<string, Op>()
  for (const ops of versions) {
    for (const op of ops) {
      const id = idOf(op)
      if (!first.has(id)) first.set(id, op)
      last.set(id, op)
    }
  }
  // Asked of the first operation: whether the client had the entry before all these versions is what counts.
  const wasNew = (op: Op | undefined): boolean => op !== undefined && isNew(op)
  return [...last.entries()]
    .filter(([id, op]) => !(op.op === 'del' && wasNew(first.get(id))))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, op]) => op)
}

function isFirst(op: Op): boolean {
  return op.op === 'put' && op.e.rev === 1
}

/** Which ids were added, changed and removed between two states; equal leaves are equal entries. */
export function differenceOf(before: ListEntries, after: ListEntries): ListDifference {
  const added: string[] = []
  const changed: string[] = []
  for (const [id, { leaf }] of after) {
    const old = before.get(id)
    if (!old) added.push(id)
    else if (old.leaf !== leaf && !sameBytes(old.leaf, leaf)) changed.push(id)
  }
  const removed = [...before.keys()].filter((id) => !after.has(id))
  return { added, changed, removed }
}

/** The same for operations that applied to `before`, without a walk over the whole list. */
export function differenceOfOps(before: ListEntries, ops: readonly Op[]): ListDifference {
  const puts = ops.filter((op) => op.op === 'put').map(idOf)
  const removed = ops.filter((op) => op.op === 'del').map(idOf)
  return { added: puts.filter((id) => !before.has(id)), changed: puts.filter((id) => before.has(id)), removed }
}
