/**
 * What IMAP lists of a message (RFC 3501 7.4.2), worked out once, when it is stored. The library's MIME parser
 * costs more than linear time on some hostile messages; those get one plain view instead (guard.md I8).
 */
import type { MessageSummary } from '../store/mail/mail-store.ts'
import { imapCore } from './imap/core.ts'

/** Header bytes that are parsed for the ENVELOPE. */
const maxHeader = 64 * 1024
/** Nested messages and lines that look like boundaries, beyond which a message gets the plain view. */
const maxNested = 20
const maxBoundaries = 2_000

/** The MIME tree, or undefined where the message gets the plain view. */
export function mimeTreeOf(raw: Uint8Array): object | undefined {
  const text = latin1(raw)
  // Looked for before the library sees the message: each of these makes it slow or ambiguous.
  if (headerEnd(text) > maxHeader || /\r\r/.test(text)) return undefined
  if (exceeds(text, /message\/rfc822/gi, maxNested) || exceeds(text, /\n--/g, maxBoundaries)) return undefined
  try {
    return new (imapCore().Indexer)().parseMimeTree(raw)
  } catch {
    return undefined
  }
}

/** The envelope and structure of a message, as JSON. */
export function summarise(raw: Uint8Array): MessageSummary {
  const indexer = new (imapCore().Indexer)()
  const tree = mimeTreeOf(raw)
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

/** BODY of a message in the plain view: the library writes a `number` as such and the rest as strings. */
export function plainStructure(raw: Uint8Array): readonly unknown[] {
  const text = latin1(raw)
  const body = text.slice(headerEnd(text))
  return ['TEXT', 'PLAIN', null, null, null, '8BIT', body.length, body.split('\n').length - 1]
}

/** The stored JSON as the library wants it: names are bytes there. */
export function revive(json: string): unknown {
  return JSON.parse(json, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('type' in value) || !('data' in value)) return value
    return value.type === 'Buffer' && Array.isArray(value.data) ? Buffer.from(value.data) : value
  })
}

/** Where the body begins: after the blank line, or the end where there is none. */
export function headerEnd(text: string): number {
  const leading = /^\r?\n/.exec(text)
  if (leading) return leading[0].length
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
