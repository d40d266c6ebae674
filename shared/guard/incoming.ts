/** Incoming rules I1 to I5 and I9. I6: judging again with the list then in force is calling this again. */
import { type Address, addressKey, cleanAddressText, cleanName } from '../address.ts'
import { authorOf, type Mailbox, parseMailboxes, type RawMessage } from '../header.ts'
import type {
  Claimed,
  HeldReason,
  IncomingFacts,
  IncomingVerdict,
  ListedContact,
  ListView,
  OtherParticipant,
} from './facts.ts'
import { isProven } from './proof.ts'

/**
 * Fields of which a message has one at most (RFC 5322 section 3.6, RFC 2045 section 3). A second one is where two
 * readers part: a signature covers the last, a program may show the first.
 */
const singleFields: ReadonlySet<string> = new Set(
  (
    'from sender reply-to to cc bcc subject date message-id ' +
    'in-reply-to references mime-version content-type content-transfer-encoding content-disposition'
  ).split(' '),
)
/** `undisclosed-recipients:;` and other groups with nobody in them (RFC 5322 section 3.4). */
const emptyGroup = /^[^<>"@,:;]{0,200}:[ \t]*;$/

type Known = {
  readonly list: ListView | undefined
  readonly facts: IncomingFacts
  /** Key of the user's own address (O6); undefined where that does not parse, and then nobody is oneself. */
  readonly selfKey: string | undefined
}
type Finding = {
  readonly rule: string
  readonly reason: HeldReason
  readonly contact?: ListedContact
}

/** Judges one message received. Never throws (F1): what cannot be judged is held. */
export function judgeIncoming(list: ListView | undefined, facts: IncomingFacts): IncomingVerdict {
  try {
    return judge({ list, facts, selfKey: addressKey(facts.self) })
  } catch {
    // F1: facts of a shape that the types forbid, or a list that fails. Doubt is a hold.
    return hold({ name: '', address: '' }, { rule: 'F1', reason: 'malformed' })
  }
}

function judge(known: Known): IncomingVerdict {
  const { message, unicode } = known.facts
  const sender = readSender(message, unicode)
  if (!('from' in sender)) return hold(sender.claimed, { rule: sender.rule, reason: 'malformed' })
  const { from } = sender
  const claimed = { name: from.name, address: from.address.text }
  // Before the list is asked: an entry for the own address must not make it provable by less than the login.
  if (from.address.key === known.selfKey) return judgeOwn(known, from, claimed)
  const finding = findContact(known, from)
  if ('reason' in finding) return hold(claimed, finding)
  if (!isProven(from.address, finding.level, known.facts)) {
    return hold(claimed, { rule: 'I3', reason: 'notProven', contact: finding })
  }
  return { verdict: 'admit', rule: 'I2', contact: finding, others: othersOf(known) }
}

/** The user's own message, seen in another program's Sent or sent to oneself: proven by the own login and nothing else. */
function judgeOwn(known: Known, from: Mailbox, claimed: Claimed): IncomingVerdict {
  const contact: ListedContact = {
    id: 'self',
    name: from.name,
    address: from.address.text,
    key: from.address.key,
    scope: 'internal',
    level: 'login',
    send: true,
    receive: true,
  }
  if (!isProven(from.address, 'login', known.facts)) return hold(claimed, { rule: 'I3', reason: 'notProven', contact })
  return { verdict: 'admit', rule: 'I2', contact, others: othersOf(known) }
}

/** The contact whose address this is (A3) and from whom the list lets mail in, or why there is none. */
function findContact({ list, facts }: Known, from: Mailbox): ListedContact | Finding {
  if (list === undefined) return { rule: 'F1', reason: 'notListed' }
  const contact = list.find(from.address.key)
  if (contact === undefined || contact.key !== from.address.key) {
    const similar = list.similar(from.address, from.name)
    return similar ? { rule: 'I9', reason: 'lookalike', contact: similar } : { rule: 'I3', reason: 'notListed' }
  }
  if (!isInForce(contact, facts.now)) return { rule: 'I3', reason: 'expired', contact }
  return contact.receive ? contact : { rule: 'I3', reason: 'notListed', contact }
}

function isInForce(contact: ListedContact, now: number): boolean {
  return contact.expiresAt === undefined || now < contact.expiresAt
}

type Sender = { readonly from: Mailbox } | { readonly rule: string; readonly claimed: Claimed }

/** I2: exactly one From with exactly one address that parses, in a message that has no two readings. */
function readSender(message: RawMessage, unicode: boolean): Sender {
  const from = authorOf(message, unicode)
  const claimed = from ? { name: from.name, address: from.address.text } : claimedText(message)
  if (message.fault !== undefined) return { rule: message.fault === 'tooLarge' ? 'A5' : 'I2', claimed }
  if (!from || hasDoubledField(message)) return { rule: 'I2', claimed }
  return { from }
}

/** Where From does not name one sender: its text, whole, where the address would stand, and no name to be taken in by. */
function claimedText({ fields }: RawMessage): Claimed {
  const values = fields.filter(({ name }) => name === 'from').map(({ value }) => value)
  return { name: '', address: cleanAddressText(values.slice(0, 4).join(', ')) }
}

function hasDoubledField(message: RawMessage): boolean {
  // Names are lower-case already: `From` and `FROM` are the same field twice.
  const seen = new Set<string>()
  for (const { name } of message.fields) {
    if (!singleFields.has(name)) continue
    if (seen.has(name)) return true
    seen.add(name)
  }
  return false
}

/** I4: everybody in To and Cc, each judged; a field that does not parse stands as one participant that is not listed. */
function othersOf(known: Known): readonly OtherParticipant[] {
  const others: OtherParticipant[] = []
  for (const { name: field, value } of known.facts.message.fields) {
    if (field !== 'to' && field !== 'cc') continue
    // Nobody is named there, and so nobody is unlisted.
    if (value === '' || emptyGroup.test(value)) continue
    const parsed = parseMailboxes(value, { unicode: known.facts.unicode })
    if (!parsed.ok) others.push({ name: cleanName(value), address: '', listed: false, field })
    else for (const mailbox of parsed.value) others.push(participant(known, mailbox, field))
  }
  return others
}

function participant({ list, facts, selfKey }: Known, mailbox: Mailbox, field: 'to' | 'cc'): OtherParticipant {
  const { name, address } = mailbox
  return { name, address: address.text, listed: isAnswerable(list, address, facts.now, selfKey), field }
}

function isAnswerable(list: ListView | undefined, address: Address, now: number, selfKey: string | undefined): boolean {
  if (address.key === selfKey) return true
  const contact = list?.find(address.key)
  return contact?.key === address.key && contact.send && isInForce(contact, now)
}

function hold(claimed: Claimed, finding: Finding): IncomingVerdict {
  return { verdict: 'hold', ...finding, claimed }
}
