import { describe, expect, it } from 'vitest'
import { imapCore } from './imap/core.ts'
import { headerEnd, mimeTreeOf, plainStructure, revive, summarise } from './summary.ts'

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

  it.each(['hi\r\n', '', 'hi', '\r\n\r\n', 'a\r\n.\r\nb', '--b\r\n', 'a\nb', 'a\rb\r\n', '\r\r\n'])(
    'of one part with the body %j is what the library makes of the whole',
    (body) => {
      for (const fields of [
        'Subject: x',
        'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64',
      ]) {
        const raw = Buffer.from(`From: a@b.test\r\n${fields}\r\n\r\n${body}`, 'latin1')
        const tree = mimeTreeOf(raw)
        const whole = tree ? new (imapCore().Indexer)().getBodyStructure(tree) : plainStructure(raw)
        expect(revive(summarise(raw).structure)).toEqual(whole)
      }
    },
  )

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
