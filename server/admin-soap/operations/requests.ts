/** Wishes of users for contacts, and what an administrator says to them. */
import { z } from 'zod'
import { type OperatorView, requestsForOperators } from '../../administration/requests/views.ts'
import { asked, outcome, runAs } from '../changing.ts'
import { refused } from '../faults.ts'
import { operation, time, timeOf } from '../operation.ts'

const request = z
  .strictObject({
    id: z.string(),
    user: z.string(),
    address: z.string(),
    note: z.string(),
    state: z.enum(['asked', 'accepted', 'done', 'declined', 'refused', 'withdrawn']),
    at: time,
    /** Who approves it, once the other side has said yes. */
    approval: z.enum(['sponsor', 'administrator', 'nobody']).optional(),
    /** A rule keeps the two apart. */
    denied: z.boolean(),
  })
  .meta({ id: 'Request' })

function told({ row, approval, denied }: OperatorView): z.infer<typeof request> {
  const { id, user, address, note, state, at } = row
  const by = approval ? { approval: approval.by } : {}
  return { id, user, address, note, state, at: timeOf(at), ...by, denied }
}

const listRequests = operation({
  name: 'ListRequests',
  scope: 'read',
  /** `all`: those that ended, too. */
  input: z.strictObject({ all: z.boolean().optional() }),
  output: z.strictObject({ requests: z.array(request) }),
  async work({ store }, { all = false }) {
    const views = await requestsForOperators(store)
    const shown = views.filter(({ row }) => all || row.state === 'asked' || row.state === 'accepted')
    return { ok: true, value: { requests: shown.map(told) } }
  },
})

const decideRequest = operation({
  name: 'DecideRequest',
  scope: 'contacts',
  input: z.strictObject({ id: z.string().max(64), approve: z.boolean(), ...asked }),
  output: outcome,
  async work(desk, { id, approve, why, dryRun }) {
    const found = (await requestsForOperators(desk.store)).find(({ row }) => row.id === id)
    if (!found) return refused(`there is no request ${JSON.stringify(id)}`)
    const scope = found.scope ?? 'external'
    const change = approve ? { op: 'request.link' as const, id, scope } : { op: 'request.refuse' as const, id }
    return runAs(desk, [change], { why, dryRun })
  },
})

export const requestOperations = [listRequests, decideRequest]
