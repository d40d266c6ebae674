/** Changes that end a contact request: each side lists the other, or whoever approves says no. */

import type { Change, ChangeOf } from '../../../shared/administration/change.ts'
import { refusal } from '../../ground/refusals.ts'
import { tellDeciders, tellNews } from '../../lists/nudge.ts'
import { loadOrganisation } from '../../organisation/organisation.ts'
import { explain } from '../explain.ts'
import { isDenied, isNobodysHere, type Side, scopeOf, sidesOf } from '../requests/sides.ts'
import type { Handler, Work } from '../work.ts'

/** Approves a request: each side gets the other into its list, where it is not there yet. */
export const linkRequest: Handler<ChangeOf<'request.link'>> = async (work, { id, scope }, index) => {
  const { inside, now } = work
  const row = await inside.administration.request(id)
  if (row?.state !== 'accepted')
    return refusal('requestGone', id, `no request ${JSON.stringify(id)} waits for approval`)
  // Everything is asked anew: weeks may lie between the request and its approval.
  const organisation = await loadOrganisation(inside)
  const sides = sidesOf(organisation, row)
  if (!sides) return refusal('requestUser')
  if (isDenied(organisation, sides))
    return refusal('apart', row.address, `a rule keeps ${row.user} and ${row.address} apart`)
  if (isNobodysHere(row, work.config.domain)) return refusal('requestNobody', row.address)
  // Whoever decided was shown another scope: somebody's account has changed since.
  if (scope !== scopeOf(sides)) return refusal('requestScope', scopeOf(sides))
  const undo: Change[] = []
  // Both or neither: a contact on one side alone could write and get no answer.
  for (const [viewer, other] of [[sides.from, sides.to] as const, [sides.to, sides.from] as const]) {
    const added = await addTo(work, viewer, { other, id, index })
    if (added) undo.push(added)
  }
  const ended = { state: 'done', decided_at: now, decided_by: row.decided_by } as const
  if (!(await inside.administration.moveRequest(id, 'accepted', ended))) return refusal('decided')
  await tellNews(work.inside, [row.user, row.peer], work.now)
  await tellDeciders(work.inside, work.now)
  return { ok: true, target: id, before: 'accepted', after: { user: row.user, address: row.address }, undo }
}

/** Ends a request that is still open. */
export const refuseRequest: Handler<ChangeOf<'request.refuse'>> = async (work, { id }) => {
  const { administration } = work.inside
  const row = await administration.request(id)
  const ended = { state: 'refused', decided_at: work.now, decided_by: '' } as const
  const isOpen = row?.state === 'asked' || row?.state === 'accepted'
  if (!isOpen || !(await administration.moveRequest(id, row.state, ended))) return refusal('requestGone', id)
  await tellNews(work.inside, [row.user, row.peer], work.now)
  await tellDeciders(work.inside, work.now)
  return { ok: true, target: id, before: row.state, after: { user: row.user, address: row.address }, undo: [] }
}

type Added = { readonly other: Side; readonly id: string; readonly index: number }

/** Only where the rules do not show it already; what takes it back. */
async function addTo(work: Work, viewer: Side, { other, id, index }: Added): Promise<Change | undefined> {
  if (viewer.user === undefined) return undefined
  const { inside, config, now } = work
  const question = { user: viewer.user, address: other.address, now, unicode: config.policy.unicode }
  const seen = await explain(inside, question)
  if (seen.ok && seen.value.listed) return undefined
  const account = other.user === undefined ? undefined : await inside.users.get(other.user)
  // A guest's time is the entry's, too.
  const ends = account === undefined || account.expires === 0 ? {} : { expires: account.expires }
  const contact = { address: other.address, name: other.name, ...ends }
  work.wishes.push({
    user: viewer.user,
    index,
    wish: { op: 'add', contact, from: { source: 'request', external: id } },
  })
  return { op: 'contact.remove', user: viewer.user, address: other.address }
}
