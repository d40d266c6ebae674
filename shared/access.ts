/** What lets somebody sign in, as the server made it: told once, kept nowhere. */
import { z } from 'zod'
import { changeFaultSchema } from './fault-codes.ts'

/** For whom something is made that lets them sign in, and what: by the page and by every other door. */
export const givingShape = {
  user: z.string().min(1).max(64),
  give: z
    .array(z.enum(['password', 'enrolment']))
    .min(1)
    .max(2),
}

/** What lets somebody sign in, on the wire: a password, an enrolment code, or why neither was made. */
export const accessSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('given'),
    password: z.string().max(100).exactOptional(),
    enrolment: z.strictObject({ code: z.string().max(2_000), until: z.number().int() }).exactOptional(),
  }),
  z.strictObject({ state: z.literal('refused'), faults: z.array(changeFaultSchema) }),
])
/** What was given, or why nothing was. `until`: milliseconds since the epoch. */
export type Access = z.infer<typeof accessSchema>
