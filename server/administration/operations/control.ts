/** What was changed and what waits: the audit log, proposals, contact requests, messages that users ask for. */

import { z } from 'zod'
import type { Change } from '../../../shared/administration/change.ts'
import { type DeedOutcome, outcomeForm } from '../../../shared/administration/deeds.ts'
import { type proposalForm, readings, type requestForm } from '../../../shared/administration/readings.ts'
import { heldReasonSchema } from '../../../shared/quarantine.ts'
import { refusal } from '../../ground/refusals.ts'
import { tellDeciders } from '../../lists/nudge.ts'
import type { ProposalRow } from '../../store/administration/tables.ts'
import { faultOfAnchor, storedAnchor } from '../anchors.ts'
import { brokenAudit } from '../audit.ts'
import { isOpen } from '../requests/requests.ts'
import { type OperatorView, requestsForOperators } from '../requests/views.ts'
import { decide, readChanges } from '../submit.ts'
import { nothingChanged, runBatch, undoLines } from './changes.ts'
import { getNames } from './names.ts'
import { deed, failedBy, type OperationAnswer, reading, refusedBy, windowOf } from './operation.ts'
import { asked, makeChanges, settled } from './outcome.ts'

/** A page of the audit log, newest first. `more` is for the page alone: older programs know only the lines. */
export const listAudit = reading({
  ...readings.audit,
  async work({ administration }, { search = '', before, count = 100 }) {
    // One more than asked for tells whether there is another page.
    const wanted = { text: search.trim(), count: count + 1, ...(before === undefined ? {} : { before }) }
    const rows = await administration.audits(wanted)
    const lines = rows.slice(0, count).map(({ prev: _prev, ...row }) => ({ ...row, undoable: row.undo !== '' }))
    return { ok: true, value: { lines, more: rows.length > count } }
  },
})

/**
 * Whether the chain of the log holds, and its last hash: kept elsewhere, that shows later whether the end was cut
 * off.
 */
export const verifyAudit = reading({
  ...readings.verify,
  async work(inside) {
    const broken = await brokenAudit(inside)
    const last = await inside.administration.lastAudit()
    const anchor = await storedAnchor(inside)
    const wrong = broken === undefined && anchor ? await faultOfAnchor(inside, anchor) : undefined
    const line = broken ?? wrong?.line
    return {
      ok: true,
      value: {
        holds: line === undefined,
        lines: last?.n ?? 0,
        hash: last?.hash ?? '',
        ...(line === undefined ? {} : { broken: line }),
        ...(wrong ? { fault: wrong.fault } : {}),
        ...(anchor ? { anchored: anchor.n, anchoredAt: anchor.at, since: anchor.from } : {}),
      },
    }
  },
})

function proposalTold(row: ProposalRow): z.output<typeof proposalForm> {
  const { id, at, who, via, why: reason, state, approved_by: by, result } = row
  // One that a newer program made does not hide the others.
  const changes = readChanges(row.changes)
  return {
    id,
    at,
    who,
    via,
    why: reason,
    state,
    changes: (changes ?? []).map(withoutOrigin),
    ...(changes ? {} : { unreadable: true }),
    ...(by === '' ? {} : { by }),
    ...(result === '' ? {} : { result }),
  }
}

/** As `changeForm` has it: where an entry came from is for imports to know. */
function withoutOrigin(change: Change): Change {
  if (change.op !== 'contact.add') return change
  const { from: _from, ...rest } = change
  return rest
}

/** All proposals oldest first, or with `newest` so many, those that wait before all others. */
export const listProposals = reading({
  ...readings.proposals,
  async work({ administration }, { state, newest }) {
    const rows = await administration.proposals(state)
    const shown = newest === undefined ? rows : waitingFirst(rows).slice(0, newest)
    return { ok: true, value: { proposals: shown.map(proposalTold) } }
  },
})

function waitingFirst(rows: readonly ProposalRow[]): readonly ProposalRow[] {
  const newest = rows.toReversed()
  const isWaiting = ({ state }: ProposalRow) => state === 'approval' || state === 'ready'
  return [...newest.filter(isWaiting), ...newest.filter((row) => !isWaiting(row))]
}

const getProposal = reading({
  ...readings.proposal,
  async work({ administration }, { id }) {
    const row = await administration.proposal(id)
    return row ? { ok: true, value: { proposal: proposalTold(row) } } : refusedBy(refusal('unknownProposal', id))
  },
})

const unreadable = 'this version of the program cannot read what it would change: it can only be refused'

