/**
 * The only way in which a whitelist changes: one transaction of entries, version + 1, signed head and outbox row
 * (protocol.md 7). Needs the policy key, so it never runs in the SOAP process.
 */
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { emptyAcc } from '../../shared/whitelist/head.ts'
import { decodeManifest } from '../../shared/whitelist/manifest.ts'
import type { Clock } from '../ground/clock.ts'
import { noCards } from '../organisation/card-set.ts'
import { createOrganisations } from '../organisation/organisation.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow } from '../store/tables.ts'
import { type ListWish, type Planned, plan, type WishFault, wishedKeys } from './changes.ts'
import { type HeadSigner, issue, issueAll, type ListChange } from './issue.ts'
import { type OrganisationStep, standing } from './list-difference.ts'

type ChangeResult =
  | { readonly ok: true; readonly value: ListChange }
  | { readonly ok: false; readonly kind: 'noList' }
  | { readonly ok: false; readonly kind: 'refused'; readonly faults: readonly WishFault[] }

export type ListEditor = {
  /** A new user's empty list, version 1. Joins the transaction of `store` where it is one. */
  create(user: string, store?: Store): Promise<void>
  /** All wishes in one version, or none: each that cannot be granted is named. */
  change(user: string, wishes: readonly ListWish[], by: string): Promise<ChangeResult>
  /** The same list under a new head (protocol.md 3.4). False where another process was faster. */
  reissue(list: string, olderThan: number): Promise<boolean>
  /** The same list under a new head of this epoch, in the transaction `inside`: after a rotation of the policy key. */
  renew(inside: Store, list: string, epoch: number): Promise<void>
}

type EditorDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly config: Config
  readonly sign: HeadSigner
}

/** The editor over a store; each of its changes is one transaction, signed with the policy key. */
export function createListEditor(dependencies: EditorDependencies): ListEditor {
  const { store, clock } = dependencies
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
    reissue: (list, olderThan) =>
      store.transaction(async (inside) => {
        const row = await inside.lists.lock(list)
        const newest = row && (await inside.lists.headOf(list, row.version))
        if (!row || !newest || newest.at >= olderThan) return false
        await again(inside, row, 'policy')
        return true
      }),
    async renew(inside, list, epoch) {
      const row = await inside.lists.lock(list)
      if (row) await again(inside, { ...row, epoch }, 'rotation')
    },
  }
}

export const noTexts: ReadonlyMap<string, EntryRow> = new Map()

type NewLists = { readonly users: Iterable<string>; readonly step: OrganisationStep }

/** Nobody has a card before the list is there: the step's cards before are none. */
export async function createLists(
  dependencies: EditorDependencies,
  inside: Store,
  { users, step }: NewLists,
): Promise<readonly ListChange[]> {
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

/** In the transaction under way. */
export async function changeList(
  dependencies: Omit<EditorDependencies, 'store' | 'clock'>,
  inside: Store,
  { user, wishes, by, now, step }: WantedChange,
): Promise<ChangeResult> {
  const found = await inside.lists.ofUser(user)
  const row = found && (await inside.lists.lock(found.id))
  if (!row) return { ok: false, kind: 'noList' }
  const unicode = dependencies.config.policy.unicode
  const keys = wishedKeys(wishes, unicode)
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
    }),
  })
  if (planned.faults.length > 0) return { ok: false, kind: 'refused', faults: planned.faults }
  return { ok: true, value: await issue(dependencies, inside, { row, planned, texts, step, by, now }) }
}
