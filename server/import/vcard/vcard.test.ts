import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readingBy } from '../testing/reading.ts'
import { contentLines, splitValue } from './lines.ts'
import { readVCards } from './read.ts'

const card = (body: string, version = '3.0') => `BEGIN:VCARD\r\nVERSION:${version}\r\n${body}\r\nEND:VCARD\r\n`
const { read, contactsOf } = readingBy(readVCards)

describe('reading', () => {
  test('version 3.0: groups of properties, folded lines, preference by type', () => {
    const text = card(
      'FN:Bo \\, Li\r\nN:Li;Bo;;;\r\nitem1.EMAIL;TYPE=INTERNET:old@x.example\r\nEMAIL;TYPE="internet,pref":bo@x.exa\r\n mple\r\n' +
        'NICKNAME:Bobo,B\r\nNOTE:one\\ntwo\r\nCATEGORIES:b,a\\,c\r\nPHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n  BBBB\r\nUID:u-1',
    )
    expect(contactsOf(text)).toEqual([
      {
        externalId: 'u-1',
        address: 'bo@x.example',
        name: 'Bo , Li',
        nickname: 'Bobo',
        remark: 'one two',
        groups: ['a,c', 'b'],
        line: 1,
        others: ['old@x.example'],
      },
    ])
  })

  test('version 4.0: PREF, quoted parameters, UTF-8, line feeds alone', () => {
    const text = card(
      'FN;LANGUAGE=zh:李波\r\nEMAIL;PREF=20:b@x.example\r\nEMAIL;PREF=3;TYPE="work,home";X="a:b;c":c@x.example\r\nUID:urn:uuid:1',
      '4.0',
    ).replaceAll('\r\n', '\n')
    expect(contactsOf(`\ufeff${text}`)[0]).toMatchObject({
      address: 'c@x.example',
      name: '李波',
      externalId: 'urn:uuid:1',
    })
  })

  test('a name from its parts; the address as identity without a UID; a card without an address is left out and told', () => {
    const text =
      card('N:李;波\r\nEMAIL:A@x.example') + card('FN:\r\nN:Roe;Jo;;Dr;\r\nEMAIL:b@x.example') + card('FN:No')
    const result = read(text)
    expect(result).toMatchObject({
      ok: true,
      value: {
        contacts: [
          { externalId: 'a@x.example', name: '李波', line: 1 },
          { name: 'Dr Jo Roe', line: 6 },
        ],
        left: [{ line: 12, code: 'rowAddress', texts: ['No'] }],
      },
    })
  })

  test('version 2.1: quoted-printable with its charset and soft breaks, raw bytes of a charset, types without names', () => {
    const phone =
      'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9D=8E;=E6=B3=A2;;;\r\n' +
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9D=8E=E6=B3=A2=EF=BC=88=\r\n=E4=BE=9B=EF=BC=89\r\n' +
      'TEL;CELL:1\r\nEMAIL;HOME:old@x.example\r\nEMAIL;PREF;INTERNET:bo@x.example\r\nNOTE;QUOTED-PRINTABLE:a=0D=0Ab=3D=\r\n\r\nADR:;C:\\d'
    expect(contactsOf(card(phone, '2.1'))).toMatchObject([
      { address: 'bo@x.example', name: '李波（供）', remark: 'a b=', others: ['old@x.example'] },
    ])
    const gbk = Buffer.from('c0eeb2a8', 'hex')
    const around = (head: string) =>
      Buffer.concat([
        Buffer.from(`BEGIN:VCARD\nVERSION:2.1\nFN${head}:`),
        gbk,
        Buffer.from('\nEMAIL:bo@x.example\nEND:VCARD\n'),
      ])
    expect(readVCards(around(';CHARSET=GBK'))).toMatchObject({ ok: true, value: { contacts: [{ name: '李波' }] } })
    expect(readVCards(around(''), { encoding: 'gbk' })).toMatchObject({
      ok: true,
      value: { contacts: [{ name: '李波' }] },
    })
    expect(readVCards(around(''))).toMatchObject({
      ok: true,
      value: { contacts: [], left: [{ line: 1, why: expect.stringContaining('--encoding') }] },
    })
    expect(readVCards(around(''), { encoding: 'klingon' })).toMatchObject({ ok: false })
    const wide = Buffer.from(`\ufeff${card('FN:李波\r\nEMAIL:bo@x.example')}`, 'utf16le')
    expect(readVCards(wide)).toMatchObject({ ok: true, value: { contacts: [{ name: '李波' }] } })
  })

  test('a line of 3.0 in quoted-printable, breaks that are CR alone, groups, cards within cards', () => {
    expect(contactsOf(card('FN:Bo\r\nEMAIL:bo@x.example\r\nADR;ENCODING=QUOTED-PRINTABLE:Haus=20=31'))).toHaveLength(1)
    expect(contactsOf(card('FN:Bo\r\nEMAIL:bo@x.example').replaceAll('\r\n', '\r'))).toMatchObject([{ name: 'Bo' }])
    const picture = `PHOTO;ENCODING=BASE64;JPEG:\r\n${`${'A'.repeat(72)}\r\n`.repeat(2_000)}AAA=\r\n\r\nTEL:1`
    const shown = read(card(`FN:Bo\r\n${picture}\r\nEMAIL:bo@x.example`, '2.1'))
    expect(shown).toMatchObject({ ok: true, value: { contacts: [{ name: 'Bo' }], left: [], warnings: [] } })
    const group = card('FN:Board\r\nX-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1')
    expect(read(group)).toMatchObject({
      ok: true,
      value: { contacts: [], left: [], warnings: [{ why: expect.stringContaining('a group') }] },
    })
    const boss = `FN:Bo\r\nEMAIL:bo@x.example\r\nAGENT:\r\n${card('FN:Ann\r\nEMAIL:ann@x.example')}`
    expect(contactsOf(card(boss)).map(({ name }) => name)).toEqual(['Bo'])
  })

  test.each(['second line of a note', 'X_CUSTOM', 'TEL;X="a:1', `TEL${';A=b'.repeat(65)}:1`])(
    'a line that nobody needs is left out and told: %s',
    (line) => {
      const result = read(card(`FN:Bo\r\nEMAIL:bo@x.example\r\nNOTE:first\r\n${line}`))
      expect(result).toMatchObject({
        ok: true,
        value: { contacts: [{ name: 'Bo', remark: 'first' }], left: [], warnings: [{ line: 6 }] },
      })
    },
  )

  test.each(['', 'FN:A\r\n', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 'END:VCARD\r\n'])(
    '%j is no file of vCards',
    (text) => {
      expect(read(text)).toMatchObject({ ok: false, fault: [{ why: 'the file has no vCard' }] })
    },
  )

  test.each([
    [card('FN;ENCODING=QUOTED-PRINTABLE:=E6\r\nEMAIL:a@x.example', '2.1'), 'line 8: it holds bytes'],
    [card('FN;CHARSET=X-NOBODY:A\r\nEMAIL:a@x.example'), 'line 8: it holds bytes'],
    [card('FN:A\r\nEMAIL:a@x.example', '5.0'), 'no version'],
    [card('FN'), 'line 8: not a line'],
    [card('FN;X="a:b\r\nEMAIL:a@x.example'), 'line 8: its parameters'],
    [card('UID;X="a:b\r\nFN:A\r\nEMAIL:a@x.example'), 'line 8: its parameters'],
    [card('X:y\r\n'.repeat(1_001)), 'more than 1000 lines'],
    [card('FN:A\r\nEMAIL:a b@x.example'), 'not an address that can be listed'],
    [card('FN:A\r\nEMAIL;X="a:b'), 'not an address that can be listed'],
    [card('EMAIL:a@x.example'), 'needs a name'],
    [card('FN:A\r\nTEL:1'), 'no address'],
    ['BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n', 'no end'],
  ])('a card that cannot be taken is left out and told, and all around it are taken: case %#', (text, why) => {
    const around = card('FN:B\r\nEMAIL:b@x.example')
    const result = read(around + text + around.replaceAll('b@', 'c@'))
    expect(result).toMatchObject({
      ok: true,
      value: {
        contacts: [{ address: 'b@x.example' }, { address: 'c@x.example' }],
        left: [{ line: 6, why: expect.stringContaining(why) }],
      },
    })
  })

  test('a file that ends within a card may have lost anybody’s', () => {
    const result = read(`${card('FN:B\r\nEMAIL:b@x.example')}BEGIN:VCARD\r\nFN:A`)
    expect(result).toMatchObject({
      ok: true,
      value: { left: [{ why: 'the vCard has no end' }, { why: expect.stringContaining('more may be missing') }] },
    })
    expect(result.ok && result.value.left?.[1]).not.toHaveProperty('texts')
  })
})

