import { array, assert, boolean, constantFrom, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { createFraming } from './framing.ts'

/** A message of so many bytes, its length in the short form or in a long one. */
function message(size: number, long: boolean): Uint8Array {
  const head = long || size > 127 ? [0x30, 0x83, size >> 16, (size >> 8) & 255, size & 255] : [0x30, size]
  return Buffer.concat([Uint8Array.from(head), Buffer.alloc(size, 0x30)])
}

test('messages are counted the same however the network cuts them', () => {
  const messages = array(
    integer({ min: 0, max: 300 }).chain((size) => boolean().map((long) => message(size, long))),
    { minLength: 1, maxLength: 10 },
  )
  assert(
    property(messages, integer({ min: 1, max: 50 }), (all, cut) => {
      const bytes = Buffer.concat(all)
      const framing = createFraming()
      for (let at = 0; at < bytes.length; at += cut) expect(framing.take(bytes.subarray(at, at + cut))).toBeUndefined()
      expect(framing.seen()).toEqual({ messages: all.length, isBetween: true })
      framing.take(Uint8Array.of(0x30))
      expect(framing.seen()).toEqual({ messages: all.length, isBetween: false })
    }),
  )
})

test.each([
  ['another tag', '0400'],
  ['an indefinite length', '3080'],
  ['a length of five bytes', '308500000000ff'],
  ['a message of a gigabyte', '308440000000'],
  ['a message just too large', '3083100001'],
])('%s is wrong at once', (_, hex) => {
  expect(createFraming().take(Buffer.from(hex, 'hex'))).toBe('its answer makes no sense')
})

test('messages without end are too many at some point', () => {
  const framing = createFraming()
  const chunk = Buffer.concat(Array.from({ length: 64 }, () => message(1_000_000, true)))
  expect(framing.take(chunk)).toBeUndefined()
  expect(framing.take(chunk)).toBe('its answer is too large')
})

test('any bytes whatever are counted or refused', () => {
  const bytes = array(constantFrom(0x30, 0x00, 0x01, 0x81, 0x84, 0xff), { maxLength: 40 }).map((all) =>
    Uint8Array.from(all),
  )
  assert(
    property(bytes, uint8Array(), (one, other) => {
      const framing = createFraming()
      for (const chunk of [one, other]) expect([undefined, 'its answer makes no sense']).toContain(framing.take(chunk))
    }),
  )
})
