/** The changes that the page can ask for; the server reads them again, strictly. */
import type { GivenChange, RoleName } from '../../../shared/administration.ts'

export type PersonFields = {
  readonly name: string
  readonly address: string
  readonly department: string
  readonly sponsor: string
  /** `YYYY-MM-DD`, or `never`. */
  readonly expires: string
}
export type ContactFields = { readonly name: string; readonly remark: string; readonly expires: string }

type Device = { readonly user: string; readonly device: string }
export type PolicyChanges = {
  readonly everyone?: boolean
  readonly departments?: boolean
  readonly domains?: boolean
  readonly fourEyes?: boolean
  readonly approval?: 'sponsor' | 'administrator' | 'none'
  readonly reason?: 'optional' | 'required'
  readonly offlineDays?: number
  readonly onExpiry?: 'block' | 'internal'
}

export type Change =
  | ({
      readonly op: 'user.add'
      readonly user: string
      readonly scope: 'internal' | 'external'
    } & Partial<PersonFields>)
  | { readonly op: 'user.set'; readonly user: string; readonly changes: Partial<PersonFields> }
  | { readonly op: 'user.disable' | 'user.enable'; readonly user: string }
  | { readonly op: 'role.set'; readonly user: string; readonly role: RoleName }
  | ({ readonly op: 'device.approve' | 'device.lock' | 'device.unlock' | 'device.rotate' } & Device)
  | ({ readonly op: 'device.revoke'; readonly wipe?: 'list' | 'all' } & Device)
  | {
      readonly op: 'contact.add'
      readonly user: string
      readonly contact: { readonly address: string } & Partial<ContactFields>
    }
  | {
      readonly op: 'contact.set'
      readonly user: string
      readonly address: string
      readonly changes: Partial<ContactFields>
    }
  | { readonly op: 'contact.remove'; readonly user: string; readonly address: string }
  | { readonly op: 'group.put'; readonly group: string; readonly title: string }
  | { readonly op: 'group.remove'; readonly group: string }
  | { readonly op: 'group.join' | 'group.leave'; readonly group: string; readonly user: string }
  | { readonly op: 'policy.set'; readonly changes: PolicyChanges }
  | { readonly op: 'rule.open'; readonly a: string; readonly b: string }
  | { readonly op: 'rule.domain'; readonly domain: string; readonly for: string }
  | { readonly op: 'rule.deny'; readonly what: string; readonly user?: string }
  | { readonly op: 'rule.remove'; readonly id: string }
  | { readonly op: 'request.link'; readonly id: string; readonly scope: 'internal' | 'external' }
  | { readonly op: 'request.refuse'; readonly id: string }
  | { readonly op: 'quarantine.release' | 'quarantine.refuse'; readonly user: string; readonly message: number }

/** Operations that have words; the log of a newer server may hold others. */
export const knownOps = [
  'contact.add',
  'contact.set',
  'contact.remove',
  'user.add',
  'user.set',
  'user.disable',
  'user.enable',
  'user.password',
  'enrolment.add',
  'group.put',
  'group.remove',
  'group.join',
  'group.leave',
  'policy.set',
  'rule.open',
  'rule.domain',
  'rule.deny',
  'rule.remove',
  'role.set',
  'request.link',
  'request.refuse',
  'quarantine.release',
  'quarantine.refuse',
  'device.approve',
  'device.lock',
  'device.unlock',
  'device.rotate',
  'device.revoke',
  'key.rotate',
  'key.retire',
  'key.export',
  'manifest.renew',
  'token.add',
  'token.remove',
  'import.add',
  'import.remove',
  'proposal.approve',
  'proposal.refuse',
] as const
type KnownOp = (typeof knownOps)[number]

export function isKnownOp(op: string): op is KnownOp {
  return knownOps.some((known) => known === op)
}

/** As it crosses: the fields that are there. */
export function given(changes: readonly Change[]): GivenChange[] {
  return changes.map((change) => ({ ...change }))
}
