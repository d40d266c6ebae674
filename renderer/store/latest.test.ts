import { expect, test } from 'vitest'
import { latest } from './latest.ts'

test('the newest question wins; one more of the same round takes nothing from it', () => {
  const rounds = latest()
  const first = rounds.next()
  const more = rounds.same()
  expect([first(), more()]).toEqual([true, true])
  const second = rounds.next()
  expect([first(), more(), second()]).toEqual([false, false, true])
})

test('before the first round an answer is wanted too', () => {
  const rounds = latest()
  const wanted = rounds.same()
  expect(wanted()).toBe(true)
  rounds.next()
  expect(wanted()).toBe(false)
})
