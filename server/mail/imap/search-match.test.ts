import { describe, expect, it } from 'vitest'
import { matcherOf } from './search-match.ts'

const size = 1_000_000
const fill = (unit: string) => unit.repeat(Math.ceil(size / unit.length))
const nested = Array.from(
  { length: 19 },
  (_, at) => `Content-Type: multipart/mixed; boundary=b${at}x\r\n\r\n--b${at}x\r\n`,
)

function find(raw: string, key: 'body' | 'text', value: string): Promise<boolean> {
  const message = { uid: 1, content: 1, flags: [], modseq: 1, received: 0, size: raw.length }
  // As the library hands a literal on.
  return matcherOf({ key, value: Buffer.from(value) })({ ...message, raw: async () => Buffer.from(raw, 'latin1') })
}

describe('a search in text', () => {
  const head = 'From: a@b.test\r\nMIME-Version: 1.0\r\n'
  const base64 = Buffer.from('Grüße aus 台北').toString('base64')
  const parts = [
    '--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    `${base64}\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Rest&auml;urant</p><script>hidden</script>\r\n--x--\r\n`,
  ]
  const mixed = `${head}Content-Type: multipart/mixed; boundary=x\r\n\r\n${parts.join('')}`

  it.each([
    [mixed, 'grüße', true],
    [mixed, '台北', true],
    [mixed, 'hidden', false],
    [mixed, base64, false],
    [`${head}\r\nplain words`, 'WORDS', true],
    [`${head}Content-Transfer-Encoding: quoted-printable\r\n\r\nw=C3=B6r=\r\nds`, 'wörds', true],
    [`${head}Content-Type: multipart/mixed; boundary=x\r\n\r\nno end, but words`, 'words', true],
  ])('%#: %j', async (raw, wanted, found) => {
    expect(await find(raw, 'body', wanted)).toBe(found)
  })

  it('finds encoded words in the header', async () => {
    expect(await find(`${head}Subject: =?utf-8?B?5Y+w5YyX?= trip\r\n\r\nx`, 'text', '台北 trip')).toBe(true)
  })
})

// The parser that stood here before needs minutes for some of these.
describe('I8 a hostile message is soon searched', () => {
  it.each([
    ['empty lines', `From: a@b\r\n\r\n${fill('\r\n')}`],
    ['bare returns', `From: a@b\r\n\r\n${fill('\r')}`],
    ['dashes', `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${fill('-')}`],
    ['lines of dashes', `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${fill('--\r\n')}`],
    ['parts', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${fill('--b\r\n\r\n')}`],
    ['nested parts', `${nested.join('')}\r\n${fill('--\r\n')}`],
    ['nested messages', fill('Content-Type: message/rfc822\r\n\r\n')],
    ['parameters', `Content-Type: text/plain${fill('; a="b')}\r\n\r\nx`],
    ['folds', `Subject: x\r\n${fill(' \r\n')}\r\nx`],
    ['fields', `${fill('X: y\r\n')}\r\nx`],
    ['encoded words', `Subject: ${fill('=?utf-8?Q?=41?= ')}\r\n\r\nx`],
    ['broken encoded words', `Subject: ${fill('=?')}\r\n\r\nx`],
    ['tags', `Content-Type: text/html\r\n\r\n${fill('<a ')}`],
    ['comments', `Content-Type: text/html\r\n\r\n${fill('<!--')}`],
    ['scripts', `Content-Type: text/html\r\n\r\n${fill('<script>')}`],
    ['references', `Content-Type: text/html\r\n\r\n${fill('&#x')}`],
    ['base64', `Content-Transfer-Encoding: base64\r\n\r\n${fill('=')}`],
    ['quoted-printable', `Content-Transfer-Encoding: quoted-printable\r\n\r\n${fill('=\r\n')}`],
  ])('%s', async (_name, raw) => {
    expect(await find(raw, 'text', 'not in there')).toBe(false)
  })
})
