/**
 * The only way in which a whitelist changes: one transaction of entries, version + 1, signed head and outbox row
 * (protocol.md 7). Holds the policy key, so it never runs in the SOAP process.
 */
import { fromUtf8, toBase64, toHex, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Core, emptyAcc, makeHead, type Policy } from '../../shared/whitelist/head.ts'
import { decodeManifest } from '../../shared/whitelist/manifest.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import type { Clock } from '../clock.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import { primitives } from '../keys/primitives.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow } from '../store/tables.ts'
import { keysOf, type ListWish, type Planned, plan, type WishFault } from './changes.ts'
import { opsOf, opsText } from './ops.ts'
import { logHead } from './org-log.ts'

export type ListChange = {
  readonly list: string
  readonly version: number
  readonly added: number
  readonly changed: number
  readonly removed: number
}
export type ChangeResult =
  | { readonly ok: true; readonly value: ListChange }
  | { readonly ok: false; readonly kind: 'noList' }
  | { readonly ok: false; readonly kind: 'refused'; readonly faults: readonly WishFault[] }

export type ListEditor = {
  /** A new user's empty list, version 1. Joins the transaction of `store` where it is one. */
  create(usr: string, store?: Store): Promise<void>
  /** All wishes in one version, or none: each that cannot be granted is named. */
  change(usr: string, wishes: readonly ListWish[], by: string): Promise<ChangeResult>
  /** The same list under a new head (protocol.md 3.4). False where another process was faster. */
  reissue(list: string, olderThan: number): Promise<boolean>
  /** The same list under a new head of this epoch, in the transaction `inside`: after a rotation of the policy key. */
  renew(inside: Store, list: string, ep: number): Promise<void>
}

export type EditorDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly config: Config
  readonly policyKey: PolicyKey
}

const dayMs = 24 * 3_600_000

export function createListEditor(dependencies: EditorDependencies): ListEditor {
  const { store } = dependencies
  return {
    create: (usr, inside = store) => inside.transaction((held) => createList(dependencies, held, usr)),
    change: (usr, wishes, by) => store.transaction((inside) => change(dependencies, inside, { usr, wishes, by })),
    reissue: (list, olderThan) =>
      store.transaction(async (inside) => {
        const row = await inside.lists.lock(list)
        const newest = row && (await inside.lists.headOf(list, row.ver))
        if (!row || !newest || newest.at >= olderThan) return false
        await issue(dependencies, inside, { row, planned: nothing(row), by: 'policy' })
        return true
      }),
    async renew(inside, list, ep) {
      const row = await inside.lists.lock(list)
      if (row) await issue(dependencies, inside, { row: { ...row, ep }, planned: nothing(row), by: 'rotation' })
    },
  }
}

async function createList(dependencies: EditorDependencies, inside: Store, usr: string): Promise<void> {
  const manifest = decodeManifest(utf8((await inside.journal.manifest())?.bytes ?? ''))
  const row: ListRow = {
    id: `L-${usr}`,
    usr,
    ep: manifest?.m.ep ?? 1,
    ver: 0,
    acc: emptyAcc,
    root: '',
    cnt: 0,
    bytes: 0,
    next: 1,
  }
  await inside.lists.add(row)
  await issue(dependencies, inside, { row, planned: nothing(row), by: 'create' })
}

function nothing(row: ListRow): Planned {
  return { puts: new Map(), removed: new Set(), added: 0, changed: 0, bytes: 0, next: row.next, faults: [] }
}

type Wanted = { readonly usr: string; readonly wishes: readonly ListWish[]; readonly by: string }

