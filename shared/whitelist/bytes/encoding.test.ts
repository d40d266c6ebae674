import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, fromBase64Url, fromHex, fromUtf8, sameBytes, toBase64, toBase64Url, toHex } from './encoding.ts'

describe('base64', () => {
  it('writes what Node writes and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = toBase64(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(text)).toEqual(bytes)
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
      }),
    )
  })

  it('takes no text but the one that it would write (protocol 2)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: fc.constantFrom(...'AZaz09+/=-_ \n'.split('')) }), (text) => {
        const bytes = fromBase64(text)
        expect(bytes === undefined || toBase64(bytes) === text).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    'A',
    'AB',
    'ABC',
    'AB=',
    'A===',
    '====',
    'AB=C',
    'AAAA=',
    'AA==AAAA',
    'AB==',
    'AAB=',
    'AA A',
    'AAA\n',
    'AA-_',
    'ＡAAA',
    ' AAA',
    'AAA\u0100',
  ])('refuses %j', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })

  it('refuses another length than asked', () => {
    expect(fromBase64('AAAA', 3)).toEqual(new Uint8Array(3))
    expect(fromBase64('AAAA', 2)).toBeUndefined()
    expect(fromBase64('', 0)).toEqual(new Uint8Array(0))
  })
})

describe('hex', () => {
  it('is lower case, whole bytes and of the length asked', () => {
    expect(toHex(Uint8Array.of(0, 255, 16))).toBe('00ff10')
    expect(fromHex('00ff10', 3)).toEqual(Uint8Array.of(0, 255, 16))
    for (const text of ['0', '0g', 'FF', '00 ', ' 00', '0x00']) expect(fromHex(text)).toBeUndefined()
    expect(fromHex('00ff', 3)).toBeUndefined()
  })
})

describe('UTF-8', () => {
  it.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xe6, 0x9e]]])(
    'refuses %j',
    (bytes) => {
      expect(fromUtf8(Uint8Array.from(bytes))).toBeUndefined()
    },
  )

  it('keeps a byte order mark as a character, so that nobody overlooks it', () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA')
  })
})

it('compares bytes by value', () => {
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
})
