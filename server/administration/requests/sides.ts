/** The two sides of a contact request, and who has to approve it beside them. */
import type { Organisation } from '../../organisation/organisation.ts'
import type { ContactRequestRow } from '../../store/administration/tables.ts'

/** One side as approval sees it: a person with an account here, or only an address. */
export type Side = {
  /** Login; absent without an account here. */
  readonly user?: string
  readonly name: string
  readonly address: string
  readonly key: string
  readonly scope: 'internal' | 'external'
  /** Who answers for it; empty: nobody. */
  readonly sponsor: string
}

type Sides = { readonly from: Side; readonly to: Side }

/** Undefined where one of the users is gone or disabled. */
export function sidesOf({ people }: Organisation, row: ContactRequestRow): Sides | undefined {
  const sideOf = (user: string): Side | undefined => {
    const person = people.get(user)
    return person?.isActive ? person : undefined
  }
  const from = sideOf(row.user)
  const outside: Side = { name: row.address, address: row.address, key: row.key, scope: 'external', sponsor: '' }
  const to = row.peer === '' ? outside : sideOf(row.peer)
  return from && to && { from, to }
}

/** Whether both sides are of the organisation, or one is outside. */
export function scopeOf({ from, to }: Sides): 'internal' | 'external' {
  return from.scope === 'internal' && to.scope === 'internal' ? 'internal' : 'external'
}

/** Whether a rule keeps either out of the other's list. */
export function isDenied({ denials }: Organisation, { from, to }: Sides): boolean {
  const keeps = (viewer: Side, other: Side) =>
    viewer.user !== undefined && denials.find(viewer.user, other.key) !== undefined
  return keeps(from, to) || keeps(to, from)
}

/** Whether it asks for an address of the organisation's own that nobody has: mistyped, or of somebody who left. */
export function isNobodysHere({ peer, key }: Pick<ContactRequestRow, 'peer' | 'key'>, domain: string): boolean {
  return peer === '' && key.endsWith(`@${domain.toLowerCase()}`)
}

/** `sponsor`: a login. */
export type Approval =
  | { readonly by: 'nobody' }
  | { readonly by: 'administrator' }
  | { readonly by: 'sponsor'; readonly sponsor: string }

/** Whose consent is needed once both sides agree. Without exactly one guest whose sponsor is there, the administrator's. */
export function approvalOf({ policy, people }: Organisation, sides: Sides): Approval {
  if (scopeOf(sides) === 'internal' || policy.approval === 'none') return { by: 'nobody' }
  const { from, to } = sides
  const [guest, ...others] = [from, to].filter((side) => side.scope === 'external')
  const sponsor = guest?.sponsor ?? ''
  if (policy.approval === 'administrator' || others.length > 0 || !people.get(sponsor)?.isActive)
    return { by: 'administrator' }
  // Who agreed already need not be asked again.
  return sponsor === from.user || sponsor === to.user ? { by: 'nobody' } : { by: 'sponsor', sponsor }
}
