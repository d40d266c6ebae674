/** Shapes of the mail side's rows as the rest of the engine sees them, and how columns are read. */
import { z } from 'zod'
import { type Delivery, deliverySchema } from '../../../../shared/message.ts'

export type Person = { readonly address: string; readonly name: string }
export type Participants = {
  readonly from: Person
  readonly to: readonly Person[]
  readonly cc: readonly Person[]
  /** Where the sender asks answers to go (O5); absent where the message does not say. */
  readonly replyTo?: readonly Person[]
}

/** Where a message lies on the IMAP server. UIDs mean something only together with UIDVALIDITY (RFC 9051 2.3.1.1). */
export type Place = { readonly folder: string; readonly uidValidity: string; readonly uid: number }

/** Whether the sender asked for a read receipt, and whether it was submitted: at most once. */
export type Receipt = 'none' | 'asked' | 'sent'

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
}
export type StoredMessage = NewMessage & { readonly seq: number }

const personSchema = z.object({ address: z.string(), name: z.string() })
const participantsSchema = z.object({
  from: personSchema,
  to: z.array(personSchema),
  cc: z.array(personSchema),
  replyTo: z.array(personSchema).exactOptional(),
})
const stringsSchema = z.array(z.string())

export function readParticipants(column: string): Participants {
  return participantsSchema.parse(JSON.parse(column))
}

export function readStrings(column: string): readonly string[] {
  return stringsSchema.parse(JSON.parse(column))
}

export function readDelivery(column: string | null): Delivery | undefined {
  return column === null ? undefined : deliverySchema.parse(JSON.parse(column))
}

export type PlaceColumns = {
  readonly folder: string | null
  readonly uid_validity: string | null
  readonly uid: number | null
}

export function readPlace(row: PlaceColumns): Place | undefined {
  if (row.folder === null || row.uid_validity === null || row.uid === null) return undefined
  return { folder: row.folder, uidValidity: row.uid_validity, uid: row.uid }
}
