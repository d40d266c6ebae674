/** What the serving process may ask of the policy process, and what it answers: over their own channel, which nobody else has. */
import { z } from 'zod'
import { changeFaultCodeSchema } from '../../../shared/fault-codes.ts'
import { keyStepSchema, keysViewSchema, manifestViewShape } from '../../../shared/key-steps.ts'

const policyTaskSchema = z.discriminatedUnion('task', [
  /** Whatever is ready, now instead of at the next look. */
  z.strictObject({ task: z.literal('carryOut') }),
  /** Which keys there are. */
  z.strictObject({ task: z.literal('keys') }),
  /** One step of the keys, as far as the root key is on this machine. */
  z.strictObject({
    task: z.literal('keyStep'),
    step: keyStepSchema,
    why: z.string().max(1_000),
    who: z.string().max(128),
    via: z.string().max(64),
  }),
])
/**
 * A question to the policy process. None carries a change: those wait in the store as proposals, which it reads
 * itself.
 */
export type PolicyTask = z.infer<typeof policyTaskSchema>

const policyAnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done') }),
  z.strictObject({
    kind: z.literal('refused'),
    why: z.string(),
    code: changeFaultCodeSchema.exactOptional(),
    what: z.string().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('keys'), keys: keysViewSchema }),
  z.strictObject({ kind: z.literal('manifest'), ...manifestViewShape }),
  /** The policy key is not on this machine. */
  z.strictObject({ kind: z.literal('keyAbsent') }),
  /** The process is not there, or failed: it is started again. */
  z.strictObject({ kind: z.literal('unavailable') }),
])
/** Its answer. What a proposal came to is not in it, but in the proposal's row. */
export type PolicyAnswer = z.infer<typeof policyAnswerSchema>

/** Whoever has the policy key at hand, and the root key where that is on this machine. */
export type PolicyPort = { readonly ask: (task: PolicyTask) => Promise<PolicyAnswer> }

const number = z.number().int()
/** As both cross the channel: the number says which question an answer is for. */
export const numberedTask = z.strictObject({ number, task: policyTaskSchema })
export const numberedAnswer = z.strictObject({ number, answer: policyAnswerSchema })

/** Whoever asks the process that holds the policy key. */
export type PolicyDesk = {
  /** Answers `unavailable` where the process is not there. */
  ask(task: PolicyTask): Promise<PolicyAnswer>
}
