/** I8: whatever is written into MIME fields that the proof leaves open, the same is read, or the notice is there. */
import { describe, expect, it } from 'vitest'
import { splitMessage } from '../../../../shared/header.ts'
import { type Content, readContent } from './content.ts'

const lines = (...all: readonly string[]): string => all.join('\r\n')
const mime = ['content-type', 'content-transfer-encoding', 'content-disposition', 'mime-version'] as const

type Fields = Readonly<Partial<Record<(typeof mime)[number], string>>>

function read(fields: Fields, body: string, covered: readonly string[]): Content {
  const written = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  const raw = Buffer.from(lines('From: bo@example.org', ...written, '', body))
  return readContent(splitMessage(raw), (name) => covered.includes(name))
}

const alternative = lines(
  '--b1',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Pay 40 to Bo',
  '--b1',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Pay 40 to Bo</p>',
  '--b1--',
  '',
)
const mixed = lines(
  '--b1',
  'Content-Type: text/plain',
  '',
  'Do not pay.',
  '--b1',
  'Content-Type: text/plain',
  '',
  'Pay 40 to Bo',
  '--b1--',
)
const inner = lines(
  '--b1',
  'Content-Type: multipart/alternative; boundary=b2',
  '',
  alternative.replaceAll('b1', 'b2'),
  '--b1--',
)
const base64 = Buffer.from('Do not pay Bo before he answers. 林').toString('base64')

/** What honest senders write: all of it is read without a notice, whatever is covered. */
const honest: readonly (readonly [string, Fields, string, string])[] = [
  ['a plain text', { 'content-type': 'text/plain; charset=utf-8' }, 'Good morning\r\n', 'Good morning'],
  ['a plain text without fields', {}, 'Good morning', 'Good morning'],
  ['a short word', { 'content-type': 'text/plain' }, 'okay', 'okay'],
  ['UTF-8', { 'content-type': 'text/plain; charset="UTF-8"', 'content-transfer-encoding': '8bit' }, '林柏', '林柏'],
  ['a link alone', { 'content-type': 'text/plain' }, '<https://example.org/>', '<https://example.org/>'],
  ['an alternative', { 'content-type': 'multipart/alternative; boundary="b1"' }, alternative, 'Pay 40 to Bo'],
  [
    'an alternative of QQ',
    { 'content-type': 'multipart/alternative; boundary="b1"' },
    `This is a multi-part message in MIME format.\r\n\r\n${alternative}`,
    'Pay 40 to Bo',
  ],
  ['two texts', { 'content-type': 'multipart/mixed; boundary=b1' }, mixed, 'Do not pay.\nPay 40 to Bo'],
  ['an alternative within', { 'content-type': 'multipart/mixed; boundary=b1' }, inner, 'Pay 40 to Bo'],
  ['HTML', { 'content-type': 'text/html; charset=utf-8' }, '<div>Good <b>morning</b></div>\r\n', 'Good morning'],
  [
    'base64',
    { 'content-type': 'text/plain; charset=utf-8', 'content-transfer-encoding': 'base64' },
    `${base64}\r\n`,
    'Do not pay Bo before he answers. 林',
  ],
  ['a word in base64', { 'content-type': 'text/plain', 'content-transfer-encoding': 'base64' }, '5L2g5aW9', '你好'],
  [
    'quoted-printable',
    { 'content-type': 'text/plain; charset=utf-8', 'content-transfer-encoding': 'quoted-printable' },
    'caf=C3=A9 =\r\nau lait',
    'café au lait',
  ],
]

