import { describe, expect, test } from 'vitest'
import { bo, boSigned, carol, from, held, judge, rawMessage } from './testing.ts'

describe('I2 one sender', () => {
  test('I2 admits a listed and proven sender, as the contact of the list', () => {
    const verdict = judge(from('Anything <BO.Li@Partner.example>'))
    expect(verdict).toMatchObject({ verdict: 'admit', rule: 'I2', contact: bo })
  })

  test.each([
    ['bo.li@partner.example (Bo Li)', 'Bo Li'],
    ['bo.li@partner.example (Bo) (Sales)', 'Bo Sales'],
    ['(Bo) bo.li@partner.example', 'Bo'],
    ['(Bo) <bo.li@partner.example>', 'Bo'],
    ['Bo Li (Sales) <bo.li@partner.example>', 'Bo Li'],
    ['Bo(Sales)Li <bo.li@partner.example> (via CRM)', 'Bo Li'],
    ['"Bo (Sales)" <bo.li@partner.example>', 'Bo (Sales)'],
    ['"Bo \\" (" <bo.li@partner.example>', 'Bo " ('],
    ['[Jira] Bo <bo.li@partner.example>', '[Jira] Bo'],
    ['[Jira][x] (y) Bo <bo.li@partner.example>', '[Jira][x] Bo'],
    ['bo.li@partner.example <BO.li@partner.example>', 'bo.li@partner.example'],
    ['bo.li@partner.example () <bo.li@partner.example>', 'bo.li@partner.example'],
    ['(=?utf-8?B?5p6X?=) bo.li@partner.example', '林'],
  ])('A6 admits %s', (value, name) => {
    expect(held(judge(from(value)))).toBe('admitted')
    expect(judge(from(value), {})).toMatchObject({ claimed: { name } })
  })

  test.each([
    'bo.li@partner.example (evil@bad.example)',
    'bo.li@partner.example (Bo, Sales)',
    'bo.li@partner.example (Bo; x)',
    'bo.li@partner.example (Bo: x)',
    'bo.li@partner.example (<x>)',
    'bo.li@partner.example ("x")',
    'bo.li@partner.example (a\\)b)',
    'bo.li@partner.example ((Bo))',
    'bo.li@partner.example (Bo',
    'bo.li@partner.example Bo)',
    'bo.li@partner.example(Bo)',
    '(Bo)bo.li@partner.example',
    'bo.li(Bo)@partner.example',
    'bo.li@(Bo)partner.example',
    'bo.li @ partner.example',
    '<bo.li@partner.example (Bo)>',
    '<(Bo)bo.li@partner.example>',
    'Bo <bo.li(x)@partner.example>',
    '<bo.li@partner.example> Bo',
    'Bo (x) bo.li@partner.example',
    '(evil@bad.example) <bo.li@partner.example>',
    '[evil@bad.example] <bo.li@partner.example>',
    'evil@bad.example <bo.li@partner.example>',
    'Bo bo.li@partner.example <bo.li@partner.example>',
    'bo.li@partner.example bo.li@partner.example <bo.li@partner.example>',
    'Bo @ work <bo.li@partner.example>',
    '[Jira Bo <bo.li@partner.example>',
    'Jira] Bo <bo.li@partner.example>',
    '[Jira] bo.li@partner.example',
    '[bo.li@partner.example]',
    'Li, Bo <bo.li@partner.example>',
    'bo.li@partner.example, (Bo)',
    'bo.li@partner.example (Bo), bo.li@partner.example',
    'Bo "x\\" <bo.li@partner.example>',
  ])('A6 holds %s as malformed', (value) => {
    expect(held(judge(from(value)))).toEqual(['I2', 'malformed', undefined])
  })

  test('A6 a name in a comment makes a look-alike as well', () => {
    expect(held(judge(from('mallory@freemail.test (Bo Li)'), {}))).toEqual(['I9', 'lookalike', bo.address])
  })

  test('A6 reads To and Cc as strictly as before', () => {
    const verdict = judge(from('bo.li@partner.example', 'To: carol@kith.example (Carol)'))
    expect(verdict).toMatchObject({ others: [{ address: '', listed: false }] })
  })

  test('I2 reads a folded From with an encoded name', () => {
    expect(held(judge(from('=?utf-8?B?5p6X?=\r\n\t<bo.li@partner.example>')))).toBe('admitted')
  })

  test.each([
    ['no From', rawMessage('To: me@kith.example', 'Date: x')],
    ['an empty From', from('')],
    ['two From fields', from('bo.li@partner.example', 'From: evil@bad.example')],
    ['the same From twice', from('bo.li@partner.example', 'FROM: bo.li@partner.example')],
    ['two addresses', from('bo.li@partner.example, evil@bad.example')],
    ['two addresses in brackets', from('<bo.li@partner.example> <evil@bad.example>')],
    ['a group', from('team: bo.li@partner.example;')],
    ['an empty group', from('undisclosed:;')],
    ['a group with a comment', from('team (x): bo.li@partner.example;')],
    ['a trailing semicolon', from('Bo <bo.li@partner.example>;')],
    ['a colon in the name', from('Sales: Bo <bo.li@partner.example>')],
    ['an address in a comment', from('(bo.li@partner.example) evil@bad.example')],
    ['a quoted local part', from('"bo.li@partner.example"@bad.example')],
    ['a quoted spelling of the contact', from('"bo.li"@partner.example')],
    ['three parts', from('bo.li@partner.example@bad.example')],
    ['percent routing', from('bo.li%partner.example@bad.example')],
    ['bang routing', from('bad.example!bo.li@partner.example')],
    ['a source route', from('<@bad.example:bo.li@partner.example>')],
    ['an encoded address', from('=?utf-8?q?bo.li=40partner.example?=')],
    ['an encoded local part', from('=?utf-8?q?bo.li?=@partner.example')],
    ['an unquoted address for a name', from('bo.li@partner.example <evil@bad.example>')],
    ['a NUL', from('bo.li@partner.example\0@bad.example')],
    ['a bare CR', from('bo.li@partner.example\rFrom: evil@bad.example')],
    ['a bare LF', from('bo.li@partner.example\nFrom: evil@bad.example')],
    ['an empty line of blanks within', from('bo.li@partner.example\r\n \r\n evil@bad.example')],
    ['a blank before the colon', rawMessage('From : evil@bad.example', 'From: bo.li@partner.example')],
    ['a homograph beyond ASCII', from('bo.lі@partner.example')],
    ['a bidi override', from('bo.li@partner.example\u202e')],
    ['a zero-width space', from('bo.li@part\u200bner.example')],
    ['a full-width at-sign', from('bo.li＠partner.example')],
    ['a trailing dot', from('bo.li@partner.example.')],
    ['a literal', from('bo.li@[192.0.2.1]')],
    ['UTF-7', from('+AGIAbwAuAGwAaQ-@partner.example>')],
  ])('I2 holds a message with %s as malformed, though a signature is there', (_what, raw) => {
    expect(held(judge(raw))).toEqual(['I2', 'malformed', undefined])
    expect(judge(raw, { ...boSigned, unicode: true, login: bo.key }).verdict).toBe('hold')
  })

  test('I2 holds bytes beyond ASCII that are no UTF-8 in an address', () => {
    const raw = Uint8Array.from(from('b\u0001o@partner.example'), (byte) => (byte === 1 ? 0xf6 : byte))
    expect(held(judge(raw, { ...boSigned, unicode: true }))).toEqual(['I2', 'malformed', undefined])
  })

  test.each(['To', 'Cc', 'Subject', 'Date', 'MIME-Version', 'Content-Type', 'Sender', 'Reply-To', 'Message-ID'])(
    'I2 holds a message with two %s fields: a signature covers one, a reader shows the other',
    (name) => {
      const raw = from('bo.li@partner.example', `${name}: a@b.example`, `${name.toUpperCase()}: c@d.example`)
      expect(held(judge(raw))).toEqual(['I2', 'malformed', undefined])
    },
  )

  test.each([
    ['Sender', 'Sender: evil@bad.example'],
    ['Resent-From', 'Resent-From: evil@bad.example'],
    ['Return-Path', 'Return-Path: <evil@bad.example>'],
    ['X-Original-From', 'X-Original-From: evil@bad.example'],
    ['Reply-To', 'Reply-To: evil@bad.example'],
  ])('I2 takes nobody from %s: From alone says who it is', (_name, line) => {
    expect(held(judge(from('bo.li@partner.example', line)))).toBe('admitted')
    const reversed = line.replace('evil@bad.example', 'bo.li@partner.example')
    expect(held(judge(from('evil@bad.example', reversed)))).toEqual(['I3', 'notListed', undefined])
  })

  test('I2 judges by the address, never by the name', () => {
    expect(judge(from('"bo.li@partner.example" <evil@bad.example>'))).toMatchObject({
      verdict: 'hold',
      reason: 'lookalike',
    })
    const spoof = from('"bo.li@partner.example" <carol@kith.example>')
    expect(judge(spoof, { login: carol.key })).toMatchObject({ verdict: 'admit', contact: carol })
  })

  test('A5 holds a message whose header is too large', () => {
    const raw = from('bo.li@partner.example', `X-Fill: ${'x'.repeat(1_100_000)}`)
    expect(held(judge(raw))).toEqual(['A5', 'malformed', undefined])
  })

  test('I1 nothing but the bytes names a sender: a message without fields is held', () => {
    expect(held(judge(new Uint8Array()))).toEqual(['I2', 'malformed', undefined])
  })
})
