import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  const rows = [
    ['NAME', 'ADDRESS'],
    ['Al', 'al@a.example'],
    ['Alexandra', ''],
  ]
  expect(table(rows)).toBe('NAME       ADDRESS\nAl         al@a.example\nAlexandra')
})

test.each([
  ['two cells for a Chinese character', '王小明', 6],
  ['two for one of full width', 'ＡＢ', 4],
  ['two for an emoji of several characters', '👩‍💻', 2],
  ['one for a letter with its accent beside it', 'e\u0301', 1],
])('a terminal gives %s', (_, text, width) => {
  const [first, second] = table([
    ['1234567890', '|'],
    [text, '|'],
  ]).split('\n')
  expect(first).toBe('1234567890  |')
  expect(second).toBe(`${text}${' '.repeat(12 - width)}|`)
})

test('rows may be shorter than others', () => {
  expect(table([['a'], ['b', 'c']])).toBe('a\nb  c')
})
