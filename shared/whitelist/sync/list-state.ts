/** What a client holds of its list: the input and the output of every check. */
import type { ListEntries } from '../delta.ts'
import { type Core, emptyAcc } from '../head.ts'
import type { SignedManifest } from '../manifest.ts'

/** The highest version ever applied here, kept apart from the database (the key-ring's ratchet, section 6). */
type Ratchet = { readonly ep: number; readonly ver: number; readonly head: string }

/** Hashes are lower-case hex. Before the first list: `ep` and `ver` 0, `head` empty, no `core`. */
export type ListState = {
  readonly org: string
  readonly usr: string
  readonly dev: string
  readonly lst: string
  readonly ep: number
  readonly ver: number
  readonly head: string
  readonly acc: string
  /** What the head in force says; its `root` and `cnt` are those of `entries`. */
  readonly core?: Core
  readonly entries: ListEntries
  /** Highest `iat` of a trusted statement of the list's epoch: time never runs back below it. */
  readonly trustedTime: number
  readonly manifest: SignedManifest
  /** Where the database is older than the key-ring says: nothing below it is accepted. */
  readonly floor?: Ratchet
}

/** The state of a device that has no list yet. */
export function emptyState(
  identity: Pick<ListState, 'org' | 'usr' | 'dev' | 'lst'>,
  manifest: SignedManifest,
): ListState {
  const { org, usr, dev, lst } = identity
  return { org, usr, dev, lst, ep: 0, ver: 0, head: '', acc: emptyAcc, entries: new Map(), trustedTime: 0, manifest }
}

/**
 * The time below which the clock counts for nothing, under a manifest of epoch `ep`. An epoch is begun by the root keys
 * alone, and begins its time anew: so a time that a wrong clock once signed does not stay for ever.
 */
export function trustedTimeIn(state: Pick<ListState, 'ep' | 'floor' | 'trustedTime'>, ep: number): number {
  return ep > Math.max(state.ep, state.floor?.ep ?? 0) ? 0 : state.trustedTime
}

/** Whether (ep, ver) of `a` is below that of `b`. */
export function isBelow(
  a: { readonly ep: number; readonly ver: number },
  b: { readonly ep: number; readonly ver: number },
): boolean {
  return a.ep < b.ep || (a.ep === b.ep && a.ver < b.ver)
}
