/** What users and operators see of contact requests. */

import { changeSchema } from '../../../shared/administration/change.ts'
import type { ContactRequests, RequestWaits } from '../../../shared/requests.ts'
import type { Clock } from '../../ground/clock.ts'
import { loadOrganisation, type Organisation, type Organisations } from '../../organisation/organisation.ts'
import type { Config } from '../../settings/config.ts'
import type { ContactRequestRow } from '../../store/administration/tables.ts'
import type { Store } from '../../store/store.ts'
import { type Approval, approvalOf, isDenied, type Side, sidesOf } from './sides.ts'

/** How long the end of a request is shown to whoever made it: as long as a no holds. */
const shownForMs = 30 * 24 * 3_600_000
/** Newest of each kind that are shown. */
const most = 200

type ViewDependencies = {
  readonly store: Store
  readonly config: Config
  readonly clock: Clock
  readonly organisations: Organisations
}

/** As one user sees them. */
export async function requestsOf(
  { store, config, clock, organisations }: ViewDependencies,
  user: string,
): Promise<ContactRequests> {
  const organisation = await organisations.of(store)
  const rows = await store.administration.requests({ user })
  const asked = rows.filter((row) => row.peer === user && row.state === 'asked')
  const own = rows.filter((row) => row.user === user)
  const approvals = await approvalsOf(store, organisation, user)
  const now = clock.now()
  return {
    incoming: asked.flatMap((row) => incomingOf(organisation, row)).slice(-most),
    own: own.flatMap((row) => ownOf(row, config, now)).slice(-most),
    answered: rows.flatMap((row) => answeredBy(organisation, row, { user, now })).slice(-most),
    approvals: approvals.flatMap((row) => approvalView(organisation, row)).slice(-most),
  }
}

async function approvalsOf(
  store: Store,
  organisation: Organisation,
  user: string,
): Promise<readonly ContactRequestRow[]> {
  if (!organisation.guests.has(user)) return []
  const accepted = await store.administration.requests({ state: 'accepted' })
  const mine = accepted.filter((row) => isSponsor(organisation, row, user))
  const proposed = mine.length === 0 ? new Set<string>() : await proposedRequests(store)
  return mine.filter((row) => !proposed.has(row.id))
}

function isSponsor(organisation: Organisation, row: ContactRequestRow, user: string): boolean {
  const sides = sidesOf(organisation, row)
  const approval = sides && approvalOf(organisation, sides)
  return approval?.by === 'sponsor' && approval.sponsor === user
}

/** A rule that came later hides what it keeps apart. */
function incomingOf(organisation: Organisation, row: ContactRequestRow): ContactRequests['incoming'] {
  const sides = sidesOf(organisation, row)
  const { id, note, at } = row
  return sides && !isDenied(organisation, sides) ? [{ id, from: shown(sides.from), note, at }] : []
}

type Row = ContactRequestRow

function ownOf(row: Row, config: Config, now: number): ContactRequests['own'] {
  const { id, address, note, state, at, decided_at } = row
  const told = { id, address, note, at }
  if (state === 'asked' || state === 'accepted') return [{ ...told, state: 'waiting', waits: waitsOf(row, config) }]
  if (decided_at < now - shownForMs) return []
  // `declined` and `refused` are one to the user: which of the two said no is not told.
  const ended = state === 'done' ? 'linked' : state === 'withdrawn' ? 'withdrawn' : 'declined'
  return [{ ...told, state: ended, endedAt: decided_at }]
}

/** By the address alone until the other side has agreed: whether somebody has it is not told. */
function waitsOf({ state, peer, key }: Row, { domain }: Config): RequestWaits {
  if (state === 'accepted' && peer !== '') return 'organisation'
  return key.endsWith(`@${domain.toLowerCase()}`) ? 'them' : 'either'
}

type Reader = { readonly user: string; readonly now: number }

/** What became of others' wishes that the user said yes or no to. */
function answeredBy(organisation: Organisation, row: Row, { user, now }: Reader): ContactRequests['answered'] {
  const { id, state, at, note, decided_at } = row
  // Those who withdrew have nothing more to do with the user.
  if (row.peer !== user || state === 'asked' || state === 'withdrawn' || decided_at < now - shownForMs) return []
  const sides = sidesOf(organisation, row)
  if (!sides) return []
  const became = state === 'accepted' ? 'waiting' : state === 'done' ? 'linked' : 'declined'
  return [{ id, from: shown(sides.from), note, state: became, at, endedAt: decided_at }]
}

function approvalView(organisation: Organisation, row: ContactRequestRow): ContactRequests['approvals'] {
  const sides = sidesOf(organisation, row)
  const { id, note, at } = row
  return sides ? [{ id, from: shown(sides.from), to: shown(sides.to), note, at }] : []
}

function shown({ name, address }: Side): { readonly name: string; readonly address: string } {
  return { name, address }
}

/** A request as whoever decides sees it, rules included; its users never see these. */
export type OperatorView = {
  readonly row: ContactRequestRow
  /** Undefined where it does not wait for approval. */
  readonly approval: Approval | undefined
  readonly scope: 'internal' | 'external' | undefined
  /** A rule keeps the two apart. */
  readonly denied: boolean
}

/** As operators see them; oldest first. */
export function requestsForOperators(store: Store): Promise<readonly OperatorView[]> {
  return store.snapshot(async (inside) => {
    const organisation = await loadOrganisation(inside)
    return (await inside.administration.requests({})).map((row) => {
      const sides = sidesOf(organisation, row)
      const external = sides && (sides.from.scope === 'external' || sides.to.scope === 'external')
      return {
        row,
        approval: sides && row.state === 'accepted' ? approvalOf(organisation, sides) : undefined,
        scope: external === undefined ? undefined : external ? 'external' : 'internal',
        denied: sides !== undefined && isDenied(organisation, sides),
      }
    })
  })
}

/** Whether the request's end is on its way already. */
export async function isProposed(store: Store, id: string): Promise<boolean> {
  return (await proposedRequests(store)).has(id)
}

/** Requests whose end is proposed, and waits for a second person or a signature. */
export async function proposedRequests({ administration }: Store): Promise<ReadonlySet<string>> {
  const waiting = [...(await administration.proposals('ready')), ...(await administration.proposals('approval'))]
  const changes = waiting
    .filter((proposal) => proposal.changes.includes('"request.'))
    .flatMap((proposal) => changeSchema.array().parse(JSON.parse(proposal.changes)))
  return new Set(
    changes.flatMap((change) => (change.op === 'request.link' || change.op === 'request.refuse' ? [change.id] : [])),
  )
}
