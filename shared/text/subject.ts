/** A message's subject as text to be shown. */
import type { RawMessage } from '../header.ts'
import { shownValue } from './header-text.ts'
import { visibleText } from './hidden.ts'

/** Decoded, on one line, at most `limit` characters; empty where there is none or more than one. */
export function subjectOf(message: Pick<RawMessage, 'fields'>, limit: number): string {
  const [field, another] = message.fields.filter(({ name }) => name === 'subject')
  if (field === undefined || another !== undefined) return ''
  return visibleText(shownValue(field, message.fields, 4 * limit), limit)
}
