/** Writes the next version of a list: entries, version + 1, signed head and outbox row, in the transaction under way (protocol.md 7). */
import { fromUtf8, toBase64, toHex } from '../../shared/whitelist/bytes/encoding.ts'
import { type Core, draftHead, type Policy, signHead } from '../../shared/whitelist/head.ts'
import { stateRoot } from '../../shared/whitelist/state-root.ts'
import { primitives } from '../ground/primitives.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import { isLeaseMoved, type OrganisationPolicy, wholePolicy } from '../organisation/policy.ts'
import type { Config } from '../settings/config.ts'
import type { OwnLeaf } from '../store/lists.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow, VersionRow } from '../store/tables.ts'
import type { Planned } from './changes.ts'
import { differenceOf, flippedBy, type ListDifference, type OrganisationStep } from './list-difference.ts'
import { isWorthKeeping, notKept, opsText, type TextChange } from './ops.ts'
import { logHeads } from './org-log.ts'
import { ClockJumped, faultOfClock } from './signing-clock.ts'

/** A head's bytes, and what its version changes: whoever signs elsewhere, or approves, has to see it. */
export type HeadToSign = {
  readonly bytes: Uint8Array
  /** Whose list it is. */
  readonly user: string
  readonly change: TextChange
  /** Texts of the entries that go or change, as they were. */
  readonly before: readonly string[]
}

/** Signs heads with the policy key, wherever that is. */
export type HeadSigner = (heads: readonly HeadToSign[], inside: Store) => Promise<readonly Uint8Array[]>

/** Throws `PolicyKeyAbsent` where the key is elsewhere. */
export function signerOf(policyKey: PolicyKey): HeadSigner {
  return async (heads, inside) => {
    const { secret } = await policyKey(inside)
    return heads.map(({ bytes }) => signHead(primitives, bytes, secret))
  }
}

type IssueDependencies = { readonly config: Config; readonly sign: HeadSigner }