describe('hostile files', () => {
  test('any text whatever is read or refused', () => {
    const piece = constantFrom(
      'BEGIN:VCARD',
      'END:VCARD',
      'VERSION:4.0',
      '\r\n',
      '\n',
      ' ',
      'FN',
      ':',
      ';',
      '=',
      '"',
      ',',
      '\\',
      'EMAIL:a@x.example',
      '__proto__',
      '\0',
    )
    const text = oneof(
      string({ unit: 'binary' }),
      array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    )
    assert(
      property(text, (any) => {
        expect([true, false]).toContain(read(any).ok)
      }),
      { numRuns: 1_000 },
    )
    assert(
      property(text, (any) => {
        expect([true, false]).toContain(read(card(any, '4.0')).ok)
      }),
      { numRuns: 1_000 },
    )
  })

  test('what is escaped in a list comes back', () => {
    const part = string({ unit: constantFrom(',', ';', '\\', 'n', 'a') })
    const escaped = (text: string) => text.replace(/[\\,;]/g, '\\$&')
    assert(
      property(array(part, { minLength: 1 }), (parts) => {
        expect(splitValue(parts.map(escaped).join(','), ',')).toEqual(parts)
      }),
    )
  })

  test.each([
    ['folds', (n: number) => card(`NOTE:${'a\r\n '.repeat(n)}`)],
    ['separators', (n: number) => card(`N:${';'.repeat(n)}`)],
    ['parameters', (n: number) => card(`EMAIL${';A=b'.repeat(n)}:x`)],
    ['values', (n: number) => card(`EMAIL;TYPE=${'a,'.repeat(n)}`)],
    ['quotation marks', (n: number) => card(`EMAIL;TYPE=${'"",'.repeat(n)}`)],
    ['backslashes', (n: number) => card(`CATEGORIES:${'\\'.repeat(n)}`)],
    ['names', (n: number) => card('a'.repeat(n))],
    ['categories', (n: number) => card(`FN:A\r\nEMAIL:a@x.example\r\nCATEGORIES:${'a,'.repeat(n)}`)],
    ['beginnings', (n: number) => 'BEGIN:VCARD\r\n'.repeat(n)],
    ['blank lines', (n: number) => '\r\n'.repeat(n)],
    ['cards', (n: number) => card('FN:A').repeat(n / 50)],
  ])('a file full of %s is answered at its full size', (_, make) => {
    expect(typeof read(make(500_000)).ok).toBe('boolean')
    const [small, large] = [1_000, 2_000].map((n) => [...contentLines(make(n))].length)
    expect(large).toBeGreaterThanOrEqual(small ?? Number.NaN)
  })
})
