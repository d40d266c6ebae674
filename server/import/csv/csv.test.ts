import { array, assert, constantFrom, oneof, property, record, string, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainLine } from '../../lists/contact.ts'
import { readingBy } from '../testing/reading.ts'
import { guardCell, joinGroups, splitGroups, unguardCell } from './cells.ts'
import { readCsv } from './read.ts'
import { writeCsv } from './write.ts'

const { read, contactsOf, faultsOf } = readingBy(readCsv)

describe('reading', () => {
  test.each([',', ';', '\t'])('finds the delimiter %j by itself, with or without a byte order mark', (d) => {
    const text = `name${d}address${d}groups\r\n"李, 波; \t"${d}bo@x.example${d}a|b\\|c\r\n`
    for (const file of [text, `\ufeff${text}`, text.replaceAll('\r\n', '\n')])
      expect(contactsOf(file)).toEqual([
        { externalId: 'bo@x.example', address: 'bo@x.example', name: '李, 波;', groups: ['a', 'b|c'], line: 2 },
      ])
  })

  test('a column that is there and empty empties the field; one that is not there says nothing', () => {
    const [contact] = contactsOf('address,name,nickname,scope\na@x.example,A,,\n')
    expect(contact).toEqual({ externalId: 'a@x.example', address: 'a@x.example', name: 'A', nickname: '', line: 2 })
  })

  test('each bad row is named by the line on which it begins', () => {
    const text =
      'address,name,scope\r\n"a@x.example","A\r\nB",\r\n\r\nnot an address,N,\r\nb@x.example,B\r\nc@x.example,C,nowhere\r\n'
    expect(faultsOf(text).map(({ line }) => line)).toEqual([6, 7, 5])
  })

  test('an address that occurs twice is named with both lines, however it is written', () => {
    expect(faultsOf('address,name\nbo@x.example,A\nBO@X.example,B\n')).toEqual([
      { line: 3, why: 'the address bo@x.example occurs twice: first in line 2' },
    ])
  })

  test.each([
    ['', /empty/],
    ['address,name,phone\n', /unknown column "phone"/],
    ['address,nickname\n', /name is missing/],
    ['address,name,name\n', /twice/],
    ['address,name\n"a@x.example,A\n', /never closed/],
    ['address,name\na@x.example,A "B"\n', /quotation mark/],
    ['address,name\na@x.example,"A"B\n', /quotation mark/],
    [`address,name\na@x.example,${'n'.repeat(40_000)}\n`, /characters/],
    [`address,name\na@x.example,${'n'.repeat(300)}\n`, /longer than 200/],
    ['address,name\na@x.example,\n', /name/],
    ['address,name,proof,x\n', /unknown column "x"/],
  ])('names what is wrong with a file: case %#', (text, why) => {
    expect(faultsOf(text)[0]?.why).toMatch(why)
  })

  test('refuses what is not UTF-8', () => {
    expect(readCsv(Buffer.from('address,name\na@x.example,Jos\xe9\n', 'latin1'))).toMatchObject({ ok: false })
    expect(readCsv(Buffer.from('\ufeffaddress,name\n', 'utf16le'))).toMatchObject({ ok: false })
  })

  test('any bytes whatever are read or refused', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(typeof read(text).ok).toBe('boolean')
        expect(typeof read(`address,name\n${text}`).ok).toBe('boolean')
      }),
    )
  })

  test('a full-sized file of quotation marks is refused without reading on', () => {
    expect(faultsOf(`address,name\n${'"'.repeat(8_000_000)}`)).toHaveLength(1)
    expect(faultsOf(`address,name\n${'\n'.repeat(16_000_000)}`)[0]?.why).toBe('more than 101000 lines')
    expect(faultsOf(`address,name\n${'",'.repeat(4_000_000)}`)).toHaveLength(1)
  })
})

describe('export', () => {
  test('no cell begins as a formula does', () => {
    const remark = '=HYPERLINK("http://x.example")'
    const text = writeCsv([{ address: '+a@x.example', name: '@A', nickname: '-1', remark, groups: ['=1'] }])
    expect(text.split('\r\n')[1]).toBe(`'+a@x.example,'@A,'-1,"'=HYPERLINK(""http://x.example"")",'=1,,,,`)
  })

  test.each(['＝1+1', ' =1', '\u00a0@x', '\uff0b1', '\n-1'])(
    'nor as one by full width or behind blanks: %j',
    (name) => {
      expect(writeCsv([{ address: 'a@x.example', name }])).toContain(`'${name}`)
    },
  )

  const words = oneof(
    string({ unit: 'grapheme', maxLength: 30 }),
    string({
      unit: constantFrom("'", '=', '＝', '+', '-', '@', '\t', '\r', '\n', '"', ',', ';', '|', '\\', ' ', 'a'),
      maxLength: 12,
    }),
  )

  test('a guarded cell comes back as it was, and groups as they were', () => {
    assert(
      property(words, (text) => {
        expect(unguardCell(guardCell(text))).toBe(text)
      }),
    )
    const groups = array(words.filter((group) => group !== ''))
    assert(
      property(groups, (names) => {
        expect(splitGroups(joinGroups(names))).toEqual(names)
      }),
    )
  })

  test('what was exported is imported unchanged', () => {
    const text = words.map(plainLine)
    const contact = record({
      name: text.map((name) => name || 'n'),
      nickname: text,
      remark: text,
      groups: uniqueArray(
        text.filter((group) => group !== ''),
        { maxLength: 5 },
      ),
      scope: constantFrom('internal', 'external'),
      expires: constantFrom(undefined, '2031-01-01T00:00:00.000Z'),
    })
    assert(
      property(array(contact), (list) => {
        const contacts = list.map(({ expires, groups, ...rest }, i) => ({
          ...rest,
          address: `p${i}@x.example`,
          groups: groups.toSorted((a, b) => (a < b ? -1 : 1)),
          ...(expires === undefined ? {} : { expires }),
        }))
        const back = contactsOf(writeCsv(contacts)).map(({ externalId: _id, line: _line, ...contact }) => contact)
        expect(back).toEqual(contacts)
      }),
    )
  })
})
