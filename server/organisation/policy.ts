/** How the organisation makes its lists: settings that an administrator changes while everything runs. */
import { z } from 'zod'

export const organisationPolicySchema = z.strictObject({
  /** Every internal user lists every other. */
  everyone: z.boolean().default(false),
  /** The people of a department list each other. */
  departments: z.boolean().default(false),
  /** Whether whole domains may be listed: a weaker promise, since the domain vouches for its addresses and nobody knows who they are. */
  domains: z.boolean().default(false),
  /** Whether an external contact that a user asks for needs the sponsor's or an administrator's consent. */
  approval: z.enum(['sponsor', 'administrator', 'none']).default('administrator'),
  /** Whether external entries need a second administrator. */
  fourEyes: z.boolean().default(false),
})
export type OrganisationPolicy = z.infer<typeof organisationPolicySchema>

export const defaultPolicy: OrganisationPolicy = organisationPolicySchema.parse({})
