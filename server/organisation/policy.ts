/** How the organisation makes its lists: settings that an administrator changes while everything runs. */
import { z } from 'zod'
import type { Config } from '../settings/config.ts'

const settings = {
  /** Every internal user lists every other. */
  everyone: z.boolean(),
  /** The people of a department list each other. */
  departments: z.boolean(),
  /** Whether whole domains may be listed: a weaker promise, since the domain vouches for its addresses and nobody knows who they are. */
  domains: z.boolean(),
  /** Whether an external contact that a user asks for needs the sponsor's or an administrator's consent. */
  approval: z.enum(['sponsor', 'administrator', 'none']),
  /** Whether external entries need a second administrator. */
  fourEyes: z.boolean(),
  /** Whether every change needs a reason for the audit log. */
  reason: z.enum(['optional', 'required']),
  /** The lease: days without the server before the client's store locks (protocol.md 9). */
  offlineDays: z.number().int().min(0).max(365),
  /** What happens to sending when the lease is over (guard.md O7). */
  onExpiry: z.enum(['block', 'internal']),
}

/** Only what is to change: without defaults, which would set back all that is not named. */
export const policyChangesSchema = z.strictObject(settings).partial()

export const organisationPolicySchema = z.strictObject({
  everyone: settings.everyone.default(false),
  departments: settings.departments.default(false),
  domains: settings.domains.default(false),
  approval: settings.approval.default('administrator'),
  fourEyes: settings.fourEyes.default(false),
  reason: settings.reason.default('optional'),
  /** Until they are set, what config.json says. */
  offlineDays: settings.offlineDays.optional(),
  onExpiry: settings.onExpiry.optional(),
})
export type OrganisationPolicy = z.infer<typeof organisationPolicySchema>
/** What is in force. */
type WholePolicy = Omit<OrganisationPolicy, keyof Lease> & Lease
type Lease = { readonly offlineDays: number; readonly onExpiry: 'block' | 'internal' }

/** The policy with the settings of config.json where the organisation has none of its own. */
export function wholePolicy(policy: OrganisationPolicy, { policy: { offlineDays, onExpiry } }: Config): WholePolicy {
  return {
    ...policy,
    offlineDays: policy.offlineDays ?? offlineDays,
    onExpiry: policy.onExpiry ?? onExpiry,
  }
}

/** Whether heads say something else than before: every list is to be signed anew. */
export function isLeaseMoved(before: OrganisationPolicy, after: OrganisationPolicy): boolean {
  return before.offlineDays !== after.offlineDays || before.onExpiry !== after.onExpiry
}

export const defaultPolicy: OrganisationPolicy = organisationPolicySchema.parse({})
