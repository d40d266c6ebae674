/** A header field as text to be shown: encoded words read, and raw bytes too, which senders write without saying what they are. */
import type { HeaderField } from '../header.ts'
import { guessText } from './charset.ts'
import { decodeWords } from './encoded-word.ts'

/** The field's value as a reader would have it; `fields`: the message's, whose charset raw bytes are most likely in. */
export function shownValue(field: HeaderField, fields: readonly HeaderField[], limit: number): string {
  const value = field.value.includes('\ufffd') ? rawText(field, fields, limit) : field.value
  return decodeWords(value.slice(0, limit).replace(/[ \t]+/gu, ' '))
}

/** The bytes of a value that is not UTF-8. */
function rawText(field: HeaderField, fields: readonly HeaderField[], limit: number): string {
  const raw = field.raw
    .slice(field.raw.indexOf(':') + 1, field.raw.indexOf(':') + 1 + 4 * limit)
    .replace(/[\r\n]/gu, '')
  return guessText(
    Uint8Array.from(raw, (character) => character.charCodeAt(0)),
    charsetOf(fields),
  ).trim()
}

/** What the message says of its text, read loosely. */
function charsetOf(fields: readonly HeaderField[]): string {
  const type = fields.find(({ name }) => name === 'content-type')?.value.slice(0, 2_000) ?? ''
  return /;\s*charset\s*=\s*"?([^\s";]{1,40})/iu.exec(type)?.[1] ?? ''
}
