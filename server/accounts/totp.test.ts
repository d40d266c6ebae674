import { expect, test } from 'vitest'
import { codeAt } from './testing/authenticator.ts'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'

/** `12345678901234567890`, the key of RFC 6238 appendix B, in base32. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('RFC 6238 appendix B: at %i seconds the code is %s', (seconds, code) => {
  expect(codeAt(secret, seconds * 1_000)).toBe(code)
  expect(stepOfCode(secret, code, seconds * 1_000)).toBe(Math.floor(seconds / 30))
})

test('one step of drift is allowed, two are not, and spaces do not count', () => {
  const now = 1_111_111_109_000
  const code = codeAt(secret, now)
  for (const shift of [-30_000, 0, 30_000]) expect(stepOfCode(secret, code, now + shift)).toBe(Math.floor(now / 30_000))
  for (const shift of [-60_000, 60_000, 3_600_000]) expect(stepOfCode(secret, code, now + shift)).toBeUndefined()
  expect(stepOfCode(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now)).toBeDefined()
})

test.each(['', '12345', '1234567', '28708a', '２８７０８２', '-28708', '287082\n1', '\0'.repeat(6)])(
  'no code: %j',
  (text) => {
    expect(stepOfCode(secret, text, 59_000)).toBeUndefined()
  },
)

test('a new secret has 160 bits, no two are the same, and its codes are found again', () => {
  const made = new Set(Array.from({ length: 50 }, newTotpSecret))
  expect(made.size).toBe(50)
  for (const one of made) {
    expect(one).toMatch(/^[A-Z2-7]{32}$/)
    expect(stepOfCode(one, codeAt(one, 1_700_000_000_000), 1_700_000_000_000)).toBe(Math.floor(1_700_000_000 / 30))
  }
})

test('the URI names the organisation and the user, whatever letters they have', () => {
  expect(totpUri(secret, 'corp & co', 'a:b')).toBe(
    `otpauth://totp/corp%20%26%20co:a%3Ab?secret=${secret}&issuer=corp%20%26%20co`,
  )
})
