/** Messages as the engine keeps them and the page shows them. Times are milliseconds since the epoch. */
import { z } from 'zod'

/** Most characters of one message's text, in composer and store. */
export const maxTextLength = 100_000
/** Most recipients of one message, all fields together. */
export const maxRecipients = 100
/** Most characters of a subject. */
export const maxSubjectLength = 998

/** `chat`: a line in a conversation. `mail`: has a subject of its own. Both are ordinary mail on the wire. */
const messageKindSchema = z.enum(['chat', 'mail'])

/** Why a message could not be sent; `refused` names the guard's rule beside it. */
export const sendFailureSchema = z.enum(['refused', 'rejected', 'authFailed', 'tooLarge', 'expired'])

/** An own message's way: each step is saved before it is announced. */
export const deliverySchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('waiting') }),
  z.object({ step: z.literal('sending') }),
  z.object({ step: z.literal('sent'), at: z.number() }),
  z.object({ step: z.literal('delivered'), at: z.number() }),
  z.object({ step: z.literal('read'), at: z.number() }),
  z.object({
    step: z.literal('failed'),
    reason: sendFailureSchema,
    refusals: z.array(z.object({ address: z.string(), rule: z.string(), reason: z.string() })).optional(),
  }),
])
/** How far an own message has come, and when it was, in milliseconds since the epoch. */
export type Delivery = z.infer<typeof deliverySchema>

const participantSchema = z.object({
  address: z.string(),
  name: z.string(),
  /** Whether the list in force admits this address; those it does not cannot be answered (I4). */
  listed: z.boolean(),
})
/** Somebody whom a message names. */
export type Participant = z.infer<typeof participantSchema>

/** A message as every face gets it: text alone, no HTML, no bytes. */
export const messageSchema = z.object({
  id: z.string(),
  /** The contact's address, ASCII-folded: one conversation a contact. */
  conversation: z.string(),
  kind: messageKindSchema,
  direction: z.enum(['in', 'out']),
  from: participantSchema,
  to: z.array(participantSchema),
  cc: z.array(participantSchema),
  subject: z.string(),
  text: z.string(),
  /** Set when the MIME structure was ambiguous and only this plain view is shown (I8). */
  simplified: z.boolean(),
  /** To or Cc is what the message claims: its proof does not cover it, and an answer to all asks first (I4). */
  claimedRecipients: z.literal(true).exactOptional(),
  /** To and Cc, as they are proven, do not name the reader (I11). */
  notAddressed: z.literal(true).exactOptional(),
  /** Its proven Date, where that is more than a day from `at` (I11). */
  writtenAt: z.number().exactOptional(),
  at: z.number(),
  read: z.boolean(),
  /** Only for own messages. */
  delivery: deliverySchema.optional(),
})
/** One message as the page shows it, mail or chat. */
export type Message = z.infer<typeof messageSchema>

/** What a composer submits. Addresses are parsed and judged by the engine, whatever the page says. */
export const draftSchema = z.object({
  kind: messageKindSchema,
  to: z.array(z.string().max(320)).max(maxRecipients),
  cc: z.array(z.string().max(320)).max(maxRecipients).default([]),
  bcc: z.array(z.string().max(320)).max(maxRecipients).default([]),
  subject: z.string().max(maxSubjectLength).default(''),
  text: z.string().max(maxTextLength),
  /** Id of the message that this one answers. */
  inReplyTo: z.string().max(998).optional(),
  /** Id of the begun mail that this one was: it is gone in the moment in which the message is in the outbox. */
  begunAs: z
    .string()
    .regex(/^[0-9a-f]{32}$/u)
    .optional(),
})
/** A message to be sent, as text that is still to be judged. */
export type Draft = z.infer<typeof draftSchema>
