/** What was changed and what waits: the audit log, proposals, and many changes at once. */
import { z } from 'zod'
import { brokenAudit } from '../../administration/audit.ts'
import { decide, runOf } from '../../administration/submit.ts'
import { beyondToken, scopeFor } from '../../administration/tokens.ts'
import type { ProposalRow } from '../../store/administration/tables.ts'
import { asked, type Outcome, outcome, runAs, settled } from '../changing.ts'
import { type Answer, failed, refused } from '../faults.ts'
import { operation, time, timeOf } from '../operation.ts'
import { changeForm } from './forms.ts'

const runBatch = operation({
  name: 'RunChanges',
  scope: 'read',
  input: z.strictObject({ changes: z.array(changeForm).min(1), ...asked }),
  output: outcome,
  async work(desk, { changes, why, dryRun }) {
    const answer = await runAs(desk, changes, { why, dryRun })
    if (answer.ok || answer.fault.kind !== 'ChangeRefused') return answer
    const { faults } = answer.fault.detail
    return failed('ChangeRefused', { faults: faults.map((one) => ({ ...one, place: `changes.${one.index}` })) })
  },
})

/** `before`, `after`, `undo`: JSON. */
const line = z
  .strictObject({
    n: z.number().int(),
    at: time,
    who: z.string(),
    via: z.string(),
    op: z.string(),
    target: z.string(),
    why: z.string(),
    before: z.string(),
    after: z.string(),
    undo: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditLine' })

export const auditLines = z.strictObject({ lines: z.array(line) })

const listAudit = operation({
  name: 'ListAudit',
  scope: 'read',
  input: z.strictObject({
    search: z.string().max(200).optional(),
    before: z.number().int().min(1).optional(),
    count: z.number().int().min(1).max(10_000).optional(),
  }),
  output: auditLines,
  async work({ store }, { search: text, before, count = 100 }) {
    const rows = await store.administration.audits({
      count,
      ...(text === undefined ? {} : { text }),
      ...(before === undefined ? {} : { before }),
    })
    return { ok: true, value: { lines: rows.map(({ at, prev: _prev, ...row }) => ({ ...row, at: timeOf(at) })) } }
  },
})

/** `broken`: the first line that does not follow from those before it. */
export const auditState = z.strictObject({
  holds: z.boolean(),
  lines: z.number().int(),
  hash: z.string(),
  broken: z.number().int().optional(),
})

const verifyAudit = operation({
  name: 'VerifyAudit',
  scope: 'read',
  input: z.strictObject({}),
  output: auditState,
  async work({ store }) {
    const broken = await brokenAudit(store)
    const last = await store.administration.lastAudit()
    const value = { holds: broken === undefined, lines: last?.n ?? 0, hash: last?.hash ?? '' }
    return { ok: true, value: { ...value, ...(broken === undefined ? {} : { broken }) } }
  },
})

const proposalState = z.enum(['approval', 'ready', 'done', 'refused'])
const proposal = z
  .strictObject({
    id: z.string(),
    at: time,
    who: z.string(),
    via: z.string(),
    why: z.string(),
    state: proposalState,
    by: z.string().optional(),
    changes: z.array(changeForm),
    /** JSON of what it came to. */
    result: z.string().optional(),
  })
  .meta({ id: 'Proposal' })

function told(row: ProposalRow): z.infer<typeof proposal> {
  const { id, at, who, via, why, state, approved_by: by, result } = row
  const changes = [...runOf(row).changes]
  return {
    id,
    at: timeOf(at),
    who,
    via,
    why,
    state,
    changes,
    ...(by === '' ? {} : { by }),
    ...(result === '' ? {} : { result }),
  }
}

export const proposalList = z.strictObject({ proposals: z.array(proposal) })

const listProposals = operation({
  name: 'ListProposals',
  scope: 'read',
  input: z.strictObject({ state: proposalState.optional() }),
  output: proposalList,
  async work({ store }, { state }) {
    return { ok: true, value: { proposals: (await store.administration.proposals(state)).map(told) } }
  },
})

export const oneProposal = z.strictObject({ proposal })

const getProposal = operation({
  name: 'GetProposal',
  scope: 'read',
  input: z.strictObject({ id: z.string() }),
  output: oneProposal,
  async work({ store }, { id }) {
    const row = await store.administration.proposal(id)
    return row ? { ok: true, value: { proposal: told(row) } } : refused(`there is no proposal ${JSON.stringify(id)}`)
  },
})

const decideProposal = operation({
  name: 'DecideProposal',
  scope: 'read',
  input: z.strictObject({ id: z.string(), approve: z.boolean(), why: asked.why }),
  output: outcome,
  async work(desk, { id, approve, why = '' }): Promise<Answer<Outcome>> {
    const row = await desk.store.administration.proposal(id)
    if (!row) return refused(`there is no proposal ${JSON.stringify(id)}`)
    // Whoever decides must be able to do it alone.
    const beyond = beyondToken(desk.holder.scopes, runOf(row).changes)
    if (beyond) return failed('NotAllowed', { scope: scopeFor(beyond) })
    const decided = await desk.store.transaction(async (inside) => {
      const result = await decide(inside, { id, who: desk.who, approve })
      if (result.ok) await desk.note(inside, { op: `proposal.${approve ? 'approve' : 'refuse'}`, target: id, why })
      return result
    })
    if (!decided.ok) return refused(decided.why)
    if (approve) return settled(desk, id)
    return { ok: true, value: { state: 'done', proposal: id, lists: [], audit: [] } }
  },
})

export const controlOperations = [runBatch, listAudit, verifyAudit, listProposals, getProposal, decideProposal]
