/**
 * Own messages as bytes (RFC 5322, RFC 2045), written by hand from parsed addresses only. The bytes are made once and
 * kept until they are sent: every try has the same Message-ID, so that the other side can drop a second copy.
 */
import { formatMailbox } from '../../../../shared/header.ts'
import { encodeWords } from '../../../../shared/text/encoded-word.ts'
import { maxReferences } from '../limits.ts'
import type { Participants, Person } from '../store/records.ts'

/** What a message says. `messageId` and `references` stand in angle brackets. */
export type Composition = {
  readonly kind: 'chat' | 'mail'
  readonly participants: Participants
  readonly subject: string
  readonly text: string
  readonly at: number
  readonly messageId: string
  readonly references: readonly string[]
}

/** Random octets in a Message-ID: 128 bits never meet. */
const idOctets = 16
/** Characters of a chat line that become the subject for other mail programs. */
const derivedSubjectLength = 60
/** RFC 2045 6.8: encoded lines of at most 76 characters. */
const base64Line = 76
/** RFC 5322 2.1.1: lines should stay within 78 characters. */
const textLine = 78

/** A Message-ID for life, in the domain of the own address; it tells nothing of this machine. */
export function newMessageId(address: string, random: (count: number) => Uint8Array): string {
  return `<${Buffer.from(random(idOctets)).toString('base64url')}@${address.slice(address.lastIndexOf('@') + 1)}>`
}

/** The bytes of a text message. */
export function composeMessage(composition: Composition): Uint8Array {
  const body = encodeText(composition.text)
  return assemble([
    ...commonHeader(composition),
    ...(composition.kind === 'chat' ? chatHeader(composition.participants.from) : []),
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${body.encoding}`,
    '',
    body.text,
  ])
}

/** What every message carries. There is never a Bcc field: those recipients stand in the envelope alone. */
export function commonHeader(composition: Composition): readonly string[] {
  const { participants, messageId } = composition
  const { from, cc } = participants
  // Without visible recipients the own address stands there: RFC 5322 3.4's empty group is refused by the guard (A2).
  const to = participants.to.length === 0 && cc.length === 0 ? [from] : participants.to
  // The parent is the last one, so cutting at the front keeps it.
  const references = composition.references.filter(isMessageId).slice(-maxReferences)
  const parent = references.at(-1)
  return [
    mailboxField('From', [from]),
    ...(to.length > 0 ? [mailboxField('To', to)] : []),
    ...(cc.length > 0 ? [mailboxField('Cc', cc)] : []),
    fold(`Subject: ${encodeSubject(composition.subject || subjectOf(composition.text))}`),
    `Date: ${formatDate(composition.at)}`,
    `Message-ID: ${messageId}`,
    ...(parent === undefined ? [] : [`In-Reply-To: ${parent}`, `References: ${references.join('\r\n ')}`]),
    'MIME-Version: 1.0',
  ]
}

/** Visible ASCII: what a stranger's message brought of controls and other bytes goes out no more (RFC 5322 3.6.4). */
export function isMessageId(text: string): boolean {
  return /^<[\x21-\x3b\x3d\x3f-\x7e]{1,990}>$/u.test(text)
}

/** Chat lines are marked as Delta Chat marks its own, and ask for a receipt in both spellings. */
function chatHeader(from: Person): readonly string[] {
  const asker = `<${from.address}>`
  return ['Chat-Version: 1.0', `Chat-Disposition-Notification-To: ${asker}`, `Disposition-Notification-To: ${asker}`]
}

/** Lines as bytes in UTF-8, with CRLF between them. */
export function assemble(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\r\n'))
}

/** A subject for mail programs: the first words of a chat line. */
export function subjectOf(text: string): string {
  const line = text.trim().split(/[\r\n]/u)[0] ?? ''
  if (line.length <= derivedSubjectLength) return line
  // Whole characters as people see them: an emoji of several code points is not cut in two.
  let cut = ''
  for (const { segment } of new Intl.Segmenter().segment(line.slice(0, 4 * derivedSubjectLength))) {
    if (cut.length + segment.length > derivedSubjectLength) break
    cut += segment
  }
  const blank = cut.lastIndexOf(' ')
  // Words where there are any; CJK text has no blanks to cut at.
  return `${blank > derivedSubjectLength / 2 ? cut.slice(0, blank) : cut}…`
}

function mailboxField(name: string, people: readonly Person[]): string {
  return `${name}: ${people.map(formatMailbox).join(',\r\n ')}`
}

/** RFC 2047 for anything but printable ASCII; controls (and with them line breaks) become blanks. */
function encodeSubject(subject: string): string {
  const line = subject.replace(/\p{Cc}+/gu, ' ').trim()
  return /^[\x20-\x7e]*$/u.test(line) && !line.includes('=?') ? line : encodeWords(line)
}

/** Folds at blanks so that lines stay within 78 characters where there is a blank (RFC 5322 2.2.3). */
function fold(field: string): string {
  const lines: string[] = []
  let rest = field
  while (rest.length > textLine) {
    const blank = rest.lastIndexOf(' ', textLine)
    const cut = blank > 0 && rest.slice(0, blank).trim() !== '' ? blank : rest.indexOf(' ', textLine)
    // A fold before trailing blanks would make a line of blanks alone, which RFC 5322 3.2.2 forbids.
    if (cut < 0 || rest.slice(cut).trim() === '') break
    lines.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return [...lines, rest].join('\r\n')
}

/** RFC 5322 3.3; UTC, so that a message does not tell where its sender is. */
function formatDate(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

/** Plain ASCII in short lines stays readable as it is; all else is base64, which no relay on the way can damage. */
function encodeText(text: string): { readonly encoding: '7bit' | 'base64'; readonly text: string } {
  const lines = text.replace(/\r\n?/gu, '\n').split('\n')
  // `From ` at a line's start is altered by mbox stores, trailing blanks by some relays; both would break signatures.
  const plain = lines.every((l) => l.length <= textLine && /^[\t\x20-\x7e]*$/u.test(l) && !/^From |[ \t]$/u.test(l))
  if (plain) return { encoding: '7bit', text: `${lines.join('\r\n')}\r\n` }
  const encoded = Buffer.from(lines.join('\r\n').toWellFormed(), 'utf8').toString('base64')
  return { encoding: 'base64', text: `${wrap(encoded, base64Line)}\r\n` }
}

function wrap(text: string, width: number): string {
  const lines: string[] = []
  for (let start = 0; start < text.length; start += width) lines.push(text.slice(start, start + width))
  return lines.join('\r\n')
}
