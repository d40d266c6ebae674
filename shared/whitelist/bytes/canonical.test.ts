import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Canonical, canonicalText, decodeCanonical, encodeCanonical } from './canonical.ts'
import { utf8 } from './encoding.ts'

const decodeText = (text: string) => decodeCanonical(utf8(text))

describe('canonical JSON (protocol 2)', () => {
  it('sorts keys, leaves out undefined ones and writes no spaces', () => {
    expect(canonicalText({ b: 1, a: 'x', c: undefined, d: [true, { z: 0, y: '林' }] })).toBe(
      '{"a":"x","b":1,"d":[true,{"y":"林","z":0}]}',
    )
  })

  it('reads back everything that it writes', () => {
    const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,5}$/).filter((key) => !(key in Object.prototype))
    const { value } = fc.letrec<{ value: Canonical }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }).map((text) => text.toWellFormed().normalize('NFC')),
        fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
        fc.boolean(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(value, (v) => {
        expect(decodeCanonical(encodeCanonical(v))).toEqual(v)
      }),
    )
  })

  it.each([
    ['duplicate keys', '{"a":1,"a":2}'],
    ['duplicate keys of the same value', '{"a":1,"a":1}'],
    ['a key spelled with an escape', '{"\\u0061":1}'],
    ['unsorted keys', '{"b":1,"a":2}'],
    ['spaces', '{"a": 1}'],
    ['a trailing line feed', '{"a":1}\n'],
    ['trailing bytes', '{"a":1}{}'],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['a float', '{"a":1.5}'],
    ['an integer written as a float', '{"a":1.0}'],
    ['an exponent', '{"a":1e3}'],
    ['minus zero', '{"a":-0}'],
    ['more than 2^53-1', '{"a":9007199254740992}'],
    ['an integer that loses digits', '{"a":9007199254740993}'],
    ['null', '{"a":null}'],
    ['an unneeded escape', '"\\u0041"'],
    ['an escaped slash', '"\\/"'],
    ['a lone surrogate', '"\\ud800"'],
    ['a decomposed letter', '"e\u0301"'],
    ['a compatibility composite that NFC changes', '"\u212b"'],
    ['__proto__ as a key', '{"__proto__":{"a":1}}'],
    ['constructor as a key', '{"constructor":1}'],
    ['hasOwnProperty as a key', '{"hasOwnProperty":1}'],
    ['digits as a key', '{"1":1}'],
    ['an empty key', '{"":1}'],
    ['nothing', ''],
    ['an array with a hole', '[1,,2]'],
  ])('refuses %s', (_, text) => {
    expect(decodeText(text)).toBeUndefined()
  })

  it('refuses invalid UTF-8 and a nesting of 100,000', () => {
    expect(decodeCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toBeUndefined()
    expect(decodeText('['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined()
  })

  it('changes nothing of what it reads when one byte changes', () => {
    const text = '{"a":"x","b":[1,22,333],"c":{"d":"林"}}'
    const bytes = utf8(text)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = bytes.slice()
        changed[at] = byte
        const read = decodeCanonical(changed)
        expect(read === undefined || canonicalText(read) === new TextDecoder().decode(changed)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('throws on what a caller must not encode', () => {
    for (const value of [1.5, Number.NaN, 2 ** 53, 'e\u0301', '\ud800', { 'a-b': 1 }, { valueOf: 'x' }]) {
      expect(() => encodeCanonical(value)).toThrow('no canonical form')
    }
  })
})
