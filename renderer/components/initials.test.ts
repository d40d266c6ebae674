import { expect, test } from 'vitest'
import { initialsOf, tintOf } from './initials.ts'

test.each([
  ['Bob Lin 林柏', 'BL'],
  ['Elena', 'E'],
  ['Wolfgang Amadeus von und zu Hohenstein-Lichtenberg', 'WL'],
  ['王小明', '小明'],
  ['张伟', '张伟'],
  ['欧阳娜娜', '娜娜'],
  ['', 'X'],
  ['Ångström Öz', 'ÅÖ'],
  ['👩‍🚀 Ada', 'A'],
])('%s is shown as %s', (name, initials) => {
  expect(initialsOf(name, 'x@kith.test')).toBe(initials)
})

test('the colour follows the address, not its case', () => {
  expect(tintOf('Bob@Kith.test')).toBe(tintOf('bob@kith.test'))
  expect(new Set(Array.from({ length: 40 }, (_, index) => tintOf(`p${index}@x.test`))).size).toBeGreaterThan(4)
})
