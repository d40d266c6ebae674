/** Has changes made for an operation and waits for what they come to, whoever holds the policy key. */
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import type { Change } from '../../../shared/administration/change.ts'
import type { DeedOutcome, ListedPerson } from '../../../shared/administration/deeds.ts'
import { refusal } from '../../ground/refusals.ts'
import { entryFromText } from '../../lists/changes.ts'
import type { HeadToSign } from '../../lists/issue.ts'
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
  const people = new Map<string, readonly ListedPerson[]>()
  const heads = (some: readonly HeadToSign[]) => {
    for (const head of some.slice(0, mostListsNamed - people.size)) people.set(head.user, peopleOf(head))
  }
  const also: Also = async (inside, ran) => {
    const [first] = ran.ok ? ran.audit : []
    if (ran.ok && first !== undefined) lines = await inside.administration.auditsAfter(first - 1, ran.audit.length)
  }
  const submitted = await work({ why: reason, dry: dryRun, ...(dryRun && explain ? { also, heads } : {}) })
  // Approval takes a person: nobody waits for that. A signature may be there in a moment.
  if (!('pending' in submitted))
    return answerOf(submitted, dryRun ? { state: 'dryRun', lines, people } : { state: 'done' })
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

/** Of a change that reaches thousands of lists, a person reads the first. */
const mostListsNamed = 200
const mostPeopleNamed = 12

/** The first of those whom a list's user would see come, change and go. */
function peopleOf({ change, before }: HeadToSign): readonly ListedPerson[] {
  const gone = new Set(change.removals)
  const some = [
    ...change.additions.map((text) => ['added', text] as const),
    ...change.changes.map((text) => ['changed', text] as const),
    ...before.map((text) => ['removed', text] as const),
  ]
  const people: ListedPerson[] = []
  for (const [what, text] of some) {
    if (people.length === mostPeopleNamed) break
    const { id, n: name, m: address, o: direction } = entryFromText(text)
    // An address that stays closed is nobody whom the user sees.
    if (direction === 'n' || (what === 'removed' && !gone.has(id))) continue
    people.push({ change: what, name, address })
  }
  return people
}

type Ended =
  | { readonly state: 'done' }
  | {
      readonly state: 'dryRun'
      readonly lines: readonly AuditRow[]
      readonly people: ReadonlyMap<string, readonly ListedPerson[]>
    }

function answerOf(ran: Ran, ended: Ended): OperationAnswer<DeedOutcome> {
  if (!ran.ok) return failedBy({ kind: 'changes', faults: ran.faults })
  const moved = ran.lists.map(({ list: _list, ...rest }) => rest)
  if (ended.state === 'done') return { ok: true, value: { state: 'done', lists: moved, audit: [...ran.audit] } }
  const lists = moved.map((list) => {
    const people = ended.people.get(list.user)
    return people ? { ...list, people: [...people] } : list
  })
  const changes = ended.lines.map(({ op, target, before, after: made }) => ({ op, target, before, after: made }))
  return { ok: true, value: { state: 'dryRun', lists, audit: [], ...(changes.length > 0 ? { changes } : {}) } }
}

/** A change of somebody who is not there is refused as such, not as a change. */
async function strangerIn({ store }: Desk, change: Change): Promise<string | undefined> {
  if (change.op === 'user.add' || !('user' in change) || change.user === undefined) return undefined
  return (await store.users.get(change.user)) ? undefined : change.user
}
