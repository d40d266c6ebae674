/**
 * Checks a draft before anything of it is signed: the operations that the server names are applied to what was signed
 * last, and have to give each head's root, count and chain. What a person is shown is taken from here.
 * `signed-lists.ts` says what a head has to follow from, `signed-file.ts` keeps that, and `words.ts` puts the result
 * before a person.
 */
import { toHex } from '../../shared/whitelist/bytes/encoding.ts'
import { applyOps, idOf, inOrder, type ListEntry, type Op } from '../../shared/whitelist/delta.ts'
import { type Core, emptyAcc, type Head, type Policy } from '../../shared/whitelist/head.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import { primitives } from '../ground/primitives.ts'
import type { Done } from '../ground/refusals.ts'
import { oncePerPair } from '../lists/once-per-pair.ts'
import type { Pool, PooledEntry, Unpacked } from './bundle.ts'
import {
  type Base,
  type Beginning,
  baseOf,
  leadsTo,
  type SignedList,
  type SignedLists,
  withSigned,
} from './signed-lists.ts'

/** Gives one and the same object for the same pair: thousands of lists share a change, and it is put in words once. */
type Changes = (before: PooledEntry | undefined, after: PooledEntry | undefined) => EntryChange

function createChanges(): Changes {
  return oncePerPair((before, after) => ({ ...(before ? { before } : {}), ...(after ? { after } : {}) }))
}

/** A list as the server says that it is before the draft. Nothing here proves it. */
export type Contents = Pick<SignedList, 'version' | 'acc' | 'entries'>

/** What the server wants signed, read but not believed. */
type Draft = {
  readonly heads: readonly Head[]
  /** One for each head. */
  readonly operations: readonly Unpacked[]
  /** What is in the lists that `unknownIn` names, by the list's id. */
  readonly contents: ReadonlyMap<string, Contents>
}

/** What becomes of one entry. Without `before` it is new; without `after` it is removed. */
export type EntryChange = { readonly before?: PooledEntry; readonly after?: PooledEntry }

/** One head that may be signed, and all that a person has to see of it. */
export type VerifiedChange = {
  readonly core: Core
  /** Present where the whole list is shown as new, with the reason. */
  readonly whole?: Beginning
  /** Whether this machine signed another head of this version before, which the server did not take. */
  readonly isAgain: boolean
  readonly entries: readonly EntryChange[]
  readonly policy: { readonly before?: Policy; readonly after: Policy }
}

/** A draft that holds. `signed` is what this machine will have signed; it is written to its file before any signature is handed out. */
export type Verified = { readonly changes: readonly VerifiedChange[]; readonly signed: SignedLists }

/** Ids of the lists whose contents the server has to tell, because nothing that was signed here leads to them. */
export function unknownIn(heads: readonly Head[], signed: SignedLists): readonly string[] {
  const seen = new Set<string>()
  const first = heads.filter(({ core }) => !seen.has(core.usr) && seen.add(core.usr))
  const isUnknown = (head: Head) => baseOf(signed.get(head.core.usr) ?? [], head).kind === 'whole'
  return first.filter((head) => head.core.ver > 1 && isUnknown(head)).map(({ core }) => core.lst)
}

/**
 * Checks every head of a draft against what was signed last; `why` names the first that does not fit, and then
 * nothing may be signed.
 */
