/** Mailboxes in header text (RFC 5322 section 3.4): a strict list read, one mailbox written. */

import { type Address, type AddressFault, type AddressOptions, cleanName, foldAscii, parseAddress } from '../address.ts'
import type { Checked } from '../failures.ts'
import { decodeWords, encodeWords } from './encoded-word.ts'

/** One mailbox. `name`: decoded (RFC 2047) and cleaned (A4); empty when there is none. */
export type Mailbox = { readonly name: string; readonly address: Address }

/** Most mailboxes read from one field. */
const maxMailboxes = 1_000
/** Most characters of one field's value, and of one quoted string in it (A5): far beyond what a thousand mailboxes need. */
const maxValueLength = 262_144
const maxQuotedLength = 4_096
/** Most words of all the names in one field (A5). */
const maxWords = 8_000

/** A run of a name; `quoted`: came from a quoted string. */
type Word = { readonly text: string; readonly quoted: boolean }
/** One field being read; `budget` counts down over all its mailboxes. */
type Reading = {
  readonly value: string
  readonly options: AddressOptions
  readonly budget: { words: number }
  /** A6: brackets in a name, and a name that is the address itself. */
  readonly loose: boolean
}
type Step<T> = { readonly value: T; readonly next: number } | { readonly fault: AddressFault }

