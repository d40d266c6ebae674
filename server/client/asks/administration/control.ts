/** Changes, and how they are watched: the audit log and what waits for a second person. */
import { setTimeout as after } from 'node:timers/promises'
import type { AdminRequest, AuditLine, Outcome, Proposal } from '../../../../shared/administration.ts'
import type { ReleaseRequest } from '../../../../shared/quarantine.ts'
import { fail, ok } from '../../../../shared/rpc.ts'
import { brokenAudit } from '../../../administration/audit.ts'
import { changeSchema, faultOfChange, placeOfFault } from '../../../administration/change.ts'
import { isOpen } from '../../../administration/requests/requests.ts'
import { type OperatorView, requestsForOperators } from '../../../administration/requests/views.ts'
import type { RunAs } from '../../../administration/submit.ts'
import { decide, type Submitted, submit, tryChanges } from '../../../administration/submit.ts'
import { undo } from '../../../administration/undo.ts'
import type { Fault, Ran } from '../../../administration/work.ts'
import { faultAt, refusal } from '../../../ground/refusals.ts'
import { policyFrom } from '../../../organisation/organisation.ts'
import type { AuditRow, ProposalRow } from '../../../store/administration/tables.ts'
import type { Quarantined } from '../../../store/quarantine.ts'
import type { Service } from '../../service.ts'
import type { AskCaller, AskHandlers } from '../handler.ts'
import { keptOf } from '../quarantine.ts'
import { plain, windowOf } from './views.ts'

type Names =
  | 'admin.audit'
  | 'admin.verify'
  | 'admin.proposals'
  | 'admin.requests'
  | 'admin.releases'
  | 'admin.decide'
  | 'admin.change'
  | 'admin.undo'

/** So long the caller waits for whoever holds the policy key; it is asked four times a second. */
const patienceMs = 20_000
const lookMs = 100
/** Of a long outcome or proposal. */
const mostShown = 50
const firstProposals = { from: 0, count: 100 }

export const controlAsks: Pick<AskHandlers, Names> = {
  'admin.audit': async ({ store }, _caller, { search, before, count }) => {
    const asked = { text: search.trim(), count: count + 1, ...(before === undefined ? {} : { before }) }
    const rows = await store.administration.audits(asked)
    return ok({ lines: rows.slice(0, count).map(lineOf), more: rows.length > count })
  },

  'admin.verify': async ({ store }) => {
    const { lines, broken } = await store.snapshot(async (inside) => {
      const last = await inside.administration.lastAudit()
      return { lines: last?.n ?? 0, broken: await brokenAudit(inside) }
    })
    return ok({ lines, ...(broken === undefined ? {} : { broken }) })
  },

  'admin.proposals': async ({ store }) => {
    const newest = (await store.administration.proposals()).toReversed()
    const waiting = newest.filter(({ state }) => state === 'approval' || state === 'ready')
    const decided = newest.filter(({ state }) => state === 'done' || state === 'refused')
    return ok({ proposals: windowOf([...waiting, ...decided], firstProposals).map(proposalOf) })
  },

  'admin.requests': async ({ store }) => {
    const open = (await requestsForOperators(store)).filter(({ row }) => isOpen(row))
    return ok({ requests: windowOf(open, firstProposals).map(requestOf) })
  },

  'admin.releases': async ({ store }) => {
    const asked = await store.quarantine.asked(firstProposals.count)
    return ok({ releases: asked.map(releaseOf) })
  },

  'admin.decide': async (service, caller, { id, approve }) => {
    const decided = await decide(service.store, { id, who: caller.user.id, approve })
    if (!decided.ok) return ok(refused([faultAt(0, decided)]))
    const { user, device } = caller
    service.log.info('proposal decided', { user: user.id, device: device.id, kind: approve ? 'approved' : 'refused' })
    if (!approve) return ok(refused([]))
    return ok(await settled(service, caller, { ok: true, pending: id, needs: 'signature' }))
  },

  'admin.change': async (service, caller, { changes: given, why, dry }) => {
    const parsed = given.map((change) => changeSchema.safeParse(change))
    const faults = parsed.flatMap((one, index) =>
      one.success ? [] : [faultAt(index, refusal('malformed', placeOfFault(one.error), faultOfChange(one.error)))],
    )
    if (faults.length > 0) return ok(refused(faults))
    const changes = parsed.flatMap((one) => one.data ?? [])
    return ok(await settled(service, caller, await runFor(service, caller)(changes, { why, dry }), dry))
  },

  'admin.undo': async (service, caller, { n, why, dry }) => {
    if (!(await service.store.administration.audit(n))) return fail('notFound')
    const dependencies = { store: service.store, run: runFor(service, caller) }
    return ok(await settled(service, caller, await undo(dependencies, { first: n, last: n }, { why, dry }), dry))
  },
}

