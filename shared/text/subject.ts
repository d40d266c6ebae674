/** A message's subject as text to be shown. */
import type { RawMessage } from '../header.ts'
import { decodeWords } from './encoded-word.ts'
import { visibleText } from './hidden.ts'

/** Decoded (RFC 2047), on one line, at most `limit` characters; empty where there is none or more than one. */
export function subjectOf(message: Pick<RawMessage, 'fields'>, limit: number): string {
  const [value, another] = message.fields.filter(({ name }) => name === 'subject').map((field) => field.value)
  if (value === undefined || another !== undefined) return ''
  return visibleText(decodeWords(value.slice(0, 4 * limit).split(/[ \t]+/u)), limit)
}
