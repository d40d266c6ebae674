import { describe, expect, test } from 'vitest'
import { formatAge, formatCountdown, formatDay, formatNames } from './format.ts'

const minute = 60_000
const now = new Date(2026, 10, 23, 12).getTime()

describe('ages', () => {
  test.each([
    ['en', 3 * minute, '3 minutes ago'],
    ['en', minute, '1 minute ago'],
    ['en', 60 * minute, '1 hour ago'],
    ['zh-Hant', 3 * minute, '3 分鐘前'],
    ['zh-Hans', 3 * minute, '3分钟前'],
    ['en', 59_999, undefined],
    ['en', -minute, undefined],
  ] as const)('%s %d', (language, passed, text) => {
    expect(formatAge(language, now - passed, now)).toBe(text)
  })
})

test.each([
  [0, '0:00'],
  [1, '0:01'],
  [59_001, '1:00'],
  [90_000, '1:30'],
  [3_600_000, '60:00'],
  [-5, '0:00'],
])('%d ms count down as %s', (milliseconds, text) => {
  expect(formatCountdown(milliseconds)).toBe(text)
})

test('days are named as the language names them', () => {
  const day = 24 * 60 * minute
  expect(formatDay('en', now, now)).toBe('Today')
  expect(formatDay('en', now - day, now)).toBe('Yesterday')
  expect(formatDay('zh-Hant', now - day, now)).toBe('昨天')
  expect(formatDay('en', now - 3 * day, now)).toBe('Friday, November 20')
  expect(formatDay('en', now - 400 * day, now)).toContain('2025')
})

test('names are joined with the comma of the language', () => {
  expect(formatNames('en', ['a', 'b'])).toBe('a, b')
  expect(formatNames('zh-Hans', ['a', 'b'])).toBe('a、b')
})
