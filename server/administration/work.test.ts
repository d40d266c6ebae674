import { expect, test } from 'vitest'
import { readRan } from './work.ts'

test('of a reason that only a newer program has the words are left', () => {
  const known = { index: 0, why: 'no such user', code: 'unknownUser', what: 'x' }
  const newer = { index: 1, why: 'the moon is full', code: 'moon', what: 'moon' }
  const text = JSON.stringify({ ok: false, faults: [known, newer] })
  expect(readRan(text)).toStrictEqual({
    ok: false,
    faults: [known, { index: 1, why: 'the moon is full', what: 'moon' }],
  })
})
