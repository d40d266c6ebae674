/** What is shown of messages, broken ones too. */
import { describe, expect, it } from 'vitest'
import { splitMessage } from '../../../../shared/header.ts'
import { maxTextLength } from '../../../../shared/message.ts'
import { structureOf } from '../../../../shared/mime/structure.ts'
import { sample } from '../testing/messages.ts'
import { readContent, readSubject } from './content.ts'

const parts = (...lines: readonly string[]): string => lines.join('\r\n')
const read = (raw: Uint8Array) => readContent(splitMessage(raw))
const structure = (raw: Uint8Array) => structureOf(splitMessage(raw)).kind

const alternative = sample({
  type: 'multipart/alternative; boundary="b1"',
  body: parts(
    'preamble',
    '--b1',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'caf=C3=A9 =',
    'au lait',
    '--b1',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>other</p>',
    '--b1--',
  ),
})

describe('clear messages', () => {
  it('prefers text/plain', () => {
    expect(structure(alternative)).toBe('clear')
    expect(read(alternative)).toEqual({ text: 'café au lait', simplified: false })
  })

  it('reads base64 in another charset', () => {
    const raw = sample({
      headers: ['Content-Transfer-Encoding: base64'],
      type: 'text/plain; charset=big5',
      body: 'p0Gmbg==',
    })
    expect(read(raw)).toEqual({ text: '你好', simplified: false })
  })

  it('turns an HTML-only message into text, with nothing of its scripts and styles', () => {
    const body =
      '<html><head><title>no</title><style>p{}</style></head><body><p>Hello &amp; <b>welcome</b></p><script>x()</script>2 &lt; 3</body></html>'
    expect(read(sample({ type: 'text/html', body }))).toEqual({ text: 'Hello & welcome\n2 < 3', simplified: false })
  })

  it('says so when there is more than text', () => {
    const body = parts(
      '--b1',
      'Content-Type: text/plain',
      '',
      'see attached',
      '--b1',
      'Content-Type: application/pdf; name="a.pdf"',
      'Content-Disposition: attachment; filename="a.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERi0=',
      '--b1--',
    )
    const content = read(sample({ type: 'multipart/mixed; boundary=b1', body }))
    expect(content).toEqual({ text: 'see attached', simplified: true })
  })

  it('cuts text at the limit and says so', () => {
    const content = read(sample({ body: `${'x'.repeat(70)}\r\n`.repeat(2_000) }))
    expect([content.text.length, content.simplified]).toEqual([maxTextLength, true])
  })

  it('keeps no control characters', () => {
    const { text } = read(sample({ body: 'a\u0007b\u001b[2Jc\r\nd\u0085e' }))
    expect(text).toBe('ab[2Jc\nde')
  })

  it('decodes the subject and keeps it on one line', () => {
    const subject = '=?utf-8?B?5pel56iL?= =?utf-8?Q?_plan=0D=0AX?='
    expect(readSubject(splitMessage(sample({ subject })))).toBe('日程 plan X')
  })
})

/** I8: bytes in which two programs may see two messages. */
const ambiguous: Readonly<Record<string, Uint8Array>> = {
  'two Content-Type fields': sample({ headers: ['Content-Type: text/html'] }),
  'two boundaries': sample({
    type: 'multipart/mixed; boundary=b1; boundary=b2',
    body: parts('--b1', '', 'one', '--b1--', '--b2', '', 'two', '--b2--'),
  }),
  'a boundary in pieces (RFC 2231)': sample({
    type: 'multipart/mixed; boundary*0=b; boundary*1=1',
    body: parts('--b1', '', 'one', '--b1--'),
  }),
  'no boundary': sample({ type: 'multipart/mixed', body: parts('--b1', '', 'one', '--b1--') }),
  'an encoded multipart': sample({
    headers: ['Content-Transfer-Encoding: base64'],
    type: 'multipart/mixed; boundary=b1',
    body: parts('--b1', '', 'one', '--b1--'),
  }),
  'no part at all': sample({ type: 'multipart/mixed; boundary=b1', body: 'nothing' }),
  'two encodings': sample({
    headers: ['Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: 7bit'],
    body: 'aGVsbG8=',
  }),
  'an encoding nobody knows': sample({ headers: ['Content-Transfer-Encoding: x-uuencode'] }),
  'base64 with foreign letters': sample({ headers: ['Content-Transfer-Encoding: base64'], body: 'aGV$bG8=' }),
  'broken quoted-printable': sample({ headers: ['Content-Transfer-Encoding: quoted-printable'], body: '100=%' }),
  'a media type that does not parse': sample({ type: 'text/plain; charset="utf-8' }),
  'a comment in the media type': sample({ type: 'text/html (text/plain)' }),
  'bare line feeds in the header': Buffer.from('From: bob@corp.test\nSubject: x\n\nbody'),
}

