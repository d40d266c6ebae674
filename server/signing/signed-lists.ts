/**
 * What the signing machine has signed, list by list: the last head with the entries that its root stands for. Whatever the
 * server drafts next has to follow from it.
 */
import { draftHead, type Head, type Policy } from '../../shared/whitelist/head.ts'
import { primitives } from '../ground/primitives.ts'
import type { PooledEntry } from './bundle.ts'

export type SignedList = {
  readonly list: string
  readonly epoch: number
  readonly version: number
  readonly acc: string
  readonly policy: Policy
  /** In order of id. */
  readonly entries: readonly PooledEntry[]
  /** Whether the server has built on it, or said that it took it. */
  readonly isTaken: boolean
}

/** By user: the version that is known to be taken, and those signed on top of it of which nobody knows. */
export type SignedLists = ReadonlyMap<string, readonly SignedList[]>

/** Why a list is shown whole: it does not follow from anything that this machine signed. */
export type Beginning = 'first' | 'new' | 'epoch' | 'elsewhere'

/**
 * `signed`: it follows from this machine's own work. `whole`: it follows from nothing here, so a person reads all of
 * it. `refused`: it contradicts what was signed, and nobody may sign it.
 */
export type Base =
  | { readonly kind: 'signed'; readonly list: SignedList }
  | { readonly kind: 'whole'; readonly why: Beginning }
  | { readonly kind: 'refused'; readonly why: string }

/** What a drafted head has to follow from. */
export function baseOf(known: readonly SignedList[], head: Head): Base {
  const { core } = head
  const taken = known.find((one) => one.isTaken)
  const stranger = known.find((one) => one.list !== core.lst)
  if (stranger) return refuse(`it is another list than ${stranger.list}, which was signed before`)
  // Also one that is not known to be taken: the answer to the last signatures may have been lost.
  const base = known.find((one) => one.epoch === core.ep && one.version === core.ver - 1 && leadsTo(one.acc, head))
  if (base) return { kind: 'signed', list: base }
  if (taken && core.ep < taken.epoch)
    return refuse(`epoch ${taken.epoch} was signed before, and this is epoch ${core.ep}`)
  // Another head of a version that exists would be equivocation: two devices would hold two truths of one version.
  if (taken && core.ep === taken.epoch && core.ver <= taken.version)
    return refuse(`version ${taken.version} was signed before, and this is version ${core.ver}`)
  // The next version, but with another chain: the server rewrote what was signed here.
  if (taken && core.ep === taken.epoch && core.ver === taken.version + 1)
    return refuse(`it does not follow version ${taken.version} as it was signed here`)
  if (taken) return { kind: 'whole', why: core.ep > taken.epoch ? 'epoch' : 'elsewhere' }
  if (known.length > 0) return { kind: 'whole', why: 'elsewhere' }
  return { kind: 'whole', why: core.ver === 1 ? 'new' : 'first' }
}

function refuse(why: string): Base {
  return { kind: 'refused', why }
}

/** Whether a head is the one after that with this `acc`. */
export function leadsTo(acc: string, head: Head): boolean {
  return draftHead(primitives, head.core, acc).acc === head.acc
}

/** Signatures of one version that the server says it did not take. */
const maxUntaken = 4

/** After signing `next`: what it follows from was taken; what else was signed in its place may be. */
export function withSigned(known: readonly SignedList[], base: Base, next: SignedList): readonly SignedList[] {
  // The server built on it, so it has taken it, and the others of that version are none any more.
  const before = base.kind === 'signed' && !base.list.isTaken ? [{ ...base.list, isTaken: true }] : known
  const taken = before.filter((one) => one.isTaken)
  const others = before.filter((one) => !one.isTaken).slice(1 - maxUntaken)
  return [...taken, ...others, next]
}

/** The server said that it took what was signed last for these users. */
export function withTaken(signed: SignedLists, users: Iterable<string>): SignedLists {
  const after = new Map(signed)
  for (const user of users) {
    const last = after.get(user)?.at(-1)
    if (last) after.set(user, [{ ...last, isTaken: true }])
  }
  return after
}
