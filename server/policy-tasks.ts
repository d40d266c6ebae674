/** What the serving process may ask of the policy process, and what it answers: over their own channel, which nobody else has. */
import { z } from 'zod'

/** Whatever is ready, now instead of at the next look. */
const policyTaskSchema = z.strictObject({ task: z.literal('carryOut') })
export type PolicyTask = z.infer<typeof policyTaskSchema>

export const policyAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done') }),
  /** The policy key is not on this machine. */
  z.strictObject({ kind: z.literal('keyAbsent') }),
  /** The process is not there, or failed: it is started again. */
  z.strictObject({ kind: z.literal('unavailable') }),
])
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>

const number = z.number().int()
export const numberedTask = z.strictObject({ number, task: policyTaskSchema })
export const numberedAnswer = z.strictObject({ number, answer: policyAnswerSchema })
