/** Subjects and texts in whatever charset and encoding mail has them. */
import { describe, expect, it } from 'vitest'
import { splitMessage } from '../../../../shared/header.ts'
import { maxTextLength } from '../../../../shared/message.ts'
import { sample } from '../testing/messages.ts'
import { readContent, readSubject } from './content.ts'

const read = (raw: Uint8Array) => readContent(splitMessage(raw))
const inBytes = (head: readonly string[], hex: string): Uint8Array =>
  Buffer.concat([
    sample({ headers: head.slice(1), type: head[0] ?? '', body: '' }).subarray(0, -2),
    Buffer.from(hex, 'hex'),
  ])

describe('charsets of texts', () => {
  it.each([
    ['another label', 'text/plain; charset=x-gbk', 'c4e3bac3', '你好'],
    ['a code page by its number', 'text/plain; charset=cp936', 'c4e3bac3', '你好'],
    ['a label with underscores', 'text/plain; charset=ISO8859_15', 'a4', '€'],
    ['a DOS page', 'text/plain; charset=ibm850', '81', 'ü'],
    ['ISO 2022', 'text/plain; charset=iso-2022-jp', '1b244234413b7a1b2842', '漢字'],
    ['none, GBK', 'text/plain', 'c4e3bac3', '你好'],
    ['none, Windows-1252', 'text/plain', '4772fcdf65', 'Grüße'],
    ['ASCII, which it is not', 'text/plain; charset=us-ascii', '4772fcdf65', 'Grüße'],
    ['UTF-8, which it is not', 'text/plain; charset=utf-8', 'c4e3bac3', '你好'],
    ['UTF-8 with a stray byte', 'text/plain; charset=utf-8', 'e4bda0e5a5bdff', '你好\ufffd'],
    ['a byte order mark', 'text/plain; charset=us-ascii', 'fffe604f7d59', '你好'],
    ['UTF-16 without a mark', 'text/plain; charset=utf-16be', '4f60597d', '你好'],
    ['in the page', 'text/html', `${Buffer.from('<meta charset=gbk><p>').toString('hex')}c4e3bac3`, '你好'],
    [
      'in the page, against the header',
      'text/html; charset=utf-8',
      `${Buffer.from('<meta http-equiv=x content=\'text/html; charset = "big5"\'>').toString('hex')}a741a66e`,
      '你好',
    ],
  ])('%s', (_name, type, hex, text) => {
    expect(read(inBytes([type], hex)).text).toBe(text)
  })

  it('an unknown one is told', () => {
    expect(read(inBytes(['text/plain; charset=x-nobody'], '61'))).toEqual({ text: 'a', simplified: true })
  })
})

describe('format=flowed (RFC 3676)', () => {
  it.each([
    [
      'joins lines, by depth',
      'format=flowed',
      ['one ', 'two', '> a ', '> b', '>> c', '-- ', 'Bob'],
      'one two\n> a b\n>> c\n-- \nBob',
    ],
    ['takes stuffing off', 'format=flowed', [' > no quote', ' From here'], '> no quote\nFrom here'],
    ['DelSp', 'format=flowed; delsp=yes', ['日 ', '本'], '日本'],
    ['not for other text', 'x=y', ['one ', 'two'], 'one \ntwo'],
  ])('%s', (_name, parameter, lines, text) => {
    expect(read(sample({ type: `text/plain; charset=utf-8; ${parameter}`, body: lines.join('\r\n') })).text).toBe(text)
  })
})

