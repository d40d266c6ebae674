import { expect, test } from 'vitest'
import type { AttemptRow } from '../store/tables.ts'
import { accountLimit, addressLimit, countAttempt, forgiveAttempt, noAttempts, passwordLimit } from './attempt-limit.ts'

const minute = 60_000
const start = 1_700_000_000_000

/** Tries `times` at one moment; the last verdict and the counter. */
function tries(limit: typeof accountLimit, row: AttemptRow, facts: { readonly times: number; readonly now: number }) {
  let counted = row
  let waits: number | undefined
  for (let i = 0; i < facts.times; i++) {
    const verdict = countAttempt(limit, counted, facts.now)
    if (verdict.allowed) counted = verdict.row
    waits = verdict.allowed ? undefined : verdict.retryAfter
  }
  return { row: counted, waits }
}

test('five tries for an account, then 15 minutes, then 30, then 60: doubling', () => {
  let row = noAttempts('a')
  let now = start
  for (const wait of [15, 30, 60, 120]) {
    const five = tries(accountLimit, row, { times: 5, now })
    expect(five.waits).toBeUndefined()
    expect(tries(accountLimit, five.row, { times: 1, now }).waits).toBe(wait * minute)
    expect(tries(accountLimit, five.row, { times: 1, now: now + wait * minute - 1 }).waits).toBe(1)
    row = five.row
    now += wait * minute
  }
})

test('four tries in a window and four in the next are no reason to wait', () => {
  const four = tries(accountLimit, noAttempts('a'), { times: 4, now: start })
  expect(tries(accountLimit, four.row, { times: 4, now: start + 15 * minute }).waits).toBeUndefined()
  expect(tries(accountLimit, four.row, { times: 2, now: start + 14 * minute }).waits).toBe(15 * minute)
})

test('a wait never grows beyond a day, and a quiet day forgets the strikes', () => {
  const many: AttemptRow = { key: 'a', count: 4, since: start, until: 0, strikes: 40 }
  expect(tries(accountLimit, many, { times: 2, now: start }).waits).toBe(24 * 60 * minute)
  const later = start + 25 * 60 * minute
  expect(tries(accountLimit, many, { times: 6, now: later }).waits).toBe(15 * minute)
})

test('a clock that was ahead for a while makes nobody wait when it is right again', () => {
  for (const limit of [accountLimit, passwordLimit, addressLimit]) {
    const year = 365 * 24 * 60 * minute
    const ahead = tries(limit, noAttempts('a'), { times: limit.max, now: start + year }).row
    expect(ahead.until).toBeGreaterThan(start + year)
    expect(tries(limit, ahead, { times: limit.max, now: start }).waits).toBeUndefined()
    expect(tries(limit, ahead, { times: limit.max + 1, now: start }).waits).toBeLessThanOrEqual(60 * minute)
  }
})

test('a wait for a password never grows beyond an hour', () => {
  const many: AttemptRow = { key: 'a', count: 4, since: start, until: 0, strikes: 40 }
  expect(tries(passwordLimit, many, { times: 2, now: start }).waits).toBe(60 * minute)
})

test('thirty tries for a network address in a minute; a right one is given back', () => {
  const thirty = tries(addressLimit, noAttempts('ip'), { times: 30, now: start })
  expect(thirty.waits).toBeUndefined()
  expect(tries(addressLimit, thirty.row, { times: 1, now: start + 1_000 }).waits).toBe(minute - 1_000)
  expect(tries(addressLimit, forgiveAttempt(thirty.row), { times: 1, now: start + 1_000 }).waits).toBeUndefined()
  expect(tries(addressLimit, thirty.row, { times: 1, now: start + minute }).waits).toBeUndefined()
})
