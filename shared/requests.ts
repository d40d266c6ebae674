/** Contact requests and invitations, as the server tells them and every face shows them. */
import { z } from 'zod'

/** Most characters of the note that goes with a request, UTF-16 units. */
export const maxNoteLength = 500

/** What every invitation starts with; the secret follows, base64url of 16 bytes. */
export const invitationPrefix = 'kith-invite:'

/** The secret of an invitation, or `undefined` for any other text; white space in it does not count. */
export function readInvitation(text: string): string | undefined {
  const plain = text.replace(/\s+/g, '')
  const secret = plain.slice(invitationPrefix.length)
  return plain.startsWith(invitationPrefix) && /^[A-Za-z0-9_-]{22}$/.test(secret) ? secret : undefined
}

/** Whether a text is meant as an invitation, whole or not. */
export function isInvitation(text: string): boolean {
  return text.trimStart().startsWith(invitationPrefix)
}

/** Why a request cannot be made, where the failure's kind alone does not say. */
export const requestReasons = ['address', 'self', 'listed', 'declined', 'open', 'day', 'invitation', 'rule'] as const
/** One of these reasons. */
export type RequestReason = (typeof requestReasons)[number]

/** Whether a text is a reason that this version knows. */
export function isRequestReason(text: string): text is RequestReason {
  return requestReasons.some((reason) => reason === text)
}

const id = z.string().min(1).max(100)
const personSchema = z.strictObject({ name: z.string().max(200), address: z.string().max(320) })
const note = z.string().max(maxNoteLength)
const at = z.number().int()

/**
 * For whom an open request waits. It tells nobody whether an address has an account here: of the organisation's own
 * domain each waits for `them` until somebody agrees, of elsewhere each for `either`: the organisation, and them where
 * they have an account. `organisation`: the other side has agreed.
 */
const waitsSchema = z.enum(['them', 'organisation', 'either'])
/** One of them. */
export type RequestWaits = z.infer<typeof waitsSchema>

/** Every request that concerns the user, as the server tells it. `at`: milliseconds since the epoch. */
export const requestsSchema = z.strictObject({
  /** Others' wishes, which the user answers. */
  incoming: z.array(z.strictObject({ id, from: personSchema, note, at })),
  /** The user's own; those that have ended for some weeks. */
  own: z.array(
    z.strictObject({
      id,
      address: z.string().max(320),
      note,
      state: z.enum(['waiting', 'linked', 'declined', 'withdrawn']),
      at,
      waits: waitsSchema.exactOptional(),
      endedAt: at.exactOptional(),
    }),
  ),
  /** Others' wishes that the user has answered, for some weeks; `waiting`: it is for the organisation to approve. */
  answered: z.array(
    z.strictObject({
      id,
      from: personSchema,
      note,
      state: z.enum(['waiting', 'linked', 'declined']),
      at,
      endedAt: at,
    }),
  ),
  /** Wishes that both sides have agreed to and that the user, who answers for a guest, approves. */
  approvals: z.array(z.strictObject({ id, from: personSchema, to: personSchema, note, at })),
})
/** Every request that concerns one user. */
export type ContactRequests = Readonly<z.infer<typeof requestsSchema>>

/** `to`: an address, or a pasted invitation. */
export const newRequestSchema = z.strictObject({ to: z.string().min(1).max(1_000), note })
/** The user's answer to a request, by its id. */
export const requestAnswerSchema = z.strictObject({ id, accept: z.boolean() })
/** A request of the user's own, by its id. */
export const requestIdSchema = z.strictObject({ id })
/** A new invitation. It holds the only copy of its secret: the server keeps a hash. `expiresAt`: milliseconds. */
export const invitationSchema = z.strictObject({ text: z.string().max(100), expiresAt: z.number().int() })
