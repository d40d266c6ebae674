import { expect, test } from 'vitest'
import { table } from './table.ts'
import { terminalJson, terminalLine, terminalText } from './terminal.ts'

const attacks: Readonly<Record<string, string>> = {
  'a title (OSC 0)': '\u001b]0;root\u0007',
  'a title by C1': '\u009d0;root\u009c',
  'a clipboard (OSC 52)': '\u001b]52;c;YQ==\u001b\\',
  'a link (OSC 8)': '\u001b]8;;https://evil.test\u001b\\',
  'an answer that is typed': '\u001b[21t\u0005',
  'a cleared screen': '\u001b[2J\u001bc',
  'a line written over': 'a\rb\b',
  'another direction': 'a\u202eb\u2066',
  'lines of other programs': 'a\u2028b\u0085c',
}

test.each(Object.entries(attacks))('a terminal gets no %s', (_name, text) => {
  const acting = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u
  expect(terminalText(text)).not.toMatch(acting)
  expect(terminalLine(text)).not.toMatch(acting)
  expect(table([[text, 'x']])).not.toMatch(acting)
  expect(terminalJson({ text })).not.toMatch(acting)
  expect(JSON.parse(terminalJson({ text }))).toEqual({ text })
})

test('lines, tabs and every script stay', () => {
  const text = 'a\tb\r\nc\n林柏 👩‍💻 עברית'
  expect(terminalText(text)).toBe(text)
})

test('a cell of a table is one line', () => {
  expect(table([['Bob\nroot  admin', 'x']])).toBe('Bob root admin  x')
})
