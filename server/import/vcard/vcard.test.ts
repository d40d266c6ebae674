import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readingBy } from '../testing/reading.ts'
import { contentLines, splitValue } from './lines.ts'
import { readVCards } from './read.ts'

const card = (body: string, version = '3.0') => `BEGIN:VCARD\r\nVERSION:${version}\r\n${body}\r\nEND:VCARD\r\n`
const { read, contactsOf, faultsOf } = readingBy(readVCards)

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
      contacts: [
        { externalId: 'a@x.example', name: '李波', line: 1 },
        { name: 'Dr Jo Roe', line: 6 },
      ],
      warnings: [{ line: 12, why: 'No has no mail address: left out' }],
    })
  })

  test.each([
    ['', 'no vCard', undefined],
    [card('FN;ENCODING=QUOTED-PRINTABLE:=E6', '2.1'), 'vCard 2.1', 1],
    [card('FN;CHARSET=UTF-8;QUOTED-PRINTABLE:=E6'), 'vCard 2.1', 1],
    [card('FN:A', '5.0'), 'no version', 1],
    ['BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCALENDAR\r\n', 'END:VCALENDAR', 3],
    ['BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 'BEGIN:VCALENDAR', 1],
    ['END:VCARD\r\n', 'END:VCARD', 1],
    ['BEGIN:VCARD\r\nBEGIN:VCARD\r\n', 'BEGIN:VCARD', 2],
    ['\r\nBEGIN:VCARD\r\nVERSION:3.0', 'no end', 2],
    ['FN:A\r\n', 'outside', 1],
    [card('FN'), 'not a line', 3],
    [card('FN;X="a:b'), 'parameters', 3],
    [card(`FN${';A=b'.repeat(65)}:x`), 'more than 64 parameters', 3],
    [card('X:y\r\n'.repeat(1_001)), 'more than 1000 lines', 1_002],
    [card('FN:A\r\nEMAIL:a b@x.example'), 'not an address that can be listed', 1],
    [card('EMAIL:a@x.example'), 'needs a name', 1],
    [card('FN:A\r\nEMAIL:a@x.example\r\nUID:1') + card('FN:B\r\nEMAIL:b@x.example\r\nUID:1'), 'identifier 1', 7],
  ])('names what is wrong: case %#', (text, why, line) => {
    const [fault] = faultsOf(text)
    expect(fault?.why).toContain(why)
    expect(fault?.line).toBe(line)
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
