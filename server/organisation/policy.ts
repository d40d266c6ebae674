/** How the organisation makes its lists: settings that an administrator changes while everything runs. */
import { z } from 'zod'
import { policySettings } from '../../shared/administration/change.ts'
import type { Config } from '../settings/config.ts'

/** Reads the stored settings. Each has a default, so a store that an older program wrote reads as well. */
export const organisationPolicySchema = z.strictObject({
  everyone: policySettings.everyone.default(false),
  departments: policySettings.departments.default(false),
  domains: policySettings.domains.default(false),
  approval: policySettings.approval.default('administrator'),
  fourEyes: policySettings.fourEyes.default(false),
  reason: policySettings.reason.default('optional'),
  /** Until they are set, what config.json says. */
  offlineDays: policySettings.offlineDays.optional(),
  onExpiry: policySettings.onExpiry.optional(),
})
/** The settings in force; the two of the lease may be left to config.json (`wholePolicy`). */
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

/** Of an organisation whose administrators have set nothing yet. */
export const defaultPolicy: OrganisationPolicy = organisationPolicySchema.parse({})