describe('subjects', () => {
  const li = Buffer.from('c0eeb2a8', 'hex')
  const long = '关于二〇二六年度第三季度供应商交付质量评审会议的通知'
  it.each([
    ['glued to text', 'Re:=?utf-8?B?5Lya6K6u?=(1)', 'Re:会议(1)'],
    ['glued to each other', '=?utf-8?B?5Lya?==?gbk?Q?=C0=EE?=', '会李'],
    ['in quotation marks', '"=?utf-8?Q?Gr=C3=BC=C3=9Fe?="', '"Grüße"'],
    ['blanks inside', '=?utf-8?Q?Gr=C3=BC=C3=9Fe aus Ulm?= ok', 'Grüße aus Ulm ok'],
    ['too long, without padding', `=?utf-8?B?${Buffer.from(long).toString('base64').replace(/=+$/u, '')}?=`, long],
    ['a character cut in two, over two kinds of words', '=?utf-8?B?5Lw=?= =?utf-8?Q?=9A?=', '会'],
    ['a language', '=?iso-8859-1*de?Q?=FC?=', 'ü'],
    ['a charset of few', '=?windows-1257?Q?=D0iauliai?=', 'Šiauliai'],
    ['a charset nobody knows', '=?x-nobody?Q?a?=', '=?x-nobody?Q?a?='],
    ['no end', 'a =?utf-8?Q?b =?utf-8?Q?c?=', 'a =?utf-8?Q?b c'],
    ['raw UTF-8 in a word', '=?utf-8?Q?Grüße?=', 'Grüße'],
  ])('reads encoded words as mail has them: %s', (_name, subject, shown) => {
    expect(readSubject(splitMessage(sample({ subject })))).toBe(shown)
  })

  it('reads raw bytes of a subject by the charset of the text, or as what they look like', () => {
    const raw = (type: string, bytes: Buffer) => {
      const [before = '', after = ''] = Buffer.from(sample({ type, subject: '@@' }))
        .toString('latin1')
        .split('@@')
      return readSubject(splitMessage(Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)])))
    }
    expect(raw('text/plain; charset=gb2312', li)).toBe('李波')
    expect(raw('text/plain; charset=koi8-r', Buffer.from('f0d2c9', 'hex'))).toBe('При')
    expect(raw('text/plain', li)).toBe('李波')
    expect(raw('text/plain', Buffer.from('4772fcdf65', 'hex'))).toBe('Grüße')
  })
})

// bench/ measures how long reading takes; here a reader that goes back over what it read would not come to its end.
describe('hostile sizes leave a text within its limit', () => {
  const size = 1_000_000
  const fill = (piece: string): string => piece.repeat(size / piece.length)
  const nested = Array.from({ length: 8 }, (_, n) => `Content-Type: multipart/mixed; boundary=x${n}\r\n\r\n--x${n}\r\n`)
  const html = [
    '<p>x',
    '<br>x',
    '<blockquote>x',
    '<pre> a',
    '&notit',
    '<a href=https://x>y',
    '<a href="&amp;',
    '<svg>',
    '<td>',
  ]
  const hostile: Readonly<Record<string, Uint8Array>> = {
    ...Object.fromEntries(html.map((piece) => [piece, sample({ type: 'text/html', body: fill(piece) })])),
    'nested parts that begin again': sample({
      type: 'multipart/mixed; boundary=b',
      body: `--b\r\n${nested.join('')}${fill('\r\n--x7')}`,
    }),
    'unended parts': sample({ type: 'multipart/mixed; boundary=b', body: fill('\r\n--b') }),
    'flowing quotations': sample({ type: 'text/plain; format=flowed', body: fill('> ') }),
    'soft line ends': sample({ type: 'text/plain; format=flowed', body: fill('a \n') }),
    'bytes of no charset': Buffer.concat([sample({ type: 'text/plain; charset=big5' }), Buffer.alloc(size, 0xff)]),
    'broken base64': sample({ headers: ['Content-Transfer-Encoding: base64'], body: fill('A=') }),
    'words without an end': sample({ subject: fill('=?utf-8?Q?') }),
    words: sample({ subject: fill('=?utf-8?B?QQ==?=') }),
    'raw bytes in a subject': sample({ subject: fill('é'), type: fill('; charset=x') }),
  }
  it.each(Object.entries(hostile))('%s', (_name, raw) => {
    expect(read(raw).text.length).toBeLessThanOrEqual(maxTextLength)
    expect(readSubject(splitMessage(raw)).length).toBeLessThanOrEqual(998)
  })
})