/** What somebody else may write instead. */
const types = [
  undefined,
  'text/plain',
  'text/plain; charset=utf-16le',
  'text/plain; charset=iso-8859-1',
  'text/plain; charset=gb18030',
  'text/plain; format=flowed; delsp=yes',
  'text/html',
  'text/html; charset=utf-7',
  'text/enriched',
  'application/pdf',
  'application/octet-stream; name=a.pdf',
  'message/rfc822',
  'message/partial',
  'message/disposition-notification',
  ...[
    'mixed',
    'alternative',
    'related',
    'report; report-type=disposition-notification',
    'digest',
    'signed',
    'odd',
  ].flatMap((kind) => [
    `multipart/${kind}; boundary=b1`,
    `multipart/${kind}; boundary=b2`,
    `multipart/${kind}; boundary=-`,
  ]),
  'multipart/mixed',
  'text',
  '',
]
const encodings = [undefined, '7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'BASE64', 'x-uuencode', '']
const dispositions = [undefined, 'inline', 'attachment', 'attachment; filename=a.txt', 'odd']
const versions = [undefined, '1.0', '2.0', '']

const signers: readonly (readonly [string, readonly string[]])[] = [
  ['all', mime],
  ['Gmail, QQ: neither', ['mime-version']],
  ['Outlook, 163: no encoding', ['content-type', 'mime-version']],
  ['the encoding alone', ['content-transfer-encoding']],
]

describe.each(signers)('I8 covered: %s', (_signer, covered) => {
  it.each(honest)('reads %s without a notice', (_what, fields, body, text) => {
    expect(read(fields, body, covered)).toEqual({ text, simplified: false })
  })

  it.each(honest)(
    'whatever is put into the open fields of %s changes nothing that is read without a notice',
    (...one) => {
      const [, fields, body, text] = one
      const open = <T>(name: (typeof mime)[number], others: readonly (T | undefined)[]) =>
        covered.includes(name) ? [fields[name]] : [fields[name], ...others]
      const changed: Content[] = []
      for (const type of open('content-type', types)) {
        for (const encoding of open('content-transfer-encoding', encodings)) {
          for (const disposition of open('content-disposition', dispositions)) {
            for (const version of open('mime-version', versions)) {
              const all = {
                'content-type': type,
                'content-transfer-encoding': encoding,
                'content-disposition': disposition,
                'mime-version': version,
              }
              const forged = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
              const content = read(forged, body, covered)
              if (content.simplified ? content.receiptFor !== undefined : content.text !== text) changed.push(content)
            }
          }
        }
      }
      expect(changed).toEqual([])
    },
  )
})

describe('I8 an open Content-Type', () => {
  const none: readonly string[] = []
  const delimited = (type: string) => ({ 'content-type': `multipart/${type}; boundary=b1` })

  it('hides nothing before the first delimiter or behind the last', () => {
    for (const body of [`Do not pay.\r\n\r\n${alternative}`, `${alternative}\r\nDo not pay.\r\n`]) {
      const content = read(delimited('alternative'), body, none)
      expect(content).toMatchObject({ simplified: true })
      expect(content.text).toContain('Do not pay.')
    }
  })

  it('hides no text as another form of its neighbour', () => {
    for (const type of ['alternative', 'related']) {
      expect(read(delimited(type), mixed, none)).toEqual({ text: 'Do not pay.\nPay 40 to Bo', simplified: true })
    }
  })

  it('makes no receipt of what has no notification in it', () => {
    const type = 'report; report-type=disposition-notification'
    expect(read(delimited(type), mixed, mime)).toEqual({ text: 'Do not pay.\nPay 40 to Bo', simplified: false })
  })

  it('reads another charset as it says, with the notice', () => {
    const raw = Buffer.concat([
      Buffer.from('From: bo@example.org\r\nContent-Type: text/plain; charset=big5\r\n\r\n'),
      Buffer.from('p0Gmbg==', 'base64'),
    ])
    expect(readContent(splitMessage(raw), () => false)).toEqual({ text: '你好', simplified: true })
  })

  it('takes sloppy structure where the body bears it out, and shows the source where it does not', () => {
    const body = mixed.replaceAll('--b1', '--=_b1')
    const text = 'Do not pay.\nPay 40 to Bo'
    expect(read({ 'content-type': 'multipart/mixed; boundary==_b1' }, body, none)).toEqual({ text, simplified: true })
    // Another boundary would open another part first; a broken encoding would hide what stands before it.
    const hidden = lines('Do not pay.', '', '--x=', '', 'Pay 40 to Bo')
    expect(read({ 'content-type': 'multipart/mixed; boundary=x=' }, hidden, none).text).toBe(
      hidden.replaceAll('\r', ''),
    )
    const clear = lines('Pay 40 to Bo', '')
    expect(read({ 'content-transfer-encoding': 'base64 x' }, clear, none).text).toBe('Pay 40 to Bo')
  })
})
