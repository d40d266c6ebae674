/** One message from the server, read and judged: what is to be stored of it. Nothing is stored here. */
import { addressKey, foldAscii } from '../../../../shared/address.ts'
import { type IncomingVerdict, judgeIncoming, type ListedContact } from '../../../../shared/guard.ts'
import { type Covers, coverageOf, coversAll } from '../../../../shared/guard/coverage.ts'
import { type Notices, noticesOf, writtenAt } from '../../../../shared/guard/notices.ts'
import { authorOf, parseMailboxes, type RawMessage } from '../../../../shared/header.ts'
import { singleField } from '../../../../shared/mime/structure.ts'
import { shownName } from '../../../../shared/text/header-text.ts'
import type { ListInForce, MailDependencies } from '../dependencies.ts'
import { selfKey } from '../judge.ts'
import { maxReferences } from '../limits.ts'
import { submittedIdentity } from '../outgoing/submit.ts'
import type { NewHeld } from '../store/held-store.ts'
import type { NewMessage, Participants, Person, Place } from '../store/records.ts'
import { type Content, readSubject } from './content.ts'
import { messageIdentity, writtenMessageId } from './identity.ts'
import { kindOf, readReplyTo } from './open-fields.ts'
import type { Proof } from './proof.ts'
import { contentByLevel } from './read-message.ts'

/** A message as fetched (I1: raw bytes). */
export type Fetched = {
  readonly raw: Uint8Array
  /** When the server received it: a sender's own Date could claim any time. */
  readonly at: number
  readonly seen: boolean
  /** Only the header was read: the message is larger than what is fetched. */
  readonly truncated: boolean
  readonly place?: Place
}

/** A message with everything that judging it needs. */
export type Prepared = {
  readonly fetched: Fetched
  readonly message: RawMessage
  readonly proof: Proof
  /** The level at which the sender's entry wants it proven: what that proof covers decides how it is read (I8). */
  readonly level: string
  /** What the list said of the sender then (`listState`): where it says something else by now, proofs are to be gathered anew. */
  readonly listState: string
  readonly content: Content
  /** SHA-256 of the bytes, in hex. */
  readonly rawDigest: string
  /** `contentDigest` of it. */
  readonly digest: string
}

/** What is to be done with a message: show it, note that it was read, hold it, or nothing. */
export type Judged =
  | { readonly kind: 'message'; readonly message: NewMessage; readonly partner: Person }
  | { readonly kind: 'receipt'; readonly from: string; readonly messageId: string; readonly at: number }
  | { readonly kind: 'held'; readonly row: NewHeld }
  | { readonly kind: 'ignored' }

/**
 * Makes the table of look-alikes where one of the messages is a stranger's. Who hears from contacts alone never pays
 * for it.
 */
export async function prepareList(dependencies: MailDependencies, messages: readonly Prepared[]): Promise<void> {
  const { view, prepare: prepareView } = dependencies.list()
  const isStranger = ({ message }: Prepared): boolean => {
    // With non-ASCII addresses too: a look-alike is made of them, whether or not the policy allows any.
    const author = authorOf(message, true)
    return author !== undefined && view?.find(author.address.key) === undefined
  }
  if (messages.some(isStranger)) await prepareView()
}

/** Judges a message from the INBOX by the list in force (I1 to I9). */
export function judge(dependencies: MailDependencies, prepared: Prepared): Judged {
  const { view, unicode } = dependencies.list()
  const { message, proof } = prepared
  const { again: _again, ...evidence } = proof
  const facts = { now: dependencies.clock.now(), self: dependencies.account.address, unicode, message, ...evidence }
  const verdict = judgeIncoming(view, facts)
  if (verdict.verdict === 'hold') return { kind: 'held', row: heldRow(prepared, verdict) }
  const self = selfKey(dependencies)
  const { contact } = verdict
  const others = verdict.others.filter(({ address }) => address !== '')
  const people = (field: 'to' | 'cc'): readonly Person[] =>
    others
      .filter((other) => other.field === field)
      .map((other) => ({ address: other.address, name: shownName(other, field, message.fields) }))
  const from = { address: contact.address, name: contact.name }
  const replyTo = readReplyTo(message, coverageOf(message, contact), unicode)
  const participants = { from, to: people('to'), cc: people('cc'), ...(replyTo.length > 0 ? { replyTo } : {}) }
  if (contact.key === self) return own(dependencies, prepared, participants)
  return received(prepared, { contact, participants, notices: noticesOf(facts, contact, prepared.fetched.at), unicode })
}

