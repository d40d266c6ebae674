/**
 * Contact requests of users. Whoever asks hears the same whether the address has an account here, is unknown, or is kept
 * out by a rule: the request waits. The other side answers where it has an account; then whoever the policy names approves.
 */
import { randomUUID } from 'node:crypto'
import type { Change } from '../../../shared/administration/change.ts'
import { isInvitation, type RequestReason } from '../../../shared/requests.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import type { Clock } from '../../ground/clock.ts'
import { readAddress } from '../../lists/contact.ts'
import { tellDeciders, tellNews } from '../../lists/nudge.ts'
import { loadOrganisation, type Organisations } from '../../organisation/organisation.ts'
import type { Config } from '../../settings/config.ts'
import type { ContactRequestRow } from '../../store/administration/tables.ts'
import type { Store } from '../../store/store.ts'
import type { UserRow } from '../../store/tables.ts'
import { explain } from '../explain.ts'
import { submit } from '../submit.ts'
import { takeInvitation } from './invitations.ts'
import { approvalOf, isDenied, isNobodysHere, scopeOf, sidesOf } from './sides.ts'
import { isProposed } from './views.ts'

type RequestDependencies = {
  readonly store: Store
  readonly config: Config
  readonly clock: Clock
  readonly organisations: Organisations
}

/** Requests of one user that wait at the same time, and that were made within a day. */
export const maxOpenRequests = 50
/** Of one user within a day, ended ones included: each of them asks something of other people. */
export const maxRequestsADay = 20
const dayMs = 24 * 3_600_000
/** So long a no holds. */
export const declinedForMs = 30 * dayMs

type Nothing = Readonly<Record<string, never>>
/** Why a request is not made or not approved; the detail's reason says more. */
type RequestFailure = 'badRequest' | 'rateLimited' | 'refused' | 'notFound'

const done: Result<Nothing, never> = ok({})
type NewRequest = { readonly to: string; readonly note: string }

/**
 * Makes a request to an address, or takes an invitation. The failure never tells whether the address has an account.
 */
export async function createRequest(
  dependencies: RequestDependencies,
  user: UserRow,
  { to, note }: NewRequest,
): Promise<Result<Nothing, RequestFailure>> {
  const { store } = dependencies
  const given = { to, note: plainNote(note) }
  const made = await store.transaction((inside) =>
    isInvitation(to)
      ? invited(dependencies, inside, { user, ...given })
      : asked(dependencies, inside, { user, ...given }),
  )
  if (!made.ok) return made
  await carryOn(dependencies, made.value, user.id)
  return done
}

function refusal(reason: RequestReason, retryAfter?: number): { readonly ok: false } & Result<never, RequestFailure> {
  const kind = reason === 'address' ? 'badRequest' : reason === 'open' || reason === 'day' ? 'rateLimited' : 'refused'
  return fail(kind, { reason, ...(retryAfter === undefined ? {} : { retryAfter }) })
}

type Asking = { readonly user: UserRow; readonly to: string; readonly note: string }

async function asked(
  { config, clock }: RequestDependencies,
  inside: Store,
  { user, to, note }: Asking,
): Promise<Result<ContactRequestRow, RequestFailure>> {
  const now = clock.now()
  const address = readAddress(to.trim(), config.policy.unicode)
  if (!address.ok || to.trim().startsWith('@')) return refusal('address')
  const { key, text } = address.value
  if (key === user.address_key) return refusal('self')
  const seen = await explain(inside, { user: user.id, address: text, now, unicode: config.policy.unicode })
  if (seen.ok && seen.value.listed) return refusal('listed')
  const known = await inside.administration.requests({ user: user.id })
  const own = known.filter((row) => row.user === user.id)
  const same = own.find((row) => row.key === key && isOpen(row))
  if (same) return ok(same)
  const peer = await inside.users.byAddress(key)
  // The other side has asked for this one already: asking back is agreeing.
  const other = known.find((row) => row.state === 'asked' && row.peer === user.id && row.user === peer?.id)
  if (other) return agreed(inside, other, { by: user.id, now })
  const limit = limitOf(own, key, now)
  if (limit) return limit
  const row = { id: randomUUID(), user: user.id, address: text, key, name: '', peer: '', note, at: now }
  return ok(await place(config, inside, { ...row, decided_at: 0, decided_by: '' }, peer))
}