type Issue = {
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

/**
 * What became of one list; `version` is the old one where nothing changed. Counts are of entries that its user sees.
 */
export type ListChange = {
  readonly list: string
  readonly version: number
  readonly added: number
  readonly changed: number
  readonly removed: number
}

const dayMs = 24 * 3_600_000

/** Issues one list; see `issueAll`. */
export async function issue(dependencies: IssueDependencies, inside: Store, change: Issue): Promise<ListChange> {
  const [done] = await issueAll(dependencies, inside, [change])
  if (!done) throw new Error('a list was to change and did not')
  return done
}

/** Lists whose rows are read and written together: few statements, since a change may touch thousands, and little memory. */
const listsAtOnce = 100

/** What became of each, in their order. */
export async function issueAll(
  dependencies: IssueDependencies,
  inside: Store,
  changes: readonly Issue[],
): Promise<readonly ListChange[]> {
  const done: ListChange[] = []
  for (let from = 0; from < changes.length; from += listsAtOnce) {
    const some = changes.slice(from, from + listsAtOnce)
    const leaves = Map.groupBy(await inside.lists.leaves(some.map(({ row }) => row.id)), ({ list }) => list)
    const moves: Move[] = []
    for (const change of some) moves.push(await move(inside, change, leaves.get(change.row.id) ?? []))
    await writeVersions(
      dependencies,
      inside,
      moves.filter(({ isNew }) => isNew),
    )
    // A wish may take an id without making a version (its entry is denied at once). The id is spent all the same.
    const counted = moves.filter(({ isNew, change: { row, planned } }) => !isNew && planned.next !== row.next)
    await inside.lists.put(counted.map(({ change: { row, planned } }) => ({ ...row, next: planned.next })))
    done.push(...moves.map(resultOf))
  }
  return done
}

/** One list between its own rows, which are written, and its version, which is not yet. */
type Move = {
  readonly change: Issue
  readonly difference: ListDifference
  /** Whether it makes a version. */
  readonly isNew: boolean
}

/** Writes the list's own rows. */
async function move(inside: Store, change: Issue, own: readonly OwnLeaf[]): Promise<Move> {
  const { row, planned, step } = change
  // Two steps: which rows the rules flip is known by keys alone, and only the texts of those are then read.
  const flips = flippedBy(own, { user: row.user, planned, step })
  const texts = await withTexts(
    inside,
    change,
    flips.map(({ key }) => key),
  )
  const difference = differenceOf({ user: row.user, own, texts, planned, step })
  await writeRows(inside, row, { planned, difference })
  const { additions, changes, removals } = difference
  const isMoved = additions.length + changes.length + removals.length > 0
  // The lease's terms are in the signed head (protocol.md 3.4), so a policy that moved needs a new one even for
  // unchanged entries.
  const isNew = isMoved || change.always === true || isLeaseMoved(step.before.policy, step.after.policy)
  return { change, difference, isNew }
}

function resultOf({ change: { row }, difference, isNew }: Move): ListChange {
  return {
    list: row.id,
    version: isNew ? row.version + 1 : row.version,
    added: difference.additions.length,
    changed: difference.changes.length,
    removed: difference.removals.length,
  }
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

async function writeVersions(
  { config, sign }: IssueDependencies,
  inside: Store,
  moves: readonly Move[],
): Promise<void> {
  const [first] = moves
  if (!first) return
  // One time for all: the heads of one change belong to one moment in the log.
  const { now, step } = first.change
  // Before anything is signed: a head of the future would lengthen leases, and stay in the log.
  const wrong = await faultOfClock(inside, { config, policy: step.after.policy, now })
  if (wrong) throw new ClockJumped(wrong)
  const drafts = moves.map((one) => draftOf(config, one))
  await inside.lists.put(drafts.map(({ row }) => row))
  const signatures = await sign(
    drafts.map(({ head, row, difference }) => ({
      bytes: head.bytes,
      user: row.user,
      change: difference,
      before: difference.before,
    })),
    inside,
  )
  const versions = drafts.map((draft, at) => versionOf(draft, signatures[at]))
  await inside.lists.addVersions(versions)
  // Heads join the organisation's log in the transaction that issues them: none exists that the log does not name.
  await logHeads(
    inside,
    drafts.map(({ head }) => head.hash),
    now,
  )
  // Devices are woken through the outbox, which becomes visible with the version and never before it.
  await inside.lists.announce(
    ...versions.map(({ list, epoch, version }) => ({ kind: 'list', list, epoch, version, at: now }) as const),
  )
}

type Draft = Move & {
  /** As it is from this version on. */
  readonly row: ListRow
  readonly head: ReturnType<typeof draftHead>
}

function draftOf(config: Config, one: Move): Draft {
  const { row, planned, now, step } = one.change
  const { leaves, bytes } = one.difference
  const root = toHex(stateRoot(primitives, leaves.chunks, leaves.count))
  const next = { ...row, version: row.version + 1, root, count: leaves.count }
  const head = draftHead(
    primitives,
    coreOf(config, next, { now, policy: policyOf(config, step.after.policy) }),
    row.acc,
  )
  return { ...one, head, row: { ...next, acc: head.acc, bytes: row.bytes + bytes, next: planned.next } }
}

function versionOf({ change, difference, row, head }: Draft, signature: Uint8Array | undefined): VersionRow {
  if (!signature) throw new Error('a head was not signed')
  // Empty operations say "not kept"; `notKept` as their size makes every delta across them too long, so a full list
  // goes out.
  const ops = isWorthKeeping(difference, row.bytes) ? opsText(difference) : ''
  return {
    list: row.id,
    version: row.version,
    epoch: row.epoch,
    core_hash: head.coreHash,
    acc: head.acc,
    ops_json: ops,
    ops_size: ops === '' ? notKept : ops.length,
    head: fromUtf8(head.bytes) ?? '',
    head_sig: toBase64(signature),
    by: change.by,
    at: change.now,
  }
}

function coreOf(
  config: Config,
  row: ListRow,
  { now, policy }: { readonly now: number; readonly policy: Policy },
): Core {
  return {
    t: 'core',
    org: config.org,
    usr: row.user,
    lst: row.id,
    ep: row.epoch,
    ver: row.version,
    root: row.root,
    cnt: row.count,
    iat: now,
    exp: now + config.headDays * dayMs,
    pol: policy,
  }
}

/**
 * The policy that is signed into the head (protocol.md 3.4). `store` and `uni` are absent where they would say the
 * default.
 */
function policyOf(config: Config, organisation: OrganisationPolicy): Policy {
  const { policy } = config
  const { onExpiry, offlineDays } = wholePolicy(organisation, config)
  return {
    on: onExpiry,
    days: offlineDays,
    ...(policy.store === 'online-unlock' ? { store: 'online' } : {}),
    upd: policy.update,
    ...(policy.unicode ? { uni: true } : {}),
  }
}
