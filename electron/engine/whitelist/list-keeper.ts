/** The list in force: what checks start from, what the contacts show, and the one place where it moves. */
import type { ListChange } from '../../../shared/contract.ts'
import type { ListDifference } from '../../../shared/whitelist/delta.ts'
import { leaseEndsAt, policyOf } from '../../../shared/whitelist/head.ts'
import type { SignedManifest } from '../../../shared/whitelist/manifest.ts'
import { type ListState, trustedTimeIn } from '../../../shared/whitelist/sync/list-state.ts'
import type { ListRepository, StoredList } from '../database/list-repository.ts'
import type { Ratchet } from '../keys/ratchet.ts'
import { type Contacts, createContacts } from './contacts.ts'

type Lease = {
  readonly lease: 'valid' | 'over'
  readonly onExpiry: 'block' | 'internal'
  readonly endsAt: number
}

/** The list in force. */
export type ListKeeper = {
  /** `undefined` until the first login named the list. */
  readonly state: () => ListState | undefined
  /** When the server last confirmed the list; 0 before. */
  readonly syncedAt: () => number
  readonly contacts: Contacts
  /** The state of a device that has no list yet. */
  readonly begin: (state: ListState) => void
  /** One transaction, then the contacts. */
  readonly apply: (state: ListState, change: ListDifference, now: number) => ListChange
  readonly setManifest: (manifest: SignedManifest) => void
  /** The database is older than its ratchet's copy: nothing below the copy is accepted. */
  readonly setFloor: (copy: Ratchet) => void
  readonly lease: (now: number) => Lease
}

const noChange: ListDifference = { added: [], changed: [], removed: [] }

/** The keeper of the list that a store held, or of none yet. */
export function createListKeeper(repository: ListRepository, stored: StoredList | undefined): ListKeeper {
  const since = stored?.since ?? new Map<string, number>()
  let state = stored?.state
  let syncedAt = stored?.syncedAt ?? 0
  const known = (id: string) => {
    const found = state?.entries.get(id)
    return found ? { entry: found.entry, since: since.get(id) ?? 0 } : undefined
  }
  const contacts = createContacts([...(state?.entries.keys() ?? [])].map(known).filter((entry) => entry !== undefined))
  const write = (next: ListState, change: ListDifference, now: number): void => {
    repository.write(next, change, { now, syncedAt })
    state = next
  }
  return {
    state: () => state,
    syncedAt: () => syncedAt,
    contacts,
    begin: (next) => write(next, noChange, 0),
    apply: (next, change, now) => {
      // Put back if the disk refuses: an unwritten list was not confirmed.
      const before = syncedAt
      syncedAt = now
      try {
        write(next, change, now)
      } catch (error) {
        syncedAt = before
        throw error
      }
      for (const id of change.removed) since.delete(id)
      for (const id of change.added) since.set(id, now)
      const ids = [...change.removed, ...change.added, ...change.changed]
      // After the transaction: the page and the guard never see what a crash could take back.
      if (ids.length > 0) contacts.update(ids, known)
      const { added, changed, removed } = change
      return { added: added.length, changed: changed.length, removed: removed.length, version: next.ver }
    },
    setManifest: (manifest) => {
      if (state) write({ ...state, manifest }, noChange, 0)
    },
    setFloor: ({ epoch, version, head, trustedTime }) => {
      const floor = { ep: epoch, ver: version, head }
      if (state) state = { ...state, floor, trustedTime: Math.max(trustedTimeIn(state, epoch), trustedTime) }
    },
    lease: (now) => leaseOf(state, now),
  }
}

/** Measured by the later of this clock and the server's last signed time: setting the clock back buys nothing. */
function leaseOf(state: ListState | undefined, now: number): Lease {
  if (!state?.core) return { lease: 'over', onExpiry: 'block', endsAt: 0 }
  const endsAt = leaseEndsAt(state.core)
  const over = Math.max(now, state.trustedTime) > endsAt
  return { lease: over ? 'over' : 'valid', onExpiry: policyOf(state.core).onExpiry, endsAt }
}