/**
 * By a second person: whoever decides must be able to do alone what it changes. `dryRun`: what approving it would do now,
 * which is for its maker, too, to see.
 */
export const decideProposal = deed({
  name: 'DecideProposal',
  role: 'administrator',
  scope: 'read',
  input: z.strictObject({ id: z.string().max(64), approve: z.boolean(), ...asked }),
  output: outcomeForm,
  async work(desk, { id, approve, why: reason = '', dryRun = false, explain = false }) {
    const { store, actor, note } = desk
    const row = await store.administration.proposal(id)
    if (!row) return refusedBy(refusal('unknownProposal', id))
    const changes = readChanges(row.changes)
    if (!changes && approve) return refusedBy(refusal('malformed', 'changes', unreadable))
    // What cannot be read may be anything: it takes whoever may do everything to drop it.
    const beyond = desk.beyond(changes ?? [{ op: 'role.set', user: actor.who, role: 'administrator' }])
    if (beyond) return failedBy(beyond)
    if (dryRun) return approve && changes ? makeChanges(desk, changes, { dryRun, explain }) : triedNothing
    const decided = await store.transaction(async (inside) => {
      const result = await decide(inside, { id, who: actor.who, approve })
      // The line is of the same transaction: no decision is without its line, by whatever door.
      if (!result.ok) return result
      await note(inside, { op: `proposal.${approve ? 'approve' : 'refuse'}`, target: id, why: reason })
      await tellDeciders(inside, desk.clock.now())
      return result
    })
    if (!decided.ok) return refusedBy(decided)
    return approve ? settled(desk, id) : { ok: true, value: { ...nothingChanged, proposal: id } }
  },
})

const triedNothing: OperationAnswer<DeedOutcome> = { ok: true, value: { ...nothingChanged, state: 'dryRun' } }

function requestTold({ row, approval, scope = 'external', denied }: OperatorView): z.output<typeof requestForm> {
  const { id, user, address, note, state, at, peer } = row
  const waits = denied ? 'rule' : state === 'asked' ? 'peer' : (approval?.by ?? 'administrator')
  const told = { id, user, address, note, state, at, denied, scope, peer }
  return {
    ...told,
    ...(approval ? { approval: approval.by } : {}),
    ...(isOpen(row) ? { waits } : {}),
    ...(approval?.by === 'sponsor' ? { sponsor: approval.sponsor } : {}),
  }
}

/** Open contact requests, or all; each says whom it waits for. */
export const listRequests = reading({
  ...readings.requests,
  async work(inside, { all = false, newest = false, count }) {
    const found = await requestsForOperators(inside)
    const open = found.filter(({ row }) => isOpen(row))
    const ended = newest ? found.filter(({ row }) => !isOpen(row)).toReversed() : []
    const shown = newest ? [...open, ...ended] : all ? found : open
    return { ok: true, value: { requests: windowOf(shown, { count }).map(requestTold) } }
  },
})

const decideRequest = deed({
  name: 'DecideRequest',
  role: 'operator',
  scope: 'contacts',
  input: z.strictObject({ id: z.string().max(64), approve: z.boolean(), ...asked }),
  output: outcomeForm,
  async work(desk, { id, approve, ...options }) {
    const found = (await requestsForOperators(desk.store)).find(({ row }) => row.id === id)
    if (!found) return refusedBy(refusal('requestGone', id, `there is no request ${JSON.stringify(id)}`))
    const scope = found.scope ?? 'external'
    const change = approve ? { op: 'request.link' as const, id, scope } : { op: 'request.refuse' as const, id }
    return makeChanges(desk, [change], options)
  },
})

/** Messages that users ask for at most. */
const mostReleases = 1_000

/** What strangers wrote is nothing for every program that may look: the scope is that of deciding about it. */
export const listReleases = reading({
  scope: 'all',
  ...readings.releases,
  async work({ quarantine }, { count = mostReleases }) {
    const releases = (await quarantine.asked(count)).map(({ user, id, sender, subject, at, rule, reason }) => {
      const held = heldReasonSchema.safeParse(reason)
      // Rows always have one; a gateway of another version may have others.
      return { user, id, claimedAddress: sender, subject, at, rule, reason: held.data ?? ('notListed' as const) }
    })
    return { ok: true, value: { releases } }
  },
})

/** What is done and asked about changes that were made or wait, in the order of the WSDL. */
export const controlOperations = [
  runBatch,
  undoLines,
  listAudit,
  verifyAudit,
  getNames,
  listProposals,
  getProposal,
  decideProposal,
  listRequests,
  decideRequest,
  listReleases,
]