/** Changes as the caller's. The policy key is never here: what needs it waits for the process that has it. */
function runFor({ store, config, clock }: Service, { user }: AskCaller): RunAs {
  return (changes, { why = '', ...options } = {}) => {
    const asked = { changes, who: user.id, via: 'desktop', why: plain(why.trim()), now: clock.now() }
    return options.dry === true
      ? tryChanges({ store, config }, asked, options)
      : submit({ store, config }, asked, options)
  }
}

/** What became of it, as far as the caller can wait. */
async function settled(service: Service, { gone }: AskCaller, submitted: Submitted, dry = false): Promise<Outcome> {
  if (!('pending' in submitted)) return dry ? triedOf(submitted, await needsReason(service)) : outcomeOf(submitted)
  const { pending, needs } = submitted
  const row = needs === 'signature' ? await carriedOut(service, pending, gone) : undefined
  if (!row) return { state: 'pending', id: pending, needs }
  return row.result === '' ? refused([]) : outcomeOf(JSON.parse(row.result) as Ran)
}

async function carriedOut({ store }: Service, id: string, gone: AbortSignal): Promise<ProposalRow | undefined> {
  const end = performance.now() + patienceMs
  while (!gone.aborted && performance.now() < end) {
    const row = await store.administration.proposal(id)
    if (row?.state === 'done' || row?.state === 'refused') return row
    await after(lookMs)
  }
  return undefined
}

function outcomeOf(ran: Ran): Outcome {
  if (!ran.ok) return refused(ran.faults)
  return { state: 'done', ...listsOf(ran), audit: ran.audit.slice(0, mostShown) }
}

function triedOf(ran: Ran, reason: boolean): Outcome {
  return ran.ok ? { state: 'tried', ...listsOf(ran), reason } : refused(ran.faults)
}

async function needsReason({ store }: Service): Promise<boolean> {
  return policyFrom(await store.organisation.policy()).reason === 'required'
}

function listsOf(ran: Extract<Ran, { readonly ok: true }>) {
  const sum = (pick: 'added' | 'changed' | 'removed') => ran.lists.reduce((all, list) => all + list[pick], 0)
  return {
    lists: ran.lists.length,
    added: sum('added'),
    changed: sum('changed'),
    removed: sum('removed'),
    users: ran.lists
      .slice(0, mostShown)
      .map(({ user, added, changed, removed }) => ({ user, added, changed, removed })),
  }
}

function refused(faults: readonly Fault[]): Outcome {
  return {
    state: 'refused',
    faults: faults.slice(0, mostShown).map(({ why, what, ...rest }) => ({
      ...rest,
      why: plain(why, 500),
      ...(what === undefined ? {} : { what: plain(what, 320) }),
    })),
  }
}

function lineOf({ n, at, who, via, op, target, why, before, after: made, undo: back }: AuditRow): AuditLine {
  const texts = { target: plain(target), why: plain(why), before: plain(before), after: plain(made) }
  return { n, at, who, via, op, ...texts, undoable: back !== '' }
}

function requestOf({ row, approval, scope = 'external', denied }: OperatorView): AdminRequest {
  const waits = denied ? 'rule' : row.state === 'asked' ? 'peer' : (approval?.by ?? 'administrator')
  return { id: row.id, user: row.user, address: plain(row.address), note: plain(row.note), at: row.at, scope, waits }
}

function releaseOf(row: Quarantined): ReleaseRequest {
  const { state: _asked, ...kept } = keptOf(row)
  return { user: row.user, ...kept }
}

function proposalOf({ id, at, who, why, state, approved_by, changes: text }: ProposalRow): Proposal {
  const changes: readonly unknown[] = JSON.parse(text)
  return {
    id,
    at,
    who,
    why: plain(why),
    state,
    approvedBy: approved_by,
    changes: changes.slice(0, mostShown).map((change) => plain(JSON.stringify(change))),
    count: changes.length,
  }
}
