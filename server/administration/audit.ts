/** The audit log: append-only, each line chained to the one before, so that nobody takes one away unseen. */

import type { Clock } from '../ground/clock.ts'
import { hashOf } from '../ground/hash.ts'
import { type Refusal, refusal } from '../ground/refusals.ts'
import { policyFrom } from '../organisation/organisation.ts'
import type { AuditRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'

/** A line before it has its place in the chain. */
type AuditEntry = Omit<AuditRow, 'n' | 'prev' | 'hash'>

/** Puts into the log what changes no list, in the transaction of what it tells of. */
export type Note = (
  inside: Store,
  line: Pick<AuditEntry, 'op' | 'target'> & Partial<Pick<AuditEntry, 'why' | 'before' | 'after'>>,
) => Promise<void>

/** Notes of one person by one door. */
export function noteAs({ clock, who, via }: Actor & { readonly clock: Clock }): Note {
  const empty = { why: '', before: '', after: '', undo: '' }
  return async (inside, line) => {
    // Thrown, not answered: it ends the transaction, so that what was to be noted does not happen without its reason.
    const unreasoned = needsNoReason(line.op) ? undefined : await faultOfReason(inside, line.why ?? '')
    if (unreasoned) throw new ReasonNeeded(unreasoned)
    await addAudit(inside, [{ at: clock.now(), who, via, ...empty, ...line }])
  }
}

/** A proposal has its own, and whoever opens the administration is not asked for one. */
function needsNoReason(op: string): boolean {
  return op.startsWith('proposal.') || op.startsWith('recovery.')
}

/** Where the policy asks for a reason, nothing is done without one. */
export async function faultOfReason({ organisation }: Store, why: string): Promise<Refusal | undefined> {
  const { reason } = policyFrom(await organisation.policy())
  return reason === 'required' && why.trim() === '' ? refusal('reasonNeeded') : undefined
}

/** Ends the transaction of what was to be noted without a reason. A proposal has its own. */
export class ReasonNeeded extends Error {
  readonly refusal: Refusal

  constructor(refused: Refusal) {
    super(refused.why)
    this.refusal = refused
  }
}

/** What the first line names as the one before it. */
const beginning = '0'.repeat(64)

/** In the transaction of what they tell of. The numbers of the new lines, which follow one another. */
export async function addAudit(inside: Store, entries: readonly AuditEntry[]): Promise<readonly number[]> {
  // The transaction holds the whole store, so nobody appends between this look and the writing.
  const last = await inside.administration.lastAudit()
  const rows: AuditRow[] = []
  for (const entry of entries) {
    const before = rows.at(-1) ?? last
    const row = { n: (before?.n ?? 0) + 1, ...entry, prev: before?.hash ?? beginning }
    rows.push({ ...row, hash: hashOfAudit(row) })
  }
  await inside.administration.addAudit(...rows)
  return rows.map(({ n }) => n)
}

/** Whether a line follows the one whose number and hash these are, and is as it was written. */
export function followsAudit(row: AuditRow, before: Pick<AuditRow, 'n' | 'hash'>): boolean {
  return row.n === before.n + 1 && row.prev === before.hash && row.hash === hashOfAudit(row)
}

/** Over every field, each with its length, so that none can pass for a part of another. */
function hashOfAudit(row: Omit<AuditRow, 'hash'>): string {
  const { n, at, who, via, op, target, why, before, after, undo, prev } = row
  return hashOf(JSON.stringify([n, at, who, via, op, target, why, before, after, undo, prev]))
}

const batch = 1_000

/** The first line that does not follow from those before it; undefined where the whole log holds. */
export async function brokenAudit(store: Store): Promise<number | undefined> {
  // Page by page: a log of years does not fit into memory.
  for (let before = { n: 0, hash: beginning }; ;) {
    const rows = await store.administration.auditsAfter(before.n, batch)
    if (rows.length === 0) return undefined
    for (const row of rows) {
      if (!followsAudit(row, before)) return before.n + 1
      before = row
    }
  }
}
