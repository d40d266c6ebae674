/** What waits for a decision that one user may make: for the badge at the administration. */
import { isAtLeast, type Role } from '../../shared/administration/change.ts'
import type { Organisations } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'
import { canonicalName } from './actor.ts'
import { approvalOf, isDenied, sidesOf } from './requests/sides.ts'
import { proposedRequests } from './requests/views.ts'

type Deciding = { readonly store: Store; readonly organisations: Organisations }
type Decider = { readonly user: string; readonly role: Role | undefined }

/** More kept messages than this are many. */
const mostReleases = 1_000

/** How many contact requests, kept messages and proposals the user may decide about. */
export async function countToDecide(parts: Deciding, { user, role }: Decider): Promise<number> {
  if (role === undefined || !isAtLeast(role, 'operator')) return 0
  const releases = (await parts.store.quarantine.asked(mostReleases)).length
  const proposals = isAtLeast(role, 'administrator') ? await countProposals(parts.store, user) : 0
  return (await countRequests(parts)) + releases + proposals
}

async function countRequests({ store, organisations }: Deciding): Promise<number> {
  const accepted = await store.administration.requests({ state: 'accepted' })
  if (accepted.length === 0) return 0
  const organisation = await organisations.of(store)
  const proposed = await proposedRequests(store)
  return accepted.filter((row) => {
    const sides = sidesOf(organisation, row)
    // What a rule keeps apart, or a sponsor is asked about, waits for somebody else.
    if (!sides || isDenied(organisation, sides) || proposed.has(row.id)) return false
    return approvalOf(organisation, sides).by === 'administrator'
  }).length
}

/** Of a pair of eyes the second: nobody approves what they proposed. */
async function countProposals(store: Store, user: string): Promise<number> {
  const makers = (await store.administration.proposals('approval')).map(({ who }) => canonicalName(store, who))
  return (await Promise.all(makers)).filter((who) => who !== user).length
}