const twoWays = (boundary: string, end = `--${boundary}--`): string =>
  parts(
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Grüße',
    `--${boundary}`,
    'Content-Type: text/html',
    '',
    '<p>x</p>',
    end,
  )
const encoded = (encoding: string): readonly string[] => [`Content-Transfer-Encoding: ${encoding}`]

/** I8: bytes that break a rule and say one thing all the same, and what they say. */
const sloppy: Readonly<Record<string, readonly [Uint8Array, string]>> = {
  'a boundary with = that is not quoted': [
    sample({ type: 'multipart/alternative; boundary=----=_Part_1.2', body: twoWays('----=_Part_1.2') }),
    'Grüße',
  ],
  'a boundary with : and / that is not quoted': [
    sample({ type: 'multipart/alternative; boundary=A8:b/c', body: twoWays('A8:b/c') }),
    'Grüße',
  ],
  'a boundary by RFC 2231': [
    sample({ type: "multipart/mixed; boundary*=us-ascii''b1", body: parts('--b1', '', 'one', '--b1--') }),
    'one',
  ],
  'no closing delimiter': [sample({ type: 'multipart/alternative; boundary=b1', body: twoWays('b1', '') }), 'Grüße'],
  'a line that only begins like a delimiter': [
    sample({ type: 'multipart/mixed; boundary=b1', body: parts('--b1', '', 'one', '--b1x', 'two', '--b1--') }),
    'one\n--b1x\ntwo',
  ],
  'an inner boundary that begins like the outer one': [
    sample({
      type: 'multipart/mixed; boundary=b',
      body: parts('--b', 'Content-Type: multipart/mixed; boundary=bb', '', '--bb', '', 'x', '--bb--', '--b--'),
    }),
    'x',
  ],
  'an inner boundary that the outer one begins like': [
    sample({
      type: 'multipart/mixed; boundary=bb',
      body: parts('--bb', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x', '--b--', '--bb--'),
    }),
    'x',
  ],
  'an encoded multipart whose delimiters stand there': [
    sample({ headers: encoded('quoted-printable'), type: 'multipart/mixed; boundary=b1', body: twoWays('b1') }),
    'Grüße\nx',
  ],
  'an encoding that is none': [sample({ headers: encoded('utf-8'), body: 'Grüße' }), 'Grüße'],
  'an encoding in two words': [sample({ headers: encoded('8 bit'), body: 'Grüße' }), 'Grüße'],
  'an encoding in quotation marks': [sample({ headers: encoded('"base64"'), body: 'R3LDvMOfZQ==' }), 'Grüße'],
  'base64 with a footer in the clear': [
    sample({ headers: encoded('base64'), body: parts('R3LDvMOfZQ==', '_____', 'list') }),
    'Grüße',
  ],
  'base64 in two pieces': [sample({ headers: encoded('base64'), body: 'aGU=bG8=' }), 'helo'],
  'quoted-printable with a lone =': [
    sample({ headers: encoded('quoted-printable'), body: 'a = b, caf=C3=A9' }),
    'a = b, café',
  ],
  'only half a media type': [sample({ type: 'text', body: 'Grüße' }), 'Grüße'],
  'a charset without a value': [sample({ type: 'text/plain; charset=', body: 'Grüße' }), 'Grüße'],
  'a charset whose quotation mark is not closed': [
    sample({ type: 'text/plain; charset="utf-8', body: 'Grüße' }),
    'Grüße',
  ],
}

describe('I8 ambiguous messages have one view', () => {
  it.each(Object.entries(ambiguous))('%s', (_name, raw) => {
    expect(structure(raw)).toBe('broken')
    const { text, simplified } = read(raw)
    expect(simplified).toBe(true)
    const source = Buffer.from(splitMessage(raw).body).toString('utf8')
    expect(text).toBe(source.replaceAll('\r\n', '\n').trim())
  })

  it.each(Object.entries(sloppy))('sloppy mail shows its text with the notice: %s', (_name, [raw, text]) => {
    expect(structure(raw)).toBe('broken')
    expect(read(raw)).toEqual({ text, simplified: true })
  })

  it('what is unclear about one part keeps no other part from its reader', () => {
    const body = parts(
      '--b1',
      'Content-Type: text/plain',
      '',
      'see attached',
      '--b1',
      'Content-Type: application/pdf; name=My File (1).pdf',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename=My File (1).pdf',
      '',
      'JVBERi0=',
      '--b1--',
    )
    const raw = sample({ type: 'multipart/mixed; boundary=b1', body })
    expect(read(raw)).toEqual({ text: 'see attached', simplified: true })
  })

  it('a forwarded message: its own text is not mixed into the outer one', () => {
    const body = parts(
      '--b1',
      'Content-Type: text/plain',
      '',
      'please look',
      '--b1',
      'Content-Type: message/rfc822',
      '',
      'From: boss@corp.test',
      'Subject: pay',
      'Content-Type: text/plain',
      '',
      'inner words',
      '--b1--',
    )
    const raw = sample({ type: 'multipart/mixed; boundary=b1', body })
    expect(structure(raw)).toBe('nested')
    expect(read(raw)).toEqual({ text: 'please look', simplified: true })
  })

  it('deeper than anything legitimate', () => {
    const open = Array.from({ length: 40 }, (_, n) => [
      `Content-Type: multipart/mixed; boundary=x${n}y`,
      '',
      `--x${n}y`,
    ])
    const close = Array.from({ length: 40 }, (_, n) => `--x${39 - n}y--`)
    const [, ...inside] = open.flat()
    const raw = sample({ type: 'multipart/mixed; boundary=x0y', body: parts(...inside, '', 'deep', ...close) })
    expect(structure(raw)).toBe('broken')
  })
})

// bench/ measures how long reading takes; here a reader that goes back over what it read would not come to its end.
describe('hostile sizes leave a text within its limit', () => {
  const size = 2_000_000
  const hostile: Readonly<Record<string, Uint8Array>> = {
    'open angle brackets': sample({ type: 'text/html', body: '<'.repeat(size) }),
    'half comments': sample({ type: 'text/html', body: '<!-'.repeat(size / 3) }),
    'end tags in a script': sample({ type: 'text/html', body: `<script>${'</'.repeat(size / 2)}` }),
    ampersands: sample({ type: 'text/html', body: '&'.repeat(size) }),
    'nested tags': sample({ type: 'text/html', body: '<div>'.repeat(size / 5) }),
    attributes: sample({ type: 'text/html', body: `<a ${'b="c" '.repeat(size / 6)}` }),
    blanks: sample({ type: 'text/html', body: `a${' '.repeat(size)}b` }),
    'equals signs': sample({
      headers: ['Content-Transfer-Encoding: quoted-printable'],
      body: '=\r\n'.repeat(size / 3),
    }),
    delimiters: sample({ type: 'multipart/mixed; boundary=b1', body: '--b1\r\n\r\n'.repeat(size / 8) }),
    parameters: sample({ type: `text/plain${'; a=b'.repeat(20_000)}` }),
    newlines: sample({ body: '\r\n'.repeat(size / 2) }),
  }
  it.each(Object.entries(hostile))('%s', (_name, raw) => {
    const { text } = read(raw)
    expect(text.length).toBeLessThanOrEqual(maxTextLength)
  })
})
