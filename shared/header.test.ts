import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMailbox, maxHeaderFields, maxHeaderLength, parseMailboxes, splitMessage } from './header.ts'

const encoder = new TextEncoder()

function split(text: string) {
  return splitMessage(encoder.encode(text))
}

function fieldsOf(text: string): readonly (readonly [string, string])[] {
  return split(text).fields.map(({ name, value }) => [name, value])
}

describe('I1 splitMessage', () => {
  test('I1 reads fields in order, folded ones on one line, and leaves the body alone', () => {
    const message = split('From: Bo\r\n <bo@example.org>\r\nSUBJECT:  a\r\n\tb \r\n\r\nbody\r\n\r\nmore')
    expect(message.fault).toBeUndefined()
    expect(message.fields).toEqual([
      { name: 'from', value: 'Bo <bo@example.org>', raw: 'From: Bo\r\n <bo@example.org>' },
      { name: 'subject', value: 'a\tb', raw: 'SUBJECT:  a\r\n\tb ' },
    ])
    expect(new TextDecoder().decode(message.body)).toBe('body\r\n\r\nmore')
  })

  test('I1 keeps the raw bytes one character each, and reads the value as UTF-8', () => {
    const raw = Uint8Array.from([...encoder.encode('Subject: '), 0xe6, 0x9e, 0x97, 0x80, 0x0d, 0x0a, 0x0d, 0x0a])
    const [field] = splitMessage(raw).fields
    expect(field?.raw).toBe('Subject: \u00e6\u009e\u0097\u0080')
    expect(field?.value).toBe('林\ufffd')
  })

  test('I1 keeps a byte order mark: no two spellings of one field', () => {
    expect(split('\ufeffFrom: a@b.example\r\n\r\n').fault).toBe('malformed')
    expect(split('From: \ufeffa@b.example\r\n\r\n').fields[0]?.value).toBe('\ufeffa@b.example')
  })

  test('I1 takes a message without a body', () => {
    expect(split('From: a@b.example\r\n')).toMatchObject({ fields: [{ name: 'from' }], body: new Uint8Array() })
    expect(split('From: a@b.example\r\n').fault).toBeUndefined()
  })

  test.each([
    ['nothing', ''],
    ['no field', '\r\nbody'],
    ['bare LF line ends', 'From: a@b.example\nTo: c@d.example\n\nbody'],
    ['one bare LF', 'From: a@b.example\nX: y\r\n\r\n'],
    ['an empty line of a bare LF', 'From: a@b.example\r\n\nX: y\r\n\r\n'],
    ['bare CR', 'From: a@b.example\rFrom: c@d.example\r\n\r\n'],
    ['CR CR LF', 'From: a@b.example\r\r\nX: y\r\n\r\n'],
    ['NUL', 'From: a@b.example\0\r\n\r\n'],
    ['a blank before the colon', 'From : a@b.example\r\n\r\n'],
    ['a fold as the first line', ' From: a@b.example\r\n\r\n'],
    ['a fold of blanks only', 'From: a@b.example\r\n \t\r\n X\r\n\r\n'],
    ['a line without a colon', 'From: a@b.example\r\nhello\r\n\r\n'],
    ['an mbox line', 'From bo@example.org Fri Jan 15\r\nFrom: a@b.example\r\n\r\n'],
    ['a name beyond ASCII', 'Frоm: a@b.example\r\n\r\n'],
    ['a last line cut off', 'From: a@b.example\r\nTo: c@d'],
    ['no name', ': x\r\n\r\n'],
  ])('I1 calls malformed: %s', (_what, text) => {
    expect(split(text).fault).toBe('malformed')
  })

  test('I1 still shows what a malformed message says, for the list of held messages', () => {
    expect(fieldsOf('X\r\nFrom: a@b.example\r\n\r\nbody')).toEqual([['from', 'a@b.example']])
    expect(new TextDecoder().decode(split('X\nFrom: a@b.example\n\nbody').body)).toBe('body')
  })

  test('F1 splitMessage answers for random bytes, and the body is the end of them', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({ unit: fc.constantFrom(...'aF: \t\r\n\0é'.split('')), maxLength: 200 })
        .map((text) => encoder.encode(text)),
    )
    fc.assert(
      fc.property(bytes, (raw) => {
        const { body, fields } = splitMessage(raw)
        expect([...raw.subarray(raw.length - body.length)]).toEqual([...body])
        for (const { name } of fields) expect(name).toMatch(/^[!-9;-@[-~]+$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('A5 cost', () => {
  /** A header of at most the limit: `head`, then `unit` as often as it goes. */
  function big(head: string, unit: string): Uint8Array {
    const tail = '\r\n\r\n'
    return encoder.encode(
      head + unit.repeat(Math.floor((maxHeaderLength - head.length - tail.length) / unit.length)) + tail,
    )
  }

  const shapes = [
    ['blanks', big('From: ', ' ')],
    ['words', big('From: ', 'a ')],
    ['folds', big('From: ', '\r\n a')],
    ['one quoted string', big('From: "', 'x')],
    ['escapes', big('From: "', '\\"')],
    ['empty quoted strings', big('From: ', '"" ')],
    ['encoded words', big('From: ', '=?utf-8?q?=41?= ')],
    ['half an encoded word', big('From: ', '=?')],
    ['mailboxes', big('From: ', 'a@b.example, ')],
    ['angle brackets', big('From: ', '<')],
    ['fields', big('', 'From: a@b.example\r\n')],
    ['tiny fields', big('', 'a:\r\n')],
    ['carriage returns', big('From: ', '\r')],
  ] as const

  // A quadratic reader needs minutes for any of them; bench/guard.ts measures the milliseconds.
  test.each(shapes)('A5 reads a megabyte of %s in linear time', (_what, raw) => {
    const { fields } = splitMessage(raw)
    for (const { value } of fields.slice(0, 3)) expect(parseMailboxes(value)).toHaveProperty('ok')
  })

  test('A5 takes a header of exactly the limit and refuses one byte more', () => {
    const tail = '\r\n'
    const fits = `X: ${'x'.repeat(maxHeaderLength - 3 - tail.length)}${tail}\r\n`
    expect(split(fits).fault).toBeUndefined()
    expect(split(fits.replace('X: ', 'XX: ')).fault).toBe('tooLarge')
  })

  test('A5 refuses more fields than mail has', () => {
    expect(split(`${'A: b\r\n'.repeat(maxHeaderFields)}\r\n`).fault).toBeUndefined()
    expect(split(`${'A: b\r\n'.repeat(maxHeaderFields + 1)}\r\n`).fault).toBe('tooLarge')
  })

  test('A5 does not count the body', () => {
    expect(split(`A: b\r\n\r\n${'x'.repeat(2 * maxHeaderLength)}`).fault).toBeUndefined()
  })
})

function mailboxes(value: string, unicode = false): unknown {
  const parsed = parseMailboxes(value, { unicode })
  return parsed.ok ? parsed.value.map(({ name, address }) => [name, address.text]) : parsed.fault
}

describe('A1 parseMailboxes', () => {
  test.each([
    ['bo@example.org', [['', 'bo@example.org']]],
    ['<bo@example.org>', [['', 'bo@example.org']]],
    ['Bo Li <bo@example.org>', [['Bo Li', 'bo@example.org']]],
    ['Bo<bo@example.org>', [['Bo', 'bo@example.org']]],
    ['"Li, Bo" <bo@example.org>', [['Li, Bo', 'bo@example.org']]],
    ['"Bo \\"B\\" Li"<bo@example.org>', [['Bo "B" Li', 'bo@example.org']]],
    ['Bo Q. "the" Li <bo@example.org>', [['Bo Q. the Li', 'bo@example.org']]],
    [
      'a@b.example, Bo <bo@example.org> ,c@d.example',
      [
        ['', 'a@b.example'],
        ['Bo', 'bo@example.org'],
        ['', 'c@d.example'],
      ],
    ],
    ['=?utf-8?B?5p6X?= =?UTF-8?q?=E6=9F=8F?= <bo@example.org>', [['林柏', 'bo@example.org']]],
    // One character cut in two (RFC 2047 section 5 forbids it; programs do it).
    ['=?utf-8?q?=E6=9E?= =?utf-8?q?=97?= <bo@example.org>', [['林', 'bo@example.org']]],
    ['=?big5?B?qkw=?= Bo <bo@example.org>', [['林 Bo', 'bo@example.org']]],
    ['Bo =?gb2312?B?wdY=?= x <bo@example.org>', [['Bo 林 x', 'bo@example.org']]],
    ['"=?utf-8?q?Bo?=" <bo@example.org>', [['Bo', 'bo@example.org']]],
    ['=?utf-7?q?+AGI-?= <bo@example.org>', [['=?utf-7?q?+AGI-?=', 'bo@example.org']]],
    ['=?utf-8?q?=4?= <bo@example.org>', [['=?utf-8?q?=4?=', 'bo@example.org']]],
    ['=?utf-8?b?$$?= <bo@example.org>', [['=?utf-8?b?$$?=', 'bo@example.org']]],
    ['林柏 <bo@example.org>', [['林柏', 'bo@example.org']]],
    ['"" <bo@example.org>', [['', 'bo@example.org']]],
  ] as const)('A1 reads %s', (value, expected) => {
    expect(mailboxes(value)).toEqual(expected)
  })

  test.each([
    // The name claims somebody else; the address decides.
    ['"bo@ok.example" <evil@bad.example>', [['bo@ok.example', 'evil@bad.example']]],
    ['"Bo <bo@ok.example>" <evil@bad.example>', [['Bo <bo@ok.example>', 'evil@bad.example']]],
    ['"bo@ok.example, x" <evil@bad.example>', [['bo@ok.example, x', 'evil@bad.example']]],
    ['=?utf-8?q?bo=40ok.example?= <evil@bad.example>', [['bo@ok.example', 'evil@bad.example']]],
    ['=?utf-8?q?=3Cbo=40ok.example=3E=2C?= <evil@bad.example>', [['<bo@ok.example>,', 'evil@bad.example']]],
    ['=?utf-8?q?Bo=0D=0ABcc=3A_x=00?= <evil@bad.example>', [['Bo Bcc: x', 'evil@bad.example']]],
    ['=?utf-8?b?4oCub0I=?= <evil@bad.example>', [['oB', 'evil@bad.example']]],
  ] as const)('A4 takes the name in %s for text and nothing else', (value, expected) => {
    expect(mailboxes(value)).toEqual(expected)
  })

  test.each([
    ['', 'empty'],
    [' \t', 'empty'],
    ['bo@ok.example <evil@bad.example>', 'syntax'],
    ['<bo@ok.example> <evil@bad.example>', 'syntax'],
    ['Bo <bo@ok.example> evil@bad.example', 'syntax'],
    ['<bo@ok.example>evil@bad.example', 'syntax'],
    ['Bo <bo@ok.example', 'syntax'],
    ['Bo bo@ok.example', 'syntax'],
    ['bo@ok.example>', 'syntax'],
    ['Bo <<bo@ok.example>>', 'syntax'],
    ['Bo < bo@ok.example >', 'syntax'],
    ['Bo <>', 'empty'],
    ['Bo', 'syntax'],
    [',bo@ok.example', 'syntax'],
    ['bo@ok.example,', 'syntax'],
    ['bo@ok.example,,evil@bad.example', 'syntax'],
    ['Li, Bo <bo@ok.example>', 'syntax'],
    ['a@b@c', 'syntax'],
    ['bo@ok.example (Bo)', 'comment'],
    ['Bo (evil@bad.example) <bo@ok.example>', 'comment'],
    ['(bo@ok.example) evil@bad.example', 'comment'],
    ['<bo@ok.example(x)>', 'comment'],
    ['team: bo@ok.example;', 'group'],
    ['undisclosed-recipients:;', 'group'],
    ['bo@ok.example; evil@bad.example', 'group'],
    ['<@hub.example:bo@ok.example>', 'route'],
    ['"bo"@ok.example', 'quoted'],
    ['<"bo@ok.example"@bad.example>', 'quoted'],
    ['"Bo', 'quoted'],
    ['"Bo"Li <bo@ok.example>', 'quoted'],
    ['Bo"Li" <bo@ok.example>', 'quoted'],
    ['Bo \\" <bo@ok.example>', 'quoted'],
    ['bo@[192.0.2.1]', 'literal'],
    ['<bo%ok.example@bad.example>', 'routing'],
    ['=?utf-8?q?bo=40ok.example?=', 'syntax'],
    ['=?utf-8?q?bo?=@ok.example', 'syntax'],
    ['=?utf-8?q?bo=40ok.example=3E?=@bad.example', 'syntax'],
    ['Bo\r\n <bo@ok.example>', 'control'],
    ['Bo <bo@ok.example>\0', 'control'],
    ['Bo <b\u200bo@ok.example>', 'invisible'],
    ['Bo <bо@ok.example>', 'nonAscii'],
    ['bо@ok.example', 'nonAscii'],
    [`${'a '.repeat(9_000)}<bo@ok.example>`, 'tooLong'],
    [`"${'a'.repeat(5_000)}" <bo@ok.example>`, 'tooLong'],
    [Array.from({ length: 1_001 }, () => 'a@b.example').join(), 'tooLong'],
  ])('A2 refuses %j as %s', (value, fault) => {
    expect(mailboxes(value)).toBe(fault)
  })

  test('A2 takes Unicode addresses only where policy allows them', () => {
    expect(mailboxes('Bo <bo@bücher.example>', true)).toEqual([['Bo', 'bo@bücher.example']])
    expect(mailboxes('Bo <bo@bücher.example>')).toBe('nonAscii')
  })

  test('F1 parseMailboxes answers whatever the text, and only with addresses that stand in it', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'ab@.<>(),;:\\"[]%! \t=?q_\r\0é林'.split('')), maxLength: 40 })
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), fc.boolean(), (value, unicode) => {
        const parsed = parseMailboxes(value, { unicode })
        for (const { address } of parsed.ok ? parsed.value : []) expect(value).toContain(address.text)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('formatMailbox', () => {
  test.each([
    ['', 'bo@example.org'],
    ['Bo Li', 'Bo Li <bo@example.org>'],
    ['Bo Q. Li', '"Bo Q. Li" <bo@example.org>'],
    ['Li, "Bo" \\', '"Li, \\"Bo\\" \\\\" <bo@example.org>'],
    ['bo@ok.example', '"bo@ok.example" <bo@example.org>'],
    ['林柏', '=?utf-8?B?5p6X5p+P?= <bo@example.org>'],
    ['=?utf-8?q?x?=', '=?utf-8?B?PT91dGYtOD9xP3g/PQ==?= <bo@example.org>'],
    ['Bo\r\nBcc: evil@bad.example', '"Bo Bcc: evil@bad.example" <bo@example.org>'],
  ])('A1 writes %j', (name, text) => {
    expect(formatMailbox({ name, address: 'bo@example.org' })).toBe(text)
  })

  test('A1 throws rather than write what is no address', () => {
    expect(() => formatMailbox({ name: 'x', address: 'a@b.example>, <evil@bad.example' })).toThrow(
      'address that parses',
    )
  })

  test('A1 property: what is written is one line of ASCII in words of at most 75, and reads back the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
        const text = formatMailbox({ name, address: 'bo@example.org' })
        expect(text).toMatch(/^[ -~]+$/)
        expect(text.split(' ').filter((word) => word.startsWith('=?') && word.length > 75)).toEqual([])
        const parsed = parseMailboxes(text)
        const again = parsed.ok ? parsed.value[0] : undefined
        expect(formatMailbox({ name: again?.name ?? '', address: again?.address.text ?? '' })).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })
})
