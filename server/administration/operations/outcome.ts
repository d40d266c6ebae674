/** Has changes made for an operation and waits for what they come to, whoever holds the policy key. */
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import type { Change } from '../../../shared/administration/change.ts'
import type { DeedOutcome } from '../../../shared/administration/deeds.ts'
import { refusal } from '../../ground/refusals.ts'
import type { AuditRow } from '../../store/administration/tables.ts'
import type { RunOptions } from '../run-changes.ts'
import type { Submitted } from '../submit.ts'
import { type Ran, readRan } from '../work.ts'
import { lookalikesOf } from './lookalikes.ts'
import { type Desk, failedBy, type OperationAnswer, reasonField, refusedBy } from './operation.ts'

/** Beside what a change says: the reason, whether it is only tried, and whether a person wants to see more of it. */
export const asked = { why: reasonField, dryRun: z.boolean().optional(), explain: z.boolean().optional() }
/** These three as they were given; absent is empty or false. */
export type Asked = {
  readonly why?: string | undefined
  readonly dryRun?: boolean | undefined
  readonly explain?: boolean | undefined
}

/** What a way of its own does: it has the changes made with these options. */
export type CarryWork = (options: RunOptions & { readonly why: string }) => Promise<Submitted>

/** Changes as the caller's. `also`: what else belongs to their transaction. */
export async function makeChanges(
  desk: Desk,
  changes: readonly Change[],
  { also, ...options }: Asked & Pick<RunOptions, 'also'> = {},
): Promise<OperationAnswer<DeedOutcome>> {
  const beyond = desk.beyond(changes)
  if (beyond) return failedBy(beyond)
  const [only] = changes
  const stranger = changes.length === 1 && only ? await strangerIn(desk, only) : undefined
  if (stranger !== undefined) return refusedBy(refusal('unknownUser', stranger))
  const warnings = options.explain === true ? await lookalikesOf(desk, changes) : []
  const answer = await carry(
    desk,
    (more) => desk.run(changes, { ...more, ...(also ? { also: both(also, more.also) } : {}) }),
    options,
  )
  return answer.ok && warnings.length > 0 ? { ok: true, value: { ...answer.value, warnings: [...warnings] } } : answer
}

type Also = NonNullable<RunOptions['also']>

function both(one: Also, other: Also | undefined): Also {
  return async (inside, ran) => {
    await one(inside, ran)
    await other?.(inside, ran)
  }
}

/** For whatever comes to changes in a way of its own. */
export async function carry(
  desk: Desk,
  work: CarryWork,
  { why: reason = '', dryRun = false, explain = false }: Asked,
): Promise<OperationAnswer<DeedOutcome>> {
  let lines: readonly AuditRow[] = []
  const also: Also = async (inside, ran) => {
    const [first] = ran.ok ? ran.audit : []
    if (ran.ok && first !== undefined) lines = await inside.administration.auditsAfter(first - 1, ran.audit.length)
  }
  const submitted = await work({ why: reason, dry: dryRun, ...(dryRun && explain ? { also } : {}) })
  // Approval takes a person: nobody waits for that. A signature may be there in a moment.
  if (!('pending' in submitted)) return answerOf(submitted, dryRun ? { state: 'dryRun', lines } : { state: 'done' })
  return submitted.needs === 'approval' ? pendingOf(submitted.pending, 'approval') : settled(desk, submitted.pending)
}

function pendingOf(proposal: string, needs: 'approval' | 'signature'): OperationAnswer<DeedOutcome> {
  return { ok: true, value: { state: 'pending', proposal, needs, lists: [], audit: [] } }
}

/** Where the policy key is not here: another server on the same store may have it. */
const elsewhereMs = 1_000
/** Between two looks, where another process carries it out. */
const lookMs = 250

/** The result of a proposal that is ready, as soon as it is carried out; `pending` where that takes too long. */
export async function settled(desk: Desk, proposal: string): Promise<OperationAnswer<DeedOutcome>> {
  const start = performance.now()
  let end = start + desk.patience
  for (;;) {
    // The process that holds the key may be busy with a change of every list; whoever asked waits no longer than was
    // promised.
    const told = await Promise.race([
      desk.policy.ask({ task: 'carryOut' }),
      ...(desk.patience > 0
        ? [after(Math.max(0, end - performance.now()), { kind: 'unavailable' } as const, { ref: false })]
        : []),
    ])
    if (desk.gone.aborted) return pendingOf(proposal, 'signature')
    // The result is read from the store: another process may have carried it out, and the answer of this one may be
    // lost.
    const row = await desk.store.administration.proposal(proposal)
    if (row && (row.state === 'done' || row.state === 'refused') && row.result !== '') {
      const done = answerOf(readRan(row.result), { state: 'done' })
      return done.ok ? { ok: true, value: { ...done.value, proposal } } : done
    }
    // Judged again when its turn came, it may need a second person after all.
    if (row?.state === 'approval') return pendingOf(proposal, 'approval')
    if (told.kind === 'keyAbsent') end = Math.min(end, start + elsewhereMs)
    if (row?.state !== 'ready' || performance.now() > end) return pendingOf(proposal, 'signature')
    await after(lookMs)
  }
}

type Ended = { readonly state: 'done' } | { readonly state: 'dryRun'; readonly lines: readonly AuditRow[] }

function answerOf(ran: Ran, ended: Ended): OperationAnswer<DeedOutcome> {
  if (!ran.ok) return failedBy({ kind: 'changes', faults: ran.faults })
  const lists = ran.lists.map(({ list: _list, ...rest }) => rest)
  if (ended.state === 'done') return { ok: true, value: { state: 'done', lists, audit: [...ran.audit] } }
  const changes = ended.lines.map(({ op, target, before, after: made }) => ({ op, target, before, after: made }))
  return { ok: true, value: { state: 'dryRun', lists, audit: [], ...(changes.length > 0 ? { changes } : {}) } }
}

/** A change of somebody who is not there is refused as such, not as a change. */
async function strangerIn({ store }: Desk, change: Change): Promise<string | undefined> {
  if (change.op === 'user.add' || !('user' in change) || change.user === undefined) return undefined
  return (await store.users.get(change.user)) ? undefined : change.user
}