function limitOf(
  own: readonly ContactRequestRow[],
  key: string,
  now: number,
): Result<never, RequestFailure> | undefined {
  // A no holds for a while: asking again and again is how somebody is worn down.
  const no = own.find((row) => row.key === key && isNo(row) && row.decided_at > now - declinedForMs)
  if (no) return refusal('declined', no.decided_at + declinedForMs - now)
  if (own.filter(isOpen).length >= maxOpenRequests) return refusal('open')
  const recent = own.filter((row) => row.at > now - dayMs).toSorted((a, b) => a.at - b.at)
  const oldest = recent.at(-maxRequestsADay)
  return oldest && refusal('day', oldest.at + dayMs - now)
}

/** Whether somebody may still answer or approve it. */
export function isOpen({ state }: ContactRequestRow): boolean {
  return state === 'asked' || state === 'accepted'
}

function isNo({ state }: ContactRequestRow): boolean {
  return state === 'declined' || state === 'refused'
}

/**
 * Writes a new request. One user is told each time: the same work, whoever has the address. What a rule keeps apart, and
 * what nobody here has, is never shown to another side and never waits for approval.
 */
async function place(
  { domain }: Config,
  inside: Store,
  draft: Omit<ContactRequestRow, 'state'>,
  peer: UserRow | undefined,
): Promise<ContactRequestRow> {
  const organisation = await loadOrganisation(inside)
  const withPeer = { ...draft, peer: peer?.state === 'active' ? peer.id : '', state: 'asked' as const }
  const sides = sidesOf(organisation, withPeer)
  const apart = !sides || isDenied(organisation, sides) || isNobodysHere(withPeer, domain)
  const row: ContactRequestRow = apart
    ? { ...withPeer, peer: '' }
    : { ...withPeer, state: withPeer.peer === '' ? 'accepted' : 'asked' }
  await inside.administration.putRequest(row)
  await tellNews(inside, [row.peer === '' ? row.user : row.peer], row.at)
  // Each time, for the same reason.
  await tellDeciders(inside, row.at)
  return row
}

async function invited(
  { config, clock }: RequestDependencies,
  inside: Store,
  { user, to, note }: Asking,
): Promise<Result<ContactRequestRow, RequestFailure>> {
  const now = clock.now()
  const inviter = await takeInvitation(inside, { text: to, user, now, unicode: config.policy.unicode })
  if (!inviter.ok) return inviter
  const { id: peer, address, address_key: key } = inviter.value
  const known = await inside.administration.requests({ user: user.id })
  const open = known.find((row) => isOpen(row) && (row.peer === peer || row.user === peer))
  if (open) return open.state === 'asked' ? agreed(inside, open, { by: peer, now }) : ok(open)
  const row = { id: randomUUID(), user: user.id, address, key, name: '', peer, note, at: now }
  const placed = await place(config, inside, { ...row, decided_at: 0, decided_by: '' }, inviter.value)
  return placed.peer === '' ? ok(placed) : agreed(inside, placed, { by: peer, now })
}

type Agreed = { readonly by: string; readonly now: number }

async function agreed(
  inside: Store,
  row: ContactRequestRow,
  { by, now }: Agreed,
): Promise<Result<ContactRequestRow, 'notFound'>> {
  const to = { state: 'accepted', decided_at: now, decided_by: by } as const
  if (!(await inside.administration.moveRequest(row.id, 'asked', to))) return fail('notFound')
  await tellNews(inside, [row.user, row.peer], now)
  await tellDeciders(inside, now)
  return ok({ ...row, ...to })
}

type RequestAnswer = { readonly id: string; readonly accept: boolean }