const specials: Readonly<Record<string, AddressFault>> = {
  '(': 'comment',
  ')': 'comment',
  ':': 'group',
  ';': 'group',
  '[': 'literal',
  ']': 'literal',
  '\\': 'quoted',
  '>': 'syntax',
}
const word = /[^ \t"<>()[\]:;\\,]+/y
const looseWord = /[^ \t"<>():;\\,]+/y
const blanks = /[ \t]*/y
/** A control that is no tab: not (not a control, or a tab). */
const control = /[^\P{Cc}\t]/u
const plainName = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
/** A quoted string, a comment with nothing in it that could be read as more, or any other text up to the next of either. */
const pieces = /"(?:[^"\\]|\\.)*"?|\(([^<>@"\\,;:()]*)\)|[^"(]+|\(/gs
const gluedComment = /[^ \t)]\(|\)[^ \t(]/
const printable = /^[ -~]+$/

/**
 * Reads the value of From, To, Cc, Reply-To: mailboxes separated by commas, each `address`, `<address>` or
 * `name <address>`. Refused whole when any part is doubtful: comments, groups, routes, two addresses in one mailbox, an
 * `@` in an unquoted name, blanks inside the angle brackets. Linear; never throws (F1).
 */
export function parseMailboxes(value: string, options: AddressOptions = {}): Checked<readonly Mailbox[], AddressFault> {
  return readAll(value, options, false)
}

/**
 * Reads the one mailbox of a From, with the comments and the loose punctuation of A6: whatever one program could read as
 * another address is refused. Linear; never throws (F1).
 */
export function parseAuthor(value: string, options: AddressOptions = {}): Checked<Mailbox, AddressFault> {
  const taken = takeComments(value)
  if (taken === undefined) return { ok: false, fault: 'comment' }
  const { rest, comments } = taken
  const parsed = readAll(rest, options, true)
  if (!parsed.ok) return parsed
  const [mailbox, another] = parsed.value
  if (mailbox === undefined || another !== undefined) return { ok: false, fault: 'syntax' }
  // `bob@x(Bob)`: not every program sees where the address ends.
  if (!rest.includes('<') && gluedComment.test(value)) return { ok: false, fault: 'comment' }
  if (mailbox.name !== '') return { ok: true, value: mailbox }
  const words = comments.join(' ').split(/[ \t]+/)
  return words.length > maxWords
    ? { ok: false, fault: 'tooLong' }
    : { ok: true, value: { ...mailbox, name: cleanName(decodeWords(words.join(' '))) } }
}

/** The value with a blank for each comment outside quoted strings; undefined where a comment could be read otherwise (A6). */
function takeComments(value: string): { readonly rest: string; readonly comments: readonly string[] } | undefined {
  const comments: string[] = []
  let rest = ''
  for (const [piece, comment] of value.matchAll(pieces)) {
    if (piece === '(') return undefined
    if (comment !== undefined) comments.push(comment)
    rest += comment === undefined ? piece : ' '
  }
  return { rest, comments }
}

function readAll(value: string, options: AddressOptions, loose: boolean): Checked<readonly Mailbox[], AddressFault> {
  if (value.length > maxValueLength) return { ok: false, fault: 'tooLong' }
  if (control.test(value)) return { ok: false, fault: 'control' }
  const found: Mailbox[] = []
  const budget = { words: maxWords }
  let at = skip(value, 0)
  if (at === value.length) return { ok: false, fault: 'empty' }
  for (;;) {
    const step = readMailbox({ value, options, budget, loose }, at)
    if ('fault' in step) return { ok: false, fault: step.fault }
    found.push(step.value)
    at = skip(value, step.next)
    if (at === value.length) return { ok: true, value: found }
    if (value[at] !== ',') return { ok: false, fault: specials[value.charAt(at)] ?? 'syntax' }
    if (found.length === maxMailboxes) return { ok: false, fault: 'tooLong' }
    at = skip(value, at + 1)
  }
}

/**
 * Writes one mailbox for a header: ASCII, the name quoted or in encoded words where it must be, on one line.
 * `address` must be one that `parseAddress` accepts: anything else is a bug of the caller and throws.
 */
export function formatMailbox(mailbox: { readonly name: string; readonly address: string }): string {
  if (!parseAddress(mailbox.address, { unicode: true }).ok)
    throw new Error('formatMailbox needs an address that parses')
  const name = cleanName(mailbox.name)
  if (name === '') return mailbox.address
  return `${formatName(name)} <${mailbox.address}>`
}

function formatName(name: string): string {
  if (!printable.test(name) || name.includes('=?')) return encodeWords(name)
  return plainName.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
}

function readMailbox(reading: Reading, start: number): Step<Mailbox> {
  const { value, options, budget, loose } = reading
  const words: Word[] = []
  let at = start
  while (at < value.length && value[at] !== ',' && value[at] !== '<') {
    const step = readWord(value, at, loose)
    if ('fault' in step) return step
    words.push(step.value)
    // One budget for the whole field: a thousand names of thousands of words would each be within a limit of their own.
    if (--budget.words < 0) return { fault: 'tooLong' }
    at = skip(value, step.next)
  }
  return value[at] === '<' ? readAngle(reading, at, words) : readBare(words, at, options)
}

function readWord(value: string, at: number, loose: boolean): Step<Word> {
  const character = value.charAt(at)
  if (character === '"') return readQuoted(value, at)
  const text = matchAt(loose ? looseWord : word, value, at)
  if (text === undefined) return { fault: specials[character] ?? 'syntax' }
  const next = at + text.length
  return value[next] === '"' ? { fault: 'quoted' } : { value: { text, quoted: false }, next }
}

/** RFC 5322 section 3.2.4. */
function readQuoted(value: string, start: number): Step<Word> {
  let text = ''
  const limit = Math.min(value.length, start + maxQuotedLength)
  for (let at = start + 1; at < limit; at++) {
    const character = value.charAt(at)
    if (character === '"') {
      // `"bo"@example.org` and `"Bo"Li <...>`: programs differ in where the word ends.
      const apart = at + 1 === value.length || ' \t<,'.includes(value.charAt(at + 1))
      return apart ? { value: { text, quoted: true }, next: at + 1 } : { fault: 'quoted' }
    }
    if (character === '\\') at++
    text += value.charAt(at)
  }
  return { fault: limit < value.length ? 'tooLong' : 'quoted' }
}

function readAngle({ value, options, loose }: Reading, at: number, words: readonly Word[]): Step<Mailbox> {
  const end = value.indexOf('>', at)
  if (end < 0) return { fault: 'syntax' }
  const parsed = parseAddress(value.slice(at + 1, end), options)
  if (!parsed.ok) return parsed
  // An unquoted address before the brackets is what a reader would take for the sender.
  const plain = words.filter(({ quoted }) => !quoted).map(({ text }) => text)
  if (plain.some((text) => text.includes('@'))) {
    const isItself = loose && words.length === 1 && foldAscii(plain[0] ?? '') === parsed.value.key
    if (!isItself) return { fault: 'syntax' }
  }
  if (/[[\]]/.test(plain.join(' ').replace(/\[[^[\]]*\]/g, ''))) return { fault: 'literal' }
  return { value: { name: nameOf(words), address: parsed.value }, next: end + 1 }
}

function readBare(words: readonly Word[], next: number, options: AddressOptions): Step<Mailbox> {
  const [only, second] = words
  if (words.some(({ quoted }) => quoted)) return { fault: 'quoted' }
  if (!only || second) return { fault: 'syntax' }
  const parsed = parseAddress(only.text, options)
  return parsed.ok ? { value: { name: '', address: parsed.value }, next } : parsed
}

/** RFC 2047 5 has no encoded words in quoted strings; mail has them, and shows its reader what they say. */
function nameOf(words: readonly Word[]): string {
  const shown = words.map(({ text }) => text).filter((text) => text !== '')
  return cleanName(decodeWords(shown.join(' ')))
}

function skip(value: string, at: number): number {
  return at + (matchAt(blanks, value, at)?.length ?? 0)
}

function matchAt(pattern: RegExp, value: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(value)?.[0]
}
