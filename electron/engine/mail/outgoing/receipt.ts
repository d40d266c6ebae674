/** Read receipts: message disposition notifications (RFC 8098), written and read. Never shown as messages. */

import type { Participants, StoredMessage } from '../store/records.ts'
import { assemble, type Composition, commonHeader, isMessageId } from './compose.ts'

type ReceiptBasis = { readonly participants: Participants; readonly at: number; readonly messageId: string }

/** The kind of report that a receipt is (RFC 8098 3). */
export const receiptReport = 'disposition-notification'

/** The type of its part for machines (RFC 8098 3). */
export const notificationType = 'message/disposition-notification'

/** RFC 8098 3: a report of a human-readable part and the notification; the original is not returned. */
export function composeReceipt(original: StoredMessage, basis: ReceiptBasis): Uint8Array {
  // Our parts are fixed ASCII text, so no line of them can begin with the delimiter.
  const boundary = `receipt-${basis.messageId.slice(1, basis.messageId.indexOf('@'))}`
  const composition: Composition = {
    ...basis,
    kind: 'chat',
    subject: 'Receipt notification',
    text: '',
    references: [original.messageId],
  }
  return assemble([
    ...commonHeader(composition),
    'Chat-Version: 1.0',
    // RFC 3834 5: nobody answers this automatically.
    'Auto-Submitted: auto-replied',
    `Content-Type: multipart/report; report-type=${receiptReport};\r\n boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'The message was displayed. This is no guarantee that it was read.',
    `--${boundary}`,
    `Content-Type: ${notificationType}`,
    '',
    'Reporting-UA: Kith',
    `Final-Recipient: rfc822; ${basis.participants.from.address}`,
    ...(isMessageId(original.messageId) ? [`Original-Message-ID: ${original.messageId}`] : []),
    'Disposition: manual-action/MDN-sent-automatically; displayed',
    '',
    `--${boundary}--`,
    '',
  ])
}

/** The message that a notification says was displayed; undefined for any other disposition (RFC 8098 3.2.6). */
export function displayedMessage(notification: string): string | undefined {
  const fields = new Map(
    notification.split(/\r?\n/u).flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const] : []
    }),
  )
  const displayed = /;\s*displayed\s*(?:\/|$)/iu.test(fields.get('disposition') ?? '')
  return displayed ? fields.get('original-message-id') : undefined
}
