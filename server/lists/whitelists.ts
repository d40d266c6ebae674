/** The lists as the mail side sees them: cached by version, never older than the store. */
import type { ListedContact, ListView } from '../../shared/guard.ts'
import { contactOfEntry, createListView } from '../../shared/list-view.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { decodeHead, leaseEndsAt, policyOf } from '../../shared/whitelist/head.ts'
import type { Clock } from '../ground/clock.ts'
import { createOrganisations, type Organisations } from '../organisation/organisation.ts'
import type { ListStore } from '../store/lists.ts'
import type { Store } from '../store/store.ts'
import type { ListRow } from '../store/tables.ts'
import { entryFromText } from './changes.ts'
import { type Content, contentsOf } from './contents.ts'
import { opsFromText } from './ops.ts'

/**
 * One user's list as a message is judged by it. `epoch` and `version` go into the verdict (protocol.md 8); `onExpiry`
 * says what the policy allows once the lease is over.
 */
export type WhitelistView = {
  readonly list: ListView
  readonly epoch: number
  readonly version: number
  /** Whether the list's signed head is still in force (guard.md O7). */
  readonly lease: 'valid' | 'over'
  readonly onExpiry: 'block' | 'internal'
  readonly unicode: boolean
}

/**
 * The mail side's only way to lists: every judgement asks anew, so a removed contact is refused from the next message
 * on.
 */
export type Whitelists = {
  /** Undefined: this user has no list; refuse everything. */
  viewOf(userId: string): Promise<WhitelistView | undefined>
}

/** A view as it is kept. Whether the lease is over depends on the clock, so that is asked at each use and not kept. */
type Kept = Omit<WhitelistView, 'lease'> & {
  readonly leaseEnds: number
  /** By entry id, so that the next version costs only what it changed. */
  readonly contacts: ReadonlyMap<string, ListedContact>
}

/** Views kept in memory; each costs about as much as its list. */
const maxViews = 200
/** Versions behind which a view is built anew instead of brought forward. */
const maxBehind = 100

/** The lists over a store, each kept until its version or epoch moves. */
export function createWhitelists({ store, clock }: { readonly store: Store; readonly clock: Clock }): Whitelists {
  const organisations = createOrganisations()
  const views = new Map<string, Kept>()
  return {
    async viewOf(userId) {
      // The newest version is read each time, which is one row; entries are read only when it moved.
      const row = await store.lists.ofUser(userId)
      if (!row) return undefined
      const kept = views.get(userId)
      const view =
        kept?.version === row.version && kept.epoch === row.epoch
          ? kept
          : await load(store, organisations, { list: row.id, kept })
      if (!view) return undefined
      // Put in again at the end: the first keys are those of users who had no mail for longest.
      views.delete(userId)
      views.set(userId, view)
      for (const oldest of views.keys()) if (views.size > maxViews) views.delete(oldest)
      const { leaseEnds, contacts: _contacts, ...shown } = view
      return { ...shown, lease: clock.now() < leaseEnds ? 'valid' : 'over' }
    },
  }
}

/** All of one moment, so that entries and head belong together. */
function load(
  store: Store,
  organisations: Organisations,
  { list, kept }: { readonly list: string; readonly kept: Kept | undefined },
): Promise<Kept | undefined> {
  return store.snapshot(async (inside) => {
    const { lists } = inside
    const row = await lists.get(list)
    const newest = row && (await lists.headOf(list, row.version))
    const head = newest && decodeHead(utf8(newest.head))
    if (!row) return undefined
    // Not as if there were none: who cannot read a list puts everything off.
    if (!head) throw new Error('the head of a list cannot be read')
    const isNear = kept?.epoch === row.epoch && kept.version <= row.version && row.version - kept.version <= maxBehind
    const near = kept && isNear ? await forward(lists, row, kept) : undefined
    const contacts = near ?? contactsIn(await contentsOf(inside, row, await organisations.of(inside)))
    const policy = policyOf(head.core)
    return {
      list: kept && contacts === kept.contacts ? kept.list : createListView(contacts.values()),
      epoch: row.epoch,
      version: row.version,
      leaseEnds: leaseEndsAt(head.core),
      onExpiry: policy.onExpiry,
      unicode: policy.unicode,
      contacts,
    }
  })
}

function contactsIn(contents: readonly Content[]): Kept['contacts'] {
  return new Map(contents.map(({ id, json }) => [id, contactOfEntry(entryFromText(json))]))
}

/** The same map where nothing changed but the head; undefined where operations were too long to be kept. */
async function forward(lists: ListStore, row: ListRow, kept: Kept): Promise<Kept['contacts'] | undefined> {
  const texts = await lists.opsBetween(row.id, kept.version, row.version)
  if (texts.includes('')) return undefined
  const ops = texts.flatMap((text) => opsFromText(text))
  if (ops.length === 0) return kept.contacts
  const contacts = new Map(kept.contacts)
  // Applied to a copy: the old map may be in use by a judgement that is under way.
  for (const op of ops) {
    if (op.op === 'put') contacts.set(op.e.id, contactOfEntry(op.e))
    else contacts.delete(op.id)
  }
  return contacts
}
