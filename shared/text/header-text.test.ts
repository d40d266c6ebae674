import { expect, test } from 'vitest'
import { parseMailboxes, splitMessage } from '../header.ts'
import { shownName } from './header-text.ts'

function namesOf(to: Uint8Array, type = 'text/plain'): readonly (readonly string[])[] {
  const head = [Buffer.from(`Content-Type: ${type}\r\nTo: `), to, Buffer.from('\r\n\r\n')]
  const { fields } = splitMessage(Buffer.concat(head))
  const parsed = parseMailboxes(fields[1]?.value ?? '')
  if (!parsed.ok) return []
  return parsed.value.map(({ name, address }) => {
    const person = { name, address: address.text }
    return [shownName(person, 'to', fields), person.address]
  })
}

const bytes = (...parts: readonly (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part)))
const li = [0xc0, 0xee, 0xb2, 0xa8]

test('raw names are read by the charset of the text, or as what they look like', () => {
  expect(namesOf(bytes(li, ' <li@a.test>, "', li, '" <bo@a.test>'))).toEqual([
    ['李波', 'li@a.test'],
    ['李波', 'bo@a.test'],
  ])
  expect(namesOf(bytes([0xf0, 0xd2, 0xc9], ' <p@a.test>'), 'text/plain; charset=koi8-r')).toEqual([['При', 'p@a.test']])
  expect(namesOf(bytes('J', [0xfc], 'rg <j@a.test>'))).toEqual([['Jürg', 'j@a.test']])
})

test('a guess names nobody else: a byte that is half a letter stays what the strict reader takes it for', () => {
  // In Big5 the second byte of this letter is a backslash, which escapes the quotation mark for the strict reader.
  expect(namesOf(bytes('"', [0xb3, 0x5c], '" <a@a.test>'), 'text/plain; charset=big5')).toEqual([])
  expect(shownName({ name: '\ufffd', address: 'x@a.test' }, 'to', [])).toBe('\ufffd')
})