type Reception = {
  readonly contact: ListedContact
  readonly participants: Participants
  readonly notices: Notices
  readonly unicode: boolean
}

function received(prepared: Prepared, { contact, participants, notices, unicode }: Reception): Judged {
  const { message, fetched } = prepared
  // The list moved between reading and judging: read anew, by what the proof that now counts covers.
  const content =
    contact.level === prepared.level ? prepared.content : contentByLevel(fetched.truncated, message, contact.level)
  if (content.receiptFor !== undefined) {
    return { kind: 'receipt', from: contact.key, messageId: content.receiptFor, at: fetched.at }
  }
  const covers = coverageOf(message, contact)
  const asked = asksForReceipt(message, contact.key, unicode)
  return {
    kind: 'message',
    partner: participants.from,
    message: {
      ...common({ ...prepared, content }, participants),
      ...identityOf(prepared, 'in', contact.key, covers),
      kind: kindOf(message, content, covers),
      ...(Object.keys(notices).length > 0 ? { notices } : {}),
      conversation: contact.key,
      direction: 'in',
      read: fetched.seen,
      receipt: asked && !fetched.seen ? 'asked' : 'none',
    },
  }
}

/**
 * Reads a message of the own Sent folder. The user wrote it, in whatever program, so it is not judged. It is shown
 * where it went to somebody of the list or belongs to a conversation that is there already.
 */
export function readSent(
  dependencies: MailDependencies,
  prepared: Prepared,
  isConversation: (key: string) => boolean,
): Judged {
  const { view, unicode } = dependencies.list()
  const read = (name: string): readonly Person[] | undefined => {
    const value = singleField(prepared.message.fields, name)
    if (value === undefined) return []
    const parsed = parseMailboxes(value, { unicode })
    return parsed.ok
      ? parsed.value.map((mailbox) => ({ address: mailbox.address.text, name: mailbox.name }))
      : undefined
  }
  // A fault, an unreadable field or another From: not a message that the user wrote, so nothing is shown.
  const author = authorOf(prepared.message, unicode)
  const from = author && { address: author.address.text, name: author.name }
  const to = read('to')
  const cc = read('cc')
  if (prepared.message.fault || !from || !to || !cc || keyOf(from) !== selfKey(dependencies)) return { kind: 'ignored' }
  const known = [...to, ...cc].map(keyOf).some((key) => key === keyOf(from) || view?.find(key) || isConversation(key))
  return known ? own(dependencies, prepared, { from, to, cc }) : { kind: 'ignored' }
}

/** An own message that another device sent or that came by way of the own INBOX. */
function own(dependencies: MailDependencies, prepared: Prepared, participants: Participants): Judged {
  if (prepared.content.receiptFor !== undefined) return { kind: 'ignored' }
  const self = selfKey(dependencies)
  const recipients = [...participants.to, ...participants.cc]
  const { view } = dependencies.list()
  const others = recipients.filter((person) => keyOf(person) !== self)
  const partner = others.find((person) => view?.find(keyOf(person))) ?? others[0] ?? participants.from
  return {
    kind: 'message',
    partner,
    message: {
      ...common(prepared, participants),
      ...identityOf(prepared, 'out', self, coversAll),
      conversation: keyOf(partner),
      direction: 'out',
      read: true,
      receipt: 'none',
      delivery: { step: 'sent', at: prepared.fetched.at },
    },
  }
}

