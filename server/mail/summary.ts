/**
 * What IMAP lists of a message (RFC 3501 7.4.2), worked out once, when it is stored. The library's MIME parser
 * costs more than linear time on some hostile messages; those get one plain view instead (guard.md I8).
 */
import type { MessageSummary } from '../store/mail/mail-store.ts'
import { imapCore } from './imap/core.ts'

/** Header bytes that are parsed for the ENVELOPE. */
const maxHeader = 64 * 1024
/** Shorter ones hold no field and the blank line behind it. */
const minHeader = 5
/** Nested messages and lines that look like boundaries, beyond which a message gets the plain view. */
const maxNested = 20
const maxBoundaries = 2_000
/** Lines: the library takes a microsecond for each. A message of the largest size in base64 has 350,000. */
const maxLines = 500_000

/** The MIME tree, or undefined where the message gets the plain view. */
export function mimeTreeOf(raw: Uint8Array): object | undefined {
  const text = latin1(raw)
  // Looked for before the library sees the message: each of these makes it slow or ambiguous.
  if (linesOf(raw) > maxLines || headerEnd(text) > maxHeader || /\r\r/.test(text)) return undefined
  if (exceeds(text, /message\/rfc822/gi, maxNested) || exceeds(text, /\n--/g, maxBoundaries)) return undefined
  try {
    return new (imapCore().Indexer)().parseMimeTree(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength))
  } catch {
    return undefined
  }
}

/**
 * The tree of a message of one part without its body, of which the lists tell but size and lines: for the library it would
 * be the work of seconds to go through 25 MB. Undefined for any other, and where the lines end otherwise.
 */
function simpleTreeOf(raw: Uint8Array): object | undefined {
  const start = headerEnd(latin1(raw.subarray(0, maxHeader + 1)))
  const header = latin1(raw.subarray(0, start))
  if (start > maxHeader || start < minHeader || !header.endsWith('\r\n\r\n')) return undefined
  if (/\r\r|multipart|message|[^\r]\n/i.test(header)) return undefined
  const body = raw.subarray(start)
  let [before, lines] = [0, 0]
  for (const byte of body) {
    if ((byte === 0x0a) !== (before === 0x0d)) return undefined
    if (byte === 0x0a) lines += 1
    before = byte
  }
  const tree = before === 0x0d ? undefined : mimeTreeOf(raw.subarray(0, start))
  return tree && Object.assign(tree, { size: body.length, lineCount: lines })
}

/** The envelope and structure of a message, as JSON. */
export function summarise(raw: Uint8Array): MessageSummary {
  const indexer = new (imapCore().Indexer)()
  const tree = simpleTreeOf(raw) ?? mimeTreeOf(raw)
  if (!tree) return { envelope: JSON.stringify(emptyEnvelope), structure: JSON.stringify(plainStructure(raw)) }
  try {
    return {
      envelope: JSON.stringify(indexer.getEnvelope(tree)),
      structure: JSON.stringify(indexer.getBodyStructure(tree)),
    }
  } catch {
    return { envelope: JSON.stringify(emptyEnvelope), structure: JSON.stringify(plainStructure(raw)) }
  }
}

/** Date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id. */
const emptyEnvelope: readonly null[] = [null, null, null, null, null, null, null, null, null, null]

function linesOf(raw: Uint8Array): number {
  let lines = 0
  for (const byte of raw) if (byte === 0x0a) lines += 1
  return lines
}

/** BODY of a message in the plain view: the library writes a `number` as such and the rest as strings. */
export function plainStructure(raw: Uint8Array): readonly unknown[] {
  const text = latin1(raw)
  const start = headerEnd(text)
  return ['TEXT', 'PLAIN', null, null, null, '8BIT', raw.length - start, linesOf(raw.subarray(start))]
}

/** The stored JSON as the library wants it: names are bytes there. */
export function revive(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('type' in value) || !('data' in value)) return value
    return value.type === 'Buffer' && Array.isArray(value.data) ? Buffer.from(value.data) : value
  })
}

/** Where the body begins: after the blank line, or the end where there is none. */
export function headerEnd(text: string | Buffer): number {
  if (text.indexOf('\n') === 0) return 1
  if (text.indexOf('\r\n') === 0) return 2
  const crlf = text.indexOf('\r\n\r\n')
  const lf = text.indexOf('\n\n')
  if (crlf < 0 && lf < 0) return text.length
  return lf < 0 || (crlf >= 0 && crlf < lf) ? crlf + 4 : lf + 2
}

/** One character a byte: what the library takes and gives. */
export function latin1(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
}

/** Whether every character stands for a byte. */
export function isLatin1(text: string): boolean {
  return Buffer.from(text, 'latin1').toString('latin1') === text
}

function exceeds(text: string, pattern: RegExp, limit: number): boolean {
  let count = 0
  const matches = text.matchAll(pattern)
  while (!matches.next().done) {
    count += 1
    if (count > limit) return true
  }
  return false
}
