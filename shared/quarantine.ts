/** Messages that the gateway keeps back on the server, as their recipient and whoever decides see them: never the body. */
import { z } from 'zod'

/** Why the guard held a message (guard.md I2, I3, I9). */
export const heldReasonSchema = z.enum(['notListed', 'notProven', 'expired', 'malformed', 'lookalike'])

/** `asked`: an administrator is to decide. `released`: it is on its way to the mailbox. */
export const keptStateSchema = z.enum(['kept', 'asked', 'refused', 'released'])
/** How far a kept message has come on its way out. */
export type KeptState = z.infer<typeof keptStateSchema>

/** Number of a kept message; no two users' messages share one. */
const id = z.number().int().min(1)

const keptSchema = z.strictObject({
  id,
  /** As the message claims, without characters that would not show. */
  claimedAddress: z.string(),
  subject: z.string(),
  at: z.number().int(),
  rule: z.string(),
  reason: heldReasonSchema,
  state: keptStateSchema,
})
/** A kept message in its recipient's list. `rule`: the guard's, as `I3`. */
export type KeptMessage = Readonly<z.infer<typeof keptSchema>>

/** Who decides that a message leaves the quarantine. */
export const releasedBySchema = z.enum(['user', 'administrator'])

/** A part of the list: `count` messages from the `from`-th on, the newest being 0. */
export const keptWindowSchema = z.strictObject({
  from: z.number().int().min(0).max(1_000_000),
  count: z.number().int().min(1).max(500),
})
/** Newest first. */
export const keptPageSchema = z.strictObject({
  total: z.number().int(),
  by: releasedBySchema,
  kept: z.array(keptSchema),
})
/** One kept message, by its number. */
export const keptIdSchema = z.strictObject({ id })
/** One kept message, or all that claim its sender. */
export const keptChoiceSchema = z.strictObject({ id, scope: z.enum(['message', 'sender']) })
/** To how many something was done. */
export const keptCountSchema = z.strictObject({ count: z.number().int() })
/** How far a message is after something was asked for it. */
export const keptMovedSchema = z.strictObject({ state: keptStateSchema })

/** A user asks for a message: for whoever decides. */
export const releaseRequestSchema = keptSchema.omit({ state: true }).extend({ user: z.string() })
/** A kept message that somebody asks for; `user`: their login name. */
export type ReleaseRequest = Readonly<z.infer<typeof releaseRequestSchema>>
