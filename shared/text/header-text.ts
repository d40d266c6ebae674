/** A header field as text to be shown: encoded words read, and raw bytes too, which senders write without saying what they are. */
import type { HeaderField } from '../header.ts'
import { guessText } from './charset.ts'
import { decodeWords } from './encoded-word.ts'
import { parseMailboxes } from './mailboxes.ts'

/** Most characters of a field of people that are read once more. */
const maxField = 4_000

/** The field's value as a reader would have it; `fields`: the message's, whose charset raw bytes are most likely in. */
export function shownValue(field: HeaderField, fields: readonly HeaderField[], limit: number): string {
  const value = field.value.includes('\ufffd') ? rawText(field, fields, limit) : field.value
  return decodeWords(value.slice(0, limit).replace(/[ \t]+/gu, ' '))
}

type Person = { readonly name: string; readonly address: string }

/**
 * A person's name of a field, which the strict reader reads as UTF-8, in whatever charset its bytes are. The address is
 * the strict reader's: a name that the guess would give to another address is not taken.
 */
export function shownName(person: Person, wanted: string, fields: readonly HeaderField[]): string {
  const field = person.name.includes('\ufffd') ? fields.find(({ name }) => name === wanted) : undefined
  const parsed = field && parseMailboxes(rawText(field, fields, maxField), { unicode: true })
  const same = parsed?.ok ? parsed.value.find(({ address }) => address.text === person.address) : undefined
  return same?.name ?? person.name
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
