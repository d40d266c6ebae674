/** People, lists and messages for the guard's tests. */

import { splitMessage } from '../header.ts'
import { createListView } from '../list-view.ts'
import type {
  DkimFact,
  IncomingFacts,
  IncomingVerdict,
  ListedContact,
  ListView,
  OutgoingFacts,
  OutgoingRecipient,
} from './facts.ts'
import { judgeIncoming } from './incoming.ts'
import { fieldsToSign } from './proof.ts'

/** The time at which the tests judge. */
export const now = 1_800_000_000_000
/** The user. */
export const self = 'me@kith.example'

export function contact(address: string, more: Partial<ListedContact> = {}): ListedContact {
  const scope = more.scope ?? 'external'
  const level = scope === 'internal' ? 'login' : 'dmarc'
  return { id: `id-${address}`, name: address, address, key: address, scope, level, send: true, receive: true, ...more }
}

export const bo = contact('bo.li@partner.example', { name: 'Bo Li' })
export const carol = contact('carol@kith.example', { name: 'Carol Chen', scope: 'internal' })
const expired = contact('dan@old.example', { name: 'Dan', expiresAt: now })
const onlySend = contact('eve@send.example', { name: 'Eve', receive: false })
const onlyReceive = contact('finn@receive.example', { name: 'Finn', send: false })

export function aList(...more: readonly ListedContact[]): ListView {
  return createListView([bo, carol, expired, onlySend, onlyReceive, ...more])
}

export function outgoing(
  recipients: readonly (string | OutgoingRecipient)[],
  more: Partial<OutgoingFacts> = {},
): OutgoingFacts {
  const all = recipients.map((to): OutgoingRecipient => (typeof to === 'string' ? { field: 'to', text: to } : to))
  return { now, self, recipients: all, lease: 'valid', onExpiry: 'block', unicode: false, ...more }
}

/** A signature that proves a message of `domain`. */
export function signatureOf(domain: string, more: Partial<DkimFact> = {}): DkimFact {
  return { domain, pass: true, bodyLength: false, signed: fieldsToSign, ...more }
}

/** A whole message of the header lines given; CRLF between them, ASCII and UTF-8. */
export function rawMessage(...lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\nHello\r\n`)
}

/** A message with one From and the other fields that an ordinary one has. */
export function from(value: string, ...lines: readonly string[]): Uint8Array {
  const ordinary = ['To: me@kith.example', 'Subject: Hello', 'Date: Fri, 15 Jan 2027 08:00:00 +0000']
  const kept = ordinary.filter((line) => !lines.some((other) => other.split(':')[0] === line.split(':')[0]))
  return rawMessage(`From: ${value}`, ...kept, 'MIME-Version: 1.0', ...lines)
}

/** Facts of a message without any proof. */
export function incoming(raw: Uint8Array, more: Partial<IncomingFacts> = {}): IncomingFacts {
  return { now, self, unicode: false, message: splitMessage(raw), dkim: [], ...more }
}

/** The evidence that proves a message of `bo`. */
export const boSigned = { dkim: [signatureOf('partner.example')] }

/** Judges with the list of `aList`. */
export function judge(raw: Uint8Array, more: Partial<IncomingFacts> = boSigned): IncomingVerdict {
  return judgeIncoming(aList(), incoming(raw, more))
}

/** Rule, reason and the contact's address of a hold. */
export function held(verdict: IncomingVerdict): unknown {
  return verdict.verdict === 'hold' ? [verdict.rule, verdict.reason, verdict.contact?.address] : 'admitted'
}
