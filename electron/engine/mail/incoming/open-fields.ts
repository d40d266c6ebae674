/** Fields that a stranger may have put into a signed message, and what they say where its proof leaves them open (I2). */
import { cleanAddressText } from '../../../../shared/address.ts'
import type { Covers } from '../../../../shared/guard/coverage.ts'
import { parseMailboxes, type RawMessage } from '../../../../shared/header.ts'
import { maxSubjectLength } from '../../../../shared/message.ts'
import { singleField } from '../../../../shared/mime/structure.ts'
import { visibleText } from '../../../../shared/text/hidden.ts'
import { subjectOf } from '../outgoing/compose.ts'
import type { Person } from '../store/records.ts'
import { type Content, readSubject } from './content.ts'

/**
 * Where the sender asks answers to go; a field that does not parse stands as one text that is no address. Nowhere, where
 * whoever sent the message on may have written it.
 */
export function readReplyTo(message: RawMessage, covers: Covers, unicode: boolean): readonly Person[] {
  const value = covers('reply-to') ? (singleField(message.fields, 'reply-to') ?? '') : ''
  if (value === '') return []
  const parsed = parseMailboxes(value, { unicode })
  if (!parsed.ok) return [{ address: cleanAddressText(value), name: '' }]
  return parsed.value.map(({ address, name }) => ({ address: address.text, name }))
}

/** A chat line's subject is not shown: it must not vanish by an open field, unless it says no more than the text. */
export function kindOf(message: RawMessage, { text }: Content, covers: Covers): 'chat' | 'mail' {
  if (!message.fields.some(({ name }) => name === 'chat-version')) return 'mail'
  if (covers('chat-version')) return 'chat'
  return readSubject(message) === visibleText(subjectOf(text), maxSubjectLength) ? 'chat' : 'mail'
}