export function verifyDraft(draft: Draft, signed: SignedLists, pool: Pool): Done<Verified> {
  /** A list may get several versions at once; the server takes all or none. */
  const made = new Map<string, { readonly base: Base; readonly next: SignedList }>()
  const changes: VerifiedChange[] = []
  const changeOf = createChanges()
  for (const [at, head] of draft.heads.entries()) {
    const { usr: user } = head.core
    const known = signed.get(user) ?? []
    const before = made.get(user)
    // A second head of one list in a draft follows from the first: the server takes both or none.
    const base = baseOf(before ? [{ ...before.next, isTaken: true }] : known, head)
    const one = verifyOne(head, {
      begun: beginningOf(base, head, draft),
      operations: draft.operations[at],
      pool,
      changeOf,
    })
    if (!one.ok) return { ok: false, why: `the list of ${user} is not signed: ${one.why}` }
    const { next, entries } = one.value
    changes.push({
      core: head.core,
      ...(base.kind === 'whole' ? { whole: base.why } : {}),
      isAgain: known.some((other) => other.epoch === next.epoch && other.version === next.version),
      // Of a list that follows from nothing signed here the operations prove nothing, so all of it is shown.
      entries: base.kind === 'whole' ? next.entries.map((entry) => changeOf(undefined, entry)) : entries,
      policy: { ...(base.kind === 'signed' ? { before: base.list.policy } : {}), after: next.policy },
    })
    made.set(user, { base: before?.base ?? base, next })
  }
  const after = new Map(signed)
  for (const [user, { base, next }] of made) after.set(user, withSigned(signed.get(user) ?? [], base, next))
  return { ok: true, value: { changes, signed: after } }
}

/**
 * What the operations are applied to: this machine's own copy, or where there is none what the server tells, if at
 * least its chain fits the head.
 */
function beginningOf(base: Base, head: Head, { contents }: Draft): Done<Contents> {
  if (base.kind === 'refused') return { ok: false, why: base.why }
  if (base.kind === 'signed') return { ok: true, value: base.list }
  const emptyContents: Contents = { version: 0, acc: emptyAcc, entries: [] }
  const told = head.core.ver === 1 ? emptyContents : contents.get(head.core.lst)
  if (!told || told.version !== head.core.ver - 1)
    return { ok: false, why: 'the server does not tell what was in it before' }
  return leadsTo(told.acc, head)
    ? { ok: true, value: told }
    : { ok: false, why: 'it does not follow the version before' }
}

type Step = {
  readonly begun: Done<Contents>
  readonly operations: Unpacked | undefined
  readonly pool: Pool
  readonly changeOf: Changes
}
type Stepped = { readonly next: SignedList; readonly entries: readonly EntryChange[] }

function verifyOne({ core, acc }: Head, { begun, operations, pool, changeOf }: Step): Done<Stepped> {
  if (!begun.ok) return begun
  const before = inOrder(begun.value.entries)
  const ops = operations && opsOf(operations)
  const after = before && ops && applyOps(primitives, before, ops)
  if (!before || !ops || !after) return { ok: false, why: 'what the server says was changed does not fit it' }
  const root = stateRoot(primitives, leavesOf(after.values()), after.size)
  // The one check that counts: the head must stand for exactly the entries that a person is shown.
  if (core.cnt !== after.size || core.root !== toHex(root))
    return { ok: false, why: 'its head stands for something else than what the server says was changed' }
  const { lst: list, ep: epoch, ver: version, pol: policy } = core
  const entries = Array.from(after.values(), ({ entry }) => pool.ofEntry(entry)).filter((one) => one !== undefined)
  const next = { list, epoch, version, acc, policy, entries, isTaken: false }
  const changed = ops.flatMap((op) => {
    const was = before.get(idOf(op))
    const [from, to] = [was && pool.ofEntry(was.entry), op.op === 'put' ? pool.ofEntry(op.e) : undefined]
    // An operation may put what is there already; a pooled entry is one object, so equal means unchanged.
    return from === to ? [] : changeOf(from, to)
  })
  return { ok: true, value: { next, entries: changed } }
}

function opsOf({ gone, put }: Unpacked): readonly Op[] {
  return [...gone.map((id): Op => ({ op: 'del', id })), ...put.map(({ entry }): Op => ({ op: 'put', e: entry }))]
}

function* leavesOf(entries: Iterable<ListEntry>): Generator<Uint8Array> {
  for (const { leaf } of entries) yield leaf
}
