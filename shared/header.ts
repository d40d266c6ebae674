/** Strict reader of a raw message's header block, in linear time (guard.md A5, I1), and of the mailboxes in it. */
import { foldAscii } from './address.ts'
import { type Mailbox, parseAuthor } from './text/mailboxes.ts'

export type { Mailbox } from './text/mailboxes.ts'
export { formatMailbox, parseAuthor, parseMailboxes } from './text/mailboxes.ts'

/** One header field. */
export type HeaderField = {
  /** Lower case. */
  readonly name: string
  /** Unfolded, outer blanks removed; UTF-8 decoded, with U+FFFD where the bytes are not UTF-8. Encoded words as they stand. */
  readonly value: string
  /** Latin-1 (one character a byte), as it stood, with folds, without the final CRLF. */
  readonly raw: string
}

/** A message cut into fields and body. `fault`: what was read is not to be trusted; `fields` then holds what was readable. */
export type RawMessage = {
  readonly fields: readonly HeaderField[]
  /** A view of the bytes given, not a copy. */
  readonly body: Uint8Array
  readonly fault?: 'tooLarge' | 'malformed'
}

/** Most octets of a header block (A5). */
export const maxHeaderLength = 1_048_576
/** Most fields of a header block: ordinary mail has some dozens; a block of a quarter million would cost more than A5 allows. */
export const maxHeaderFields = 4_096

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const blank = 0x20
const colon = 0x3a

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

type Field = { readonly end: number; readonly folded: boolean; readonly wide: boolean; readonly broken: boolean }

/**
 * Cuts a message at its first empty line (RFC 5322 section 2.1). Malformed, because programs differ in what they make of
 * it: bare CR or LF, NUL, a line that is neither field nor fold, a fold of blanks only, a blank before the colon, a last
 * line cut off, no field at all.
 */
export function splitMessage(raw: Uint8Array): RawMessage {
  const fields: HeaderField[] = []
  let fault: RawMessage['fault'] = raw.length === 0 ? 'malformed' : undefined
  let at = 0
  while (at < raw.length) {
    const bodyStart = afterEmptyLine(raw, at)
    if (bodyStart !== undefined) {
      // A lone LF as the empty line: some programs end the header there, others read on.
      const bare = bodyStart - at === 1
      const broken = bare || fields.length === 0
      return finish(fields, raw.subarray(bodyStart), broken ? (fault ?? 'malformed') : fault)
    }
    const field = scanField(raw, at)
    // The body counts as empty: what lies beyond the limit was not read, and nothing may be judged by it.
    if (field === undefined || fields.length === maxHeaderFields)
      return finish(fields, raw.subarray(raw.length), 'tooLarge')
    const read = readField(raw, at, field)
    if (read) fields.push(read)
    if (field.broken || !read) fault = 'malformed'
    at = field.end
  }
  return finish(fields, raw.subarray(raw.length), fault)
}

/** Who wrote the message (I2): the one mailbox of its only From; undefined where there is not exactly one (A6). */
export function authorOf({ fields }: Pick<RawMessage, 'fields'>, unicode: boolean): Mailbox | undefined {
  const [from, another] = fields.filter(({ name }) => name === 'from')
  const parsed = from && another === undefined ? parseAuthor(from.value, { unicode }) : undefined
  return parsed?.ok ? parsed.value : undefined
}

function finish(fields: readonly HeaderField[], body: Uint8Array, fault: RawMessage['fault']): RawMessage {
  return fault === undefined ? { fields, body } : { fields, body, fault }
}

/** Where the body starts when an empty line stands at `at`. */
function afterEmptyLine(raw: Uint8Array, at: number): number | undefined {
  if (raw[at] === lineFeed) return at + 1
  return raw[at] === carriageReturn && raw[at + 1] === lineFeed ? at + 2 : undefined
}

/** Finds the end of the field at `start`, its folds included; undefined when it lies beyond the limit. */
function scanField(raw: Uint8Array, start: number): Field | undefined {
  let [folded, wide, broken, blankLine] = [false, false, false, true]
  const limit = Math.min(raw.length, maxHeaderLength)
  for (let at = start; at < limit; at++) {
    const byte = raw[at]
    if (byte === lineFeed) {
      broken ||= raw[at - 1] !== carriageReturn || blankLine
      const next = raw[at + 1]
      if (next !== blank && next !== tab) return { end: at + 1, folded, wide, broken }
      folded = true
      blankLine = true
    } else if (byte === carriageReturn || byte === 0) {
      broken ||= byte === 0 || raw[at + 1] !== lineFeed
    } else if (byte !== undefined && byte >= 0x80) {
      wide = true
      blankLine = false
    } else if (byte !== blank && byte !== tab) {
      blankLine = false
    }
  }
  return limit < raw.length ? undefined : { end: limit, folded, wide, broken: true }
}

function readField(raw: Uint8Array, start: number, field: Field): HeaderField | undefined {
  let end = field.end
  while (end > start && (raw[end - 1] === lineFeed || raw[end - 1] === carriageReturn)) end--
  let nameEnd = start
  while (nameEnd < end && isNameByte(raw[nameEnd] ?? 0)) nameEnd++
  if (nameEnd === start || raw[nameEnd] !== colon) return undefined
  const bytes = raw.subarray(start, end)
  const text = field.wide ? latin1(bytes) : utf8(bytes)
  const nameLength = nameEnd - start
  const value = field.wide || field.folded ? utf8(unfold(bytes.subarray(nameLength + 1))) : text.slice(nameLength + 1)
  return { name: foldAscii(text.slice(0, nameLength)), value: trimBlanks(value), raw: text }
}

/** RFC 5322 section 3.6.8 ftext: printable ASCII without the colon. */
function isNameByte(byte: number): boolean {
  return byte > blank && byte < 0x7f && byte !== colon
}

/** RFC 5322 section 2.2.3: takes out the line ends and nothing else. */
function unfold(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== carriageReturn && byte !== lineFeed) kept[length++] = byte
  }
  return kept.subarray(0, length)
}

/** U+FFFD for what is not UTF-8: no address has that character, so no address comes of it. */
function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** True Latin-1, by way of UTF-8: a TextDecoder labelled `latin1` reads Windows-1252 (WHATWG Encoding section 4.2). */
function latin1(bytes: Uint8Array): string {
  const encoded = new Uint8Array(2 * bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80) encoded[length++] = 0xc0 | (byte >> 6)
    encoded[length++] = byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte
  }
  return utf8(encoded.subarray(0, length))
}

function trimBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === blank || code === tab
}
