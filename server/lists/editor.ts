/**
 * The only way in which a whitelist changes: one transaction of entries, version + 1, signed head and outbox row
 * (protocol.md 7). Needs the policy key, so it never runs in the SOAP process. `changes.ts` says what wishes do to
 * the rows, `list-difference.ts` what that and the rules come to for one list, and `issue.ts` writes the version.
 */
import type { Checked } from '../../shared/failures.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { emptyAcc } from '../../shared/whitelist/head.ts'
import { decodeManifest } from '../../shared/whitelist/manifest.ts'
import type { Clock } from '../ground/clock.ts'
import { noCards } from '../organisation/card-set.ts'
import { createOrganisations } from '../organisation/organisation.ts'
import type { Config } from '../settings/config.ts'
import type { Outside } from '../store/lists.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow } from '../store/tables.ts'
import { type ListWish, type Planned, plan, type WishFault, wishedKeys } from './changes.ts'
import { type HeadSigner, issue, issueAll, type ListChange } from './issue.ts'
import { type OrganisationStep, standing } from './list-difference.ts'

/** The fault: there is no such user, or which wishes cannot be granted. Nothing was written. */
type ChangeResult = Checked<ListChange, 'noList' | readonly WishFault[]>

/** For whoever changes one list alone. What concerns many lists goes by `administration/run-changes.ts`. */
export type ListEditor = {
  /** A new user's empty list, version 1. Joins the transaction of `store` where it is one. */
  create(user: string, store?: Store): Promise<void>
  /** All wishes in one version, or none: each that cannot be granted is named. */
  change(user: string, wishes: readonly ListWish[], by: string): Promise<ChangeResult>
  /** The same list under a new head (protocol.md 3.4). False where another process was faster. */
  reissue(list: string, due: Outside): Promise<boolean>
  /** The same list under a new head of this epoch, in the transaction `inside`: after a rotation of the policy key. */
  renew(inside: Store, list: string, epoch: number): Promise<void>
}

/** `sign` may be a signer that only collects heads, where the policy key is on another machine (`signing/`). */
type EditorDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly config: Config
  readonly sign: HeadSigner
}

/** The editor over a store; each of its changes is one transaction, signed with the policy key. */
export function createListEditor(dependencies: EditorDependencies): ListEditor {
  const { store, clock } = dependencies
  // Re-issues of thousands of lists follow one another; the organisation is loaded again only when it has changed.
  const organisations = createOrganisations()
  const stay = async (inside: Store) => standing(await organisations.of(inside))
  const again = async (inside: Store, row: ListRow, by: string) => {
    const change = { row, planned: planNothing(row), texts: noTexts, by, now: clock.now(), always: true }
    await issue(dependencies, inside, { ...change, step: await stay(inside) })
  }
  return {
    create: (user, inside = store) =>
      inside.transaction(async (held) => {
        await createLists(dependencies, held, { users: [user], step: await stay(held) })
      }),
    change: (user, wishes, by) =>
      store.transaction(async (inside) => {
        const wanted = { user, wishes, by, now: clock.now(), step: await stay(inside) }
        return changeList(dependencies, inside, wanted)
      }),
    reissue: (list, { before, after }) =>
      store.transaction(async (inside) => {
        const row = await inside.lists.lock(list)
        // Asked again under the lock: between the search for old heads and here another process may have issued the
        // list.
        const newest = row && (await inside.lists.headOf(list, row.version))
        if (!row || !newest || (newest.at >= before && newest.at <= after)) return false
        await again(inside, row, 'policy')
        return true
      }),
    async renew(inside, list, epoch) {
      const row = await inside.lists.lock(list)
      // The epoch rises in the row before the head is drafted, so that no head of the stolen key's epoch is newer.
      if (row) await again(inside, { ...row, epoch }, 'rotation')
    },
  }
}

/** For changes without wishes: they read no entry's text beforehand. */
export const noTexts: ReadonlyMap<string, EntryRow> = new Map()

/** Logins of the users, and where the organisation stands once they are in it. */
type NewLists = { readonly users: Iterable<string>; readonly step: OrganisationStep }

/**
 * Version 1 of new users' lists, in the transaction `inside`. Nobody has a card before the list is there: the step's
 * cards before are none, so that all of them are additions.
 */
export async function createLists(
  dependencies: EditorDependencies,
  inside: Store,
  { users, step }: NewLists,
): Promise<readonly ListChange[]> {
  // A list begins in the epoch of today's manifest: clients refuse a head of an earlier one.
  const manifest = decodeManifest(utf8((await inside.journal.manifest())?.bytes ?? ''))
  const empty = { epoch: manifest?.m.ep ?? 1, version: 0, acc: emptyAcc, root: '', count: 0, bytes: 0, next: 1 }
  const nobody = { ...step, cardsBefore: { of: () => noCards } }
  const now = dependencies.clock.now()
  const changes = Array.from(users, (user) => {
    const row = { id: `L-${user}`, user, ...empty }
    return { row, planned: planNothing(row), texts: noTexts, step: nobody, by: 'create', now, always: true }
  })
  return issueAll(dependencies, inside, changes)
}

/** The plan that changes no entry: a head is signed anew, or the organisation's cards move alone. */
export function planNothing(row: ListRow): Planned {
  return { puts: new Map(), removed: new Set(), added: 0, changed: 0, bytes: 0, next: row.next, faults: [] }
}

type WantedChange = {
  readonly user: string
  readonly wishes: readonly ListWish[]
  readonly by: string
  readonly now: number
  readonly step: OrganisationStep
}

/** Grants the wishes in the transaction under way: the list's next version, or the faults and nothing written. */
export async function changeList(
  dependencies: Omit<EditorDependencies, 'store' | 'clock'>,
  inside: Store,
  { user, wishes, by, now, step }: WantedChange,
): Promise<ChangeResult> {
  const found = await inside.lists.ofUser(user)
  // The lock is taken before anything is read that the plan rests on. Two changes of one list would otherwise make
  // one version twice.
  const row = found && (await inside.lists.lock(found.id))
  if (!row) return { ok: false, fault: 'noList' }
  const unicode = dependencies.config.policy.unicode
  const keys = wishedKeys(wishes, unicode)
  // Only rows of the named addresses: a change of one contact must not cost a list of 100,000.
  const rows = await inside.lists.entriesByKeys(row.id, keys)
  const accounts = new Map((await inside.users.byAddresses(keys)).map((account) => [account.address_key, account]))
  const texts = new Map(rows.map((entry) => [entry.key, entry]))
  const planned = plan(wishes, {
    list: row.id,
    next: row.next,
    unicode,
    rows: texts,
    about: (key, domain) => ({
      scope: accounts.get(key)?.scope ?? (domain === dependencies.config.domain ? 'internal' : 'external'),
      hasAccount: accounts.has(key),
      isOwn: domain === dependencies.config.domain,
    }),
  })
  if (planned.faults.length > 0) return { ok: false, fault: planned.faults }
  return { ok: true, value: await issue(dependencies, inside, { row, planned, texts, step, by, now }) }
}