/** By the user who was asked, or by the sponsor who approves. */
export async function answerRequest(
  dependencies: RequestDependencies,
  user: UserRow,
  { id, accept }: RequestAnswer,
): Promise<Result<Nothing, RequestFailure>> {
  const { store, clock } = dependencies
  const row = await store.administration.request(id)
  if (row?.state === 'accepted') return approve(dependencies, { row, user, accept })
  if (row?.state !== 'asked' || row.peer !== user.id) return fail('notFound')
  const now = clock.now()
  if (accept) {
    const agreement = await store.transaction((inside) => agreed(inside, row, { by: user.id, now }))
    if (!agreement.ok) return agreement
    await carryOn(dependencies, agreement.value, user.id)
    return done
  }
  return end(dependencies, row, { state: 'declined', by: user.id })
}

/** By whoever made it. */
export async function withdrawRequest(
  dependencies: RequestDependencies,
  user: UserRow,
  id: string,
): Promise<Result<Nothing, 'notFound'>> {
  const row = await dependencies.store.administration.request(id)
  if (!row || row.user !== user.id || !isOpen(row)) return fail('notFound')
  return end(dependencies, row, { state: 'withdrawn', by: user.id })
}

type Ending = { readonly state: 'declined' | 'withdrawn'; readonly by: string }

function end(
  { store, clock }: RequestDependencies,
  row: ContactRequestRow,
  { state, by }: Ending,
): Promise<Result<Nothing, 'notFound'>> {
  const now = clock.now()
  return store.transaction(async (inside) => {
    const to = { state, decided_at: now, decided_by: by }
    if (!(await inside.administration.moveRequest(row.id, row.state, to))) return fail('notFound')
    await tellNews(inside, [row.user, row.peer], now)
    await tellDeciders(inside, now)
    return done
  })
}

type Approving = { readonly row: ContactRequestRow; readonly user: UserRow; readonly accept: boolean }

async function approve(
  dependencies: RequestDependencies,
  { row, user, accept }: Approving,
): Promise<Result<Nothing, RequestFailure>> {
  const organisation = await dependencies.organisations.of(dependencies.store)
  const sides = sidesOf(organisation, row)
  if (!sides) return fail('notFound')
  const approval = approvalOf(organisation, sides)
  if (approval.by !== 'sponsor' || approval.sponsor !== user.id) return fail('notFound')
  const { id } = row
  const change: Change = accept ? { op: 'request.link', id, scope: scopeOf(sides) } : { op: 'request.refuse', id }
  return (await submitOnce(dependencies, { id, change, who: user.id })) ? done : refusal('rule')
}

/**
 * Where both sides agree and nobody else is to be asked, the lists are changed. Only under the policy `none` does that
 * take longer for an address without an account, and there the list itself tells.
 */
async function carryOn(dependencies: RequestDependencies, row: ContactRequestRow, who: string): Promise<void> {
  const organisation = await dependencies.organisations.of(dependencies.store)
  const sides = sidesOf(organisation, row)
  if (row.state !== 'accepted' || !sides || approvalOf(organisation, sides).by !== 'nobody') return
  // Refused here, it stays where an operator sees it.
  await submitOnce(dependencies, { id: row.id, change: { op: 'request.link', id: row.id, scope: scopeOf(sides) }, who })
}

type RequestStep = { readonly id: string; readonly change: Change; readonly who: string }

/** Has a change made as every other: at once, or by whoever holds the policy key. Twice the same is once. */
async function submitOnce(
  { store, config, clock }: RequestDependencies,
  { id, change, who }: RequestStep,
): Promise<boolean> {
  if (await isProposed(store, id)) return true
  const run = { changes: [change], who, via: 'client', why: 'contact request', now: clock.now() }
  return (await submit({ store, config }, run)).ok
}

/** Plain text: controls other than line breaks, and what changes the direction of its neighbours, are taken out. */
function plainNote(note: string): string {
  return note
    .toWellFormed()
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/(?!\n)\p{Cc}+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
    .slice(0, 500)
    .toWellFormed()
}
