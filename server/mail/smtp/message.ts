/** The header of a submitted or incoming message: who it binds, whom it names, what is taken out (protocol.md 8). Pure. */
import type { OutgoingRecipient } from '../../../shared/guard.ts'
import { type HeaderField, parseAuthor, parseMailboxes, splitMessage } from '../../../shared/header.ts'
import { signatureField } from '../../../shared/whitelist/mail-signature.ts'
import { SmtpReply } from './reply.ts'

type Author = { readonly key: string; readonly unicode: boolean }

/** `fields`: as they stood, one string each. */
export type Parts = { readonly fields: readonly string[]; readonly body: Uint8Array }

/** What goes on is `bytesOf` this. `raw`: as it came. */
export type CleanMessage = Parts & { readonly raw: Uint8Array }

type Submitted = {
  readonly message: CleanMessage
  /** Every recipient that the header names; one that can't be read is there as it stands, for the guard to refuse (A2). */
  readonly recipients: readonly OutgoingRecipient[]
  readonly messageId: string
}

/** Fields that name the sender: each address in them is the author's. */
const senderFields = ['from', 'sender', 'resent-from', 'resent-sender']

const recipientFields: { readonly [name: string]: OutgoingRecipient['field'] } = {
  to: 'to',
  'resent-to': 'to',
  cc: 'cc',
  'resent-cc': 'cc',
  bcc: 'bcc',
  'resent-bcc': 'bcc',
}

/** RFC 5322 3.6: at most one of each. Programs disagree on which of two counts. */
const singleFields = [
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'date',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]

/** Octets of a Message-ID: it names the message in what is signed about it. */
const maxMessageId = 998

/** Throws the reply that refuses it. `added`: what the server puts in where it is missing (RFC 6409 8). */
export function readSubmitted(
  raw: Uint8Array,
  author: Author,
  added: { readonly messageId: string; readonly date: string },
): Submitted {
  const fields = readFields(raw)
  for (const name of singleFields) {
    if (fields.filter((field) => field.name === name).length > 1) throw refuseForm(`The field ${name} stands twice`)
  }
  bindAuthor(fields, author)
  const messageId = fields.find(({ name }) => name === 'message-id')?.value
  if (messageId !== undefined && !isMessageId(messageId)) throw refuseForm('The Message-ID is malformed')
  // Bcc goes: whoever is named there is in the envelope, and nobody else may learn of it.
  const kept = fields.filter(({ name }) => !isForeign(name) && !isHidden(name)).map((field) => field.raw)
  if (messageId === undefined) kept.push(`Message-ID: ${added.messageId}`)
  if (!fields.some(({ name }) => name === 'date')) kept.push(`Date: ${added.date}`)
  return {
    message: { fields: kept, body: splitMessage(raw).body, raw },
    recipients: fields.flatMap((field) => recipientsOf(field, author)),
    messageId: messageId ?? added.messageId,
  }
}

/**
 * Mail from outside: only what could pass for proof is taken out. Forged mail arrives, and the client holds it. A
 * signature stays, as one of DKIM's does: it counts by the key that a list names, now or later (I6).
 */
export function readIncoming(raw: Uint8Array): CleanMessage {
  const fields = readFields(raw)
  const kept = fields.filter(({ name }) => !isForeign(name) || name === signatureField.toLowerCase())
  return { fields: kept.map((field) => field.raw), body: splitMessage(raw).body, raw }
}

/** The message as bytes, its header's lines ended by CRLF. */
export function bytesOf({ fields, body }: Parts): Uint8Array {
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

function readFields(raw: Uint8Array): readonly HeaderField[] {
  const { fields, fault } = splitMessage(raw)
  if (fault === 'tooLarge') throw new SmtpReply(552, '5.3.4 The header is too large')
  if (fault) throw refuseForm('The header is malformed')
  return fields
}

function refuseForm(text: string): SmtpReply {
  return new SmtpReply(550, `5.6.0 ${text}`)
}

function bindAuthor(fields: readonly HeaderField[], { key, unicode }: Author): void {
  const own = fields.filter(({ name }) => senderFields.includes(name))
  // Every address in every one of these fields: programs differ in which of them they show as the sender.
  const bound = own.every(({ value }) => {
    const parsed = parseAuthor(value, { unicode })
    return parsed.ok && parsed.value.address.key === key
  })
  if (!bound || !own.some(({ name }) => name === 'from')) {
    throw new SmtpReply(550, '5.7.1 I2 From must be exactly your own address')
  }
}

function recipientsOf({ name, value }: HeaderField, { unicode }: Author): readonly OutgoingRecipient[] {
  const field = recipientFields[name]
  // RFC 5322 3.6.3: only a Bcc may be empty.
  if (!field || (field === 'bcc' && value === '')) return []
  const parsed = parseMailboxes(value, { unicode })
  if (!parsed.ok) return [{ field, text: value }]
  return parsed.value.map(({ address }) => ({ field, text: address.text }))
}

function isMessageId(value: string): boolean {
  return value.length <= maxMessageId && /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(value)
}

/** Another server's word, or one that pretends to be the gateway's (I5). */
function isForeign(name: string): boolean {
  return name === 'authentication-results' || name === 'return-path' || name.startsWith('x-kith-')
}

function isHidden(name: string): boolean {
  return name === 'bcc' || name === 'resent-bcc'
}