/** I10. `former`: as the outbox of this device, or an older version of this app, would have stored it. */
function identityOf(prepared: Prepared, direction: 'in' | 'out', sender: string, covers: Covers) {
  const { message, fetched, digest } = prepared
  const messageId = covers('message-id') ? writtenMessageId(message) : ''
  const written = writtenAt(message)
  return {
    id: messageIdentity(direction, { sender, messageId, content: digest }),
    former: {
      id: submittedIdentity(direction, sender, messageIdOf(prepared)),
      at: [fetched.at, ...(written === undefined ? [] : [written])],
    },
  }
}

function common(prepared: Prepared, participants: Participants) {
  const { message, fetched, content } = prepared
  return {
    messageId: messageIdOf(prepared),
    kind: kindOf(message, content, coversAll),
    // The sender chose these; the last ones keep the thread, and the number bounds what is stored.
    references: messageIds(singleField(message.fields, 'references') ?? '').slice(-maxReferences),
    participants,
    subject: readSubject(message),
    text: content.text,
    simplified: content.simplified,
    at: fetched.at,
    ...(fetched.place ? { place: fetched.place } : {}),
  }
}

type Hold = Extract<IncomingVerdict, { readonly verdict: 'hold' }>

function heldRow(prepared: Prepared, hold: Hold): NewHeld {
  const { fetched, message, proof } = prepared
  const { claimed, contact } = hold
  const claimedKey = keyOf(claimed)
  return {
    held: {
      // Not by Message-ID: whoever guesses one could keep the real message out.
      id: prepared.rawDigest.slice(0, 32),
      claimedName: shownName(claimed, 'from', message.fields),
      claimedAddress: claimed.address,
      subject: readSubject(message),
      at: fetched.at,
      rule: hold.rule,
      reason: hold.reason,
      ...(contact ? { contactName: contact.name, contactAddress: contact.address } : {}),
    },
    raw: fetched.raw,
    claimedKey,
    listState: prepared.listState,
    again: proof.again,
    ...(fetched.place ? { place: fetched.place } : {}),
    seen: fetched.seen,
    truncated: fetched.truncated,
  }
}

/**
 * What the list says of an address, and what else came with it that decides about incoming mail: a change is a reason to
 * judge again (I6). A message may be signed by a gateway's key that this device hears of only later.
 */
export function listState({ view, unicode, gatewayKeys }: Judging, key: string): string {
  const contact = view?.find(key)
  const entry = contact ? [contact.level, contact.receive, contact.expiresAt ?? ''] : []
  return [...entry, ...(unicode ? ['unicode'] : []), ...gatewayKeys].join(' ')
}

type Judging = Pick<ListInForce, 'view' | 'unicode' | 'gatewayKeys'>

/** The identity of an address as text; empty when it is none. */
export function keyOf(person: { readonly address: string }): string {
  return addressKey(person.address) ?? ''
}

function messageIdOf({ message, rawDigest }: Prepared): string {
  const value = singleField(message.fields, 'message-id') ?? ''
  if (/^<[^<>\s]{1,990}>$/u.test(value)) return value
  return `sha256:${rawDigest}`
}

function messageIds(value: string): readonly string[] {
  return value.match(/<[^<>\s]{1,990}>/gu) ?? []
}

/** RFC 8098 2.1 lets anybody be asked to notify anybody; only the proven sender is notified. */
function asksForReceipt(message: RawMessage, sender: string, unicode: boolean): boolean {
  const value =
    singleField(message.fields, 'chat-disposition-notification-to') ??
    singleField(message.fields, 'disposition-notification-to')
  const parsed = value === undefined ? undefined : parseMailboxes(value, { unicode })
  if (!parsed?.ok || parsed.value.length !== 1) return false
  return foldAscii(parsed.value[0]?.address.key ?? '') === sender
}
