/** Shapes of the mail side's rows as the rest of the engine sees them, and how columns are read. */
import { z } from 'zod'
import type { Notices } from '../../../../shared/guard/notices.ts'
import { type Delivery, deliverySchema } from '../../../../shared/message.ts'

/** An address as it was written, and the name beside it; empty where there is none. */
export type Person = { readonly address: string; readonly name: string }

/** Whom a message is from and to, as its header says; never a Bcc. */
export type Participants = {
  readonly from: Person
  readonly to: readonly Person[]
  readonly cc: readonly Person[]
  /** Where the sender asks answers to go (O5); absent where the message does not say. */
  readonly replyTo?: readonly Person[]
}

/** Where a message lies on the IMAP server, under the folder's UIDVALIDITY of now (places.ts). */
export type Place = { readonly folder: string; readonly uid: number }

/** Whether the sender asked for a read receipt, and whether it was submitted: at most once. */
export type Receipt = 'none' | 'asked' | 'sent'

/** A message as it is stored. `at` is milliseconds since the epoch. */
export type NewMessage = {
  readonly id: string
  readonly conversation: string
  readonly kind: 'chat' | 'mail'
  readonly direction: 'in' | 'out'
  /** Message-ID with angle brackets, or a digest of the bytes for a message without one. */
  readonly messageId: string
  /** Message-IDs of the thread, oldest first, without this message's own. */
  readonly references: readonly string[]
  readonly participants: Participants
  readonly subject: string
  readonly text: string
  readonly simplified: boolean
  readonly at: number
  readonly read: boolean
  readonly delivery?: Delivery
  readonly receipt: Receipt
  readonly place?: Place
  /** What is to be said of it in the conversation (I4, I11). */
  readonly notices?: Notices
}

/**
 * A message to be stored. `former`: the id that the outbox or an older version of this app would have given it, with
 * the times at which it came and was written: a row of that id which agrees with it is this message.
 */
export type ArrivedMessage = NewMessage & { readonly former?: { readonly id: string; readonly at: readonly number[] } }

/**
 * A message of the store; `seq` is the order in which messages came into it. `rank` is its place among the others: its
 * time, where no clock was wrong (messages.ts).
 */
export type StoredMessage = NewMessage & { readonly seq: number; readonly rank: number }

const personSchema = z.object({ address: z.string(), name: z.string() })
const participantsSchema = z.object({
  from: personSchema,
  to: z.array(personSchema),
  cc: z.array(personSchema),
  replyTo: z.array(personSchema).exactOptional(),
})
const noticesSchema = z.strictObject({
  claimedRecipients: z.literal(true).exactOptional(),
  notAddressed: z.literal(true).exactOptional(),
  writtenAt: z.number().exactOptional(),
})
const stringsSchema = z.array(z.string())

/** Reads the column of that name; throws for what this app did not write. */
export function readParticipants(column: string): Participants {
  return participantsSchema.parse(JSON.parse(column))
}

/** Reads the column of that name; most messages have none. */
export function readNotices(column: string | null): Notices | undefined {
  return column === null ? undefined : noticesSchema.parse(JSON.parse(column))
}

/** Reads a column that holds a JSON array of texts; throws for what this app did not write. */
export function readStrings(column: string): readonly string[] {
  return stringsSchema.parse(JSON.parse(column))
}

/** Reads the column of that name; received messages have none. */
export function readDelivery(column: string | null): Delivery | undefined {
  return column === null ? undefined : deliverySchema.parse(JSON.parse(column))
}
