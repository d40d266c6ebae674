/** How the organisation makes its lists: settings that an administrator changes while everything runs. */
import { z } from 'zod'

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
})
export type OrganisationPolicy = z.infer<typeof organisationPolicySchema>

export const defaultPolicy: OrganisationPolicy = organisationPolicySchema.parse({})
