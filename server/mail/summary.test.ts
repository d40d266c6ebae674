import { describe, expect, it } from 'vitest'
import { headerEnd, mimeTreeOf, revive, summarise } from './summary.ts'

function structureOf(raw: string): unknown {
  return revive(summarise(Buffer.from(raw, 'latin1')).structure)
}

describe('the summary', () => {
  it('of an ordinary message', () => {
    const summary = summarise(Buffer.from('From: =?utf-8?B?5p6X?= <a@b.test>\r\nSubject: x\r\n\r\nhi\r\n'))
    const envelope = revive(summary.envelope)
    expect(Array.isArray(envelope) && String(envelope[1])).toBe('x')
    expect(JSON.stringify(envelope)).toContain(JSON.stringify(Buffer.from('林')))
  })

  it('I8 gives the plain view to messages that would cost too much', () => {
    const nested = 'Content-Type: message/rfc822\r\n\r\n'.repeat(30_000)
    const crowded = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\n'.repeat(30_000)}`
    const returns = `Subject: x\r\n\r\n${'\r'.repeat(500_000)}`
    const wide = `X: ${'a,'.repeat(100_000)}\r\n\r\nhi`
    for (const raw of [nested, crowded, returns, wide]) {
      expect(mimeTreeOf(Buffer.from(raw))).toBeUndefined()
      expect(structureOf(raw)).toEqual([
        'TEXT',
        'PLAIN',
        null,
        null,
        null,
        '8BIT',
        expect.any(Number),
        expect.any(Number),
      ])
    }
  })

  it.each([
    '',
    '\r\n',
    'no header at all',
    'Content-Type: multipart/mixed\r\n\r\n',
    'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n',
    '\0\0\0',
  ])('of %j does not throw', (raw) => {
    expect(Array.isArray(structureOf(raw))).toBe(true)
  })
})

it.each([
  ['a: b\r\n\r\nbody', 8],
  ['a: b\n\nbody', 6],
  ['a: b\n\nbo\r\n\r\ndy', 6],
  ['\r\nbody', 2],
  ['a: b', 4],
])('the body of %j begins at %d', (text, at) => {
  expect(headerEnd(text)).toBe(at)
})
