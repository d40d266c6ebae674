/** Writes the next version of a list: entries, version + 1, signed head and outbox row, in the transaction under way (protocol.md 7). */
import { fromUtf8, toBase64, toHex } from '../../shared/whitelist/bytes/encoding.ts'
import { type Core, draftHead, type Policy, signHead } from '../../shared/whitelist/head.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import { primitives } from '../keys/primitives.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow } from '../store/tables.ts'
import type { Planned } from './changes.ts'
import { differenceOf, flippedBy, type ListDifference, type OrganisationStep } from './list-difference.ts'
import { isWorthKeeping, notKept, opsText } from './ops.ts'
import { logHead } from './org-log.ts'

/** Signs a head's bytes with the policy key, wherever that is. */
export type HeadSigner = (head: Uint8Array, inside: Store) => Promise<Uint8Array>

/** Throws `PolicyKeyAbsent` where the key is elsewhere. */
export function signerOf(policyKey: PolicyKey): HeadSigner {
  return async (head, inside) => signHead(primitives, head, (await policyKey(inside)).secret)
}

export type IssueDependencies = { readonly config: Config; readonly sign: HeadSigner }

export type Issue = {
  /** Read under its lock in this transaction. */
  readonly row: ListRow
  readonly planned: Planned
  /** Own rows by key: those that the wishes name. */
  readonly texts: ReadonlyMap<string, EntryRow>
  readonly step: OrganisationStep
  readonly by: string
  readonly now: number
  /** A new head even where nothing changed. */
  readonly always?: boolean
}

export type ListChange = {
  readonly list: string
  readonly version: number
  readonly added: number
  readonly changed: number
  readonly removed: number
}

const dayMs = 24 * 3_600_000

export async function issue(dependencies: IssueDependencies, inside: Store, change: Issue): Promise<ListChange> {
  const { row, planned, step } = change
  const own = await inside.lists.leaves(row.id)
  const flips = flippedBy(own, { usr: row.usr, planned, step })
  const texts = await withTexts(
    inside,
    change,
    flips.map(({ key }) => key),
  )
  const difference = differenceOf({ usr: row.usr, own, texts, planned, step })
  await writeRows(inside, row, { planned, difference })
  const added = difference.additions.length
  const changed = difference.changes.length
  const removed = difference.removals.length
  if (added + changed + removed === 0 && change.always !== true) {
    if (planned.next !== row.next) await inside.lists.update({ ...row, next: planned.next })
    return { list: row.id, version: row.ver, added, changed, removed }
  }
  const version = await writeVersion(dependencies, inside, { change, difference })
  return { list: row.id, version, added, changed, removed }
}

async function withTexts(inside: Store, { row, texts }: Issue, keys: readonly string[]): Promise<Issue['texts']> {
  if (keys.length === 0) return texts
  const more = await inside.lists.entriesByKeys(row.id, keys)
  return new Map([...texts, ...more.map((entry) => [entry.key, entry] as const)])
}

type Written = { readonly planned: Planned; readonly difference: ListDifference }

async function writeRows(inside: Store, row: ListRow, { planned, difference }: Written): Promise<void> {
  // Removed first: an address may have moved to another entry.
  await inside.lists.removeEntries(row.id, [...planned.removed, ...planned.puts.keys()])
  await inside.lists.addEntries(difference.puts)
  await inside.lists.setDenied(row.id, difference.flipped.denied, 1)
  await inside.lists.setDenied(row.id, difference.flipped.admitted, 0)
}

type Version = { readonly change: Issue; readonly difference: ListDifference }

async function writeVersion(
  { config, sign }: IssueDependencies,
  inside: Store,
  { change: { row, planned, by, now }, difference }: Version,
): Promise<number> {
  const { chunks, count: cnt } = difference.leaves
  const root = toHex(stateRoot(primitives, chunks, cnt))
  const core = coreOf(config, { ...row, ver: row.ver + 1, root, cnt }, now)
  const made = draftHead(primitives, core, row.acc)
  const bytes = row.bytes + difference.bytes
  await inside.lists.update({ ...row, ver: core.ver, acc: made.acc, root, cnt, bytes, next: planned.next })
  const signature = await sign(made.bytes, inside)
  const ops = isWorthKeeping(difference, bytes) ? opsText(difference) : ''
  await inside.lists.addVersion({
    list: row.id,
    ver: core.ver,
    ep: core.ep,
    core_hash: made.coreHash,
    acc: made.acc,
    ops_json: ops,
    ops_size: ops === '' ? notKept : ops.length,
    head: fromUtf8(made.bytes) ?? '',
    head_sig: toBase64(signature),
    by,
    at: now,
  })
  await logHead(inside, made.hash, now)
  await inside.lists.announce({ kind: 'list', list: row.id, ep: core.ep, ver: core.ver, at: now })
  return core.ver
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
    ...(policy.store === 'online-unlock' ? { store: 'online' } : {}),
    upd: policy.update,
    ...(policy.unicode ? { uni: true } : {}),
  }
}