async function change(
  dependencies: EditorDependencies,
  inside: Store,
  { usr, wishes, by }: Wanted,
): Promise<ChangeResult> {
  const found = await inside.lists.ofUser(usr)
  const row = found && (await inside.lists.lock(found.id))
  if (!row) return { ok: false, kind: 'noList' }
  const unicode = dependencies.config.policy.unicode
  const keys = keysOf(wishes, unicode)
  const rows = await inside.lists.entriesByKeys(row.id, keys)
  const accounts = new Map((await inside.users.byAddresses(keys)).map((user) => [user.address_key, user]))
  const planned = plan(wishes, {
    list: row.id,
    next: row.next,
    unicode,
    rows: new Map(rows.map((entry) => [entry.key, entry])),
    about: (key, domain) => ({
      scope: accounts.get(key)?.scope ?? (domain === dependencies.config.domain ? 'internal' : 'external'),
      hasAccount: accounts.has(key),
    }),
  })
  if (planned.faults.length > 0) return { ok: false, kind: 'refused', faults: planned.faults }
  const counts = { added: planned.added, changed: planned.changed, removed: planned.removed.size }
  if (counts.added + counts.changed + counts.removed === 0) {
    return { ok: true, value: { list: row.id, version: row.ver, ...counts } }
  }
  const version = await issue(dependencies, inside, { row, planned, by })
  return { ok: true, value: { list: row.id, version, ...counts } }
}

type Issue = { readonly row: ListRow; readonly planned: Planned; readonly by: string }

/** Writes the next version of a list whose row was read in this transaction. */
async function issue(dependencies: EditorDependencies, inside: Store, { row, planned, by }: Issue): Promise<number> {
  const now = dependencies.clock.now()
  // Removed first: an address may have moved to another entry.
  await inside.lists.removeEntries(row.id, [...planned.removed, ...planned.puts.keys()])
  await inside.lists.addEntries([...planned.puts.values()])
  const { root, cnt } = await rootOf(inside, row, planned)
  const core = coreOf(dependencies.config, { ...row, ver: row.ver + 1, root, cnt }, now)
  const policyKey = await dependencies.policyKey(inside)
  const made = makeHead(primitives, core, row.acc, policyKey.secret)
  await inside.lists.update({
    ...row,
    ver: core.ver,
    acc: made.acc,
    root,
    cnt: core.cnt,
    bytes: row.bytes + planned.bytes,
    next: planned.next,
  })
  const ops = opsText(opsOf(planned))
  await inside.lists.addVersion({
    list: row.id,
    ver: core.ver,
    ep: core.ep,
    core_hash: made.coreHash,
    acc: made.acc,
    ops_json: ops,
    ops_size: ops.length,
    head: fromUtf8(made.bytes) ?? '',
    head_sig: toBase64(made.signature),
    by,
    at: now,
  })
  await logHead(inside, made.hash, now)
  await inside.lists.announce({ kind: 'list', list: row.id, ep: core.ep, ver: core.ver, at: now })
  return core.ver
}

/** A new head over the same entries has the same root: a rotation renews thousands of lists. */
async function rootOf(inside: Store, row: ListRow, planned: Planned): Promise<Pick<ListRow, 'root' | 'cnt'>> {
  if (row.ver > 0 && planned.puts.size + planned.removed.size === 0) return row
  const leaves = await inside.lists.leaves(row.id)
  const inRow = inOrder(leaves).map((entry) => entry.leaf)
  return { root: toHex(stateRoot(primitives, inRow, leaves.length)), cnt: leaves.length }
}

/** By code unit, as the client sorts: a database may have an order of its own. */
function inOrder<T extends Pick<EntryRow, 'id'>>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function coreOf(config: Config, row: ListRow, now: number): Core {
  return {
    t: 'core',
    org: config.org,
    usr: row.usr,
    lst: row.id,
    ep: row.ep,
    ver: row.ver,
    root: row.root,
    cnt: row.cnt,
    iat: now,
    exp: now + config.headDays * dayMs,
    pol: policyOf(config),
  }
}

function policyOf({ policy }: Config): Policy {
  return {
    on: policy.onExpiry,
    days: policy.offlineDays,
    upd: policy.update,
    ...(policy.unicode ? { uni: true } : {}),
  }
}
