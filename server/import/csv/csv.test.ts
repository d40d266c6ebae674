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

  test.each([
    ['', /empty/],
    ['address,nickname\n', /name is missing/],
    ['address,name,name\n', /twice/],
    ['address,email,name\n', /address occurs twice/],
    // What decides access and is only mistyped must not be left out.
    ['address,name,expire\n', /is it expires/],
    ['address,name,Porof\n', /is it proof/],
  ])('a head that says nothing sure is a fault of the file: case %#', (text, why) => {
    expect(read(text)).toMatchObject({ ok: false, fault: [{ why: expect.stringMatching(why) }] })
  })

  test.each([
    ['a@x.example,A "B"', /quotation mark/],
    ['a@x.example,"A"B', /quotation mark/],
    ['"a@x.example,A', /never closed|quotation mark/],
    ['a@x.example,"A', /never closed|quotation mark/],
    [`a@x.example,"${'n'.repeat(40_000)}"`, /characters/],
    [`a@x.example,${'n'.repeat(300)}`, /longer than 200/],
    ['a@x.example,', /name/],
    [',A', /no address/],
    ['a@x.example,A,B', /3 fields/],
    ['a@x.example', /1 fields/],
    ['a b@x.example,A', /not an address/],
  ])('a bad row is left out and told, and all around it are taken: %j', (row, why) => {
    for (const around of ['"bo@x.example","Bo"', 'bo@x.example,Bo']) {
      const text = `address,name\n${around}\n${row}\n"mei@x.example",Mei\nlin@x.example,Lin\n`
      const result = read(text)
      expect(contactsOf(text).map(({ address }) => address)).toEqual(['bo@x.example', 'mei@x.example', 'lin@x.example'])
      expect(result).toMatchObject({ ok: true, value: { left: [{ line: 3, why: expect.stringMatching(why) }] } })
    }
  })

  test.each([
    '31.01.2031',
    '01/02/2031',
    '2031',
    '20310131',
    '2031-02-30',
    '2031-01-31T12:00',
    '1893456000',
    '2201-01-01',
    'soon',
  ])('no date but ISO 8601 decides when somebody ends: %s', (date) => {
    expect(faultsOf(`address,name,expires\na@x.example,A,${date}\n`)).toMatchObject([
      { line: 2, code: 'date', what: date },
    ])
  })

  test('what Excel writes: its separator, empty rows and columns, cells left away at the end, blanks that nobody sees', () => {
    const text =
      '\ufeffsep=;\r\naddress;name;remark;;\r\n;;;;\r\n"bo@x.example\u00a0";\u3000Bo ;r;;\r\n \u200bmei@x.example;Mei\r\n;;\r\n\r\n'
    expect(contactsOf(text)).toMatchObject([
      { address: 'bo@x.example', name: 'Bo', remark: 'r', line: 4 },
      { address: 'mei@x.example', name: 'Mei', line: 5 },
    ])
    // What a cell decides that is not there would be a guess.
    expect(faultsOf('address,name,remark,expires\na@x.example,A\n')).toMatchObject([{ line: 2 }])
  })

  test('a million empty rows of a sheet that was coloured are nothing', () => {
    expect(contactsOf(`address,name\na@x.example,A\n${',\r\n'.repeat(1_000_000)}`)).toHaveLength(1)
  })

  test('encodings by their mark or by name, and never by a guess', () => {
    const text = 'address,name\nbo@x.example,李波\n'
    const names = (bytes: Uint8Array, encoding?: string) => {
      const result = readCsv(bytes, { encoding })
      return result.ok ? result.value.contacts.map(({ name }) => name) : result.fault[0]?.why
    }
    const wide = Buffer.from(`\ufeff${text}`, 'utf16le')
    const gbk = Buffer.concat([Buffer.from('address,name\nbo@x.example,'), Buffer.from('c0eeb2a8', 'hex')])
    expect([names(wide), names(Buffer.from(wide).swap16()), names(gbk, 'gbk')]).toEqual([['李波'], ['李波'], ['李波']])
    expect(names(gbk)).toMatch(/not UTF-8.*--encoding/)
    expect(names(gbk, 'klingon')).toMatch(/not known/)
    expect(names(wide.subarray(2))).toMatch(/UTF-16 without its mark/)
    expect(names(Buffer.from('address,name\na@x.example,Jos\xe9\n', 'latin1'))).toMatch(/not UTF-8/)
  })

  test('one row of another encoding in a file that is UTF-8 is left out alone', () => {
    const rows = Array.from({ length: 5 }, (_, at) => `p${at}@x.example,李波\n`).join('')
    const bytes = Buffer.concat([
      Buffer.from(`address,name\n${rows}a@x.example,`),
      Buffer.from([0xe9]),
      Buffer.from('\nb@x.example,B'),
    ])
    expect(readCsv(bytes)).toMatchObject({ ok: true, value: { left: [{ line: 7, texts: ['a@x.example', '\ufffd'] }] } })
    const result = readCsv(bytes)
    expect(result.ok && result.value.contacts).toHaveLength(6)
  })

  test('any bytes whatever are read or refused', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(typeof read(text).ok).toBe('boolean')
        expect(typeof read(`address,name\n${text}`).ok).toBe('boolean')
      }),
    )
  })

  test('a full-sized file of quotation marks or breaks is answered', () => {
    expect(faultsOf(`address,name\n${'"'.repeat(8_000_000)}`)).toHaveLength(1)
    expect(contactsOf(`address,name\n${'\n'.repeat(16_000_000)}`)).toEqual([])
    expect(faultsOf(`address,name\n${'"a\n'.repeat(90_000)}`).length).toBeGreaterThan(0)
    expect(faultsOf(`address,name\n${'x\n'.repeat(200_000)}`)[0]?.why).toBe('more than 100000 rows')
    expect(faultsOf(`address,name\n${'",'.repeat(4_000_000)}`)).toHaveLength(1)
  })
})

describe('columns of other programs', () => {
  test.each([
    [
      'Google',
      'First Name,Middle Name,Last Name,Nickname,Organization Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value',
      'Bo,,Li,Bobo,Partner,Supplier,* myContacts ::: Buyers,* Work,bo@x.example,bo@home.example',
    ],
    [
      'Google before 2024',
      'Name,Given Name,Family Name,Nickname,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value',
      'Bo Li,Bo,Li,Bobo,Supplier,* myContacts ::: Buyers,,bo@x.example ::: bo@home.example',
    ],
    [
      'Outlook',
      'Title,First Name,Last Name,Company,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,Notes,Nickname,Categories',
      ',Bo,Li,Partner,bo@x.example,SMTP,Bo (bo@x.example),bo@home.example,Supplier,Bobo,Buyers',
    ],
    [
      'Thunderbird',
      'First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Notes,Labels',
      'B,L,Bo Li,Bobo,bo@x.example,bo@home.example,Supplier,Buyers',
    ],
    [
      'simplified Chinese',
      '姓名,昵称,电子邮件地址,备用邮箱,备注,分组',
      'Bo Li,Bobo,bo@x.example,bo@home.example,Supplier,Buyers',
    ],
    [
      'traditional Chinese',
      '顯示名稱,暱稱,電子郵件,備用郵箱,附註,群組',
      'Bo Li,Bobo,bo@x.example,bo@home.example,Supplier,Buyers',
    ],
  ])('%s', (_, head, row) => {
    expect(contactsOf(`${head}\n${row}\n`)).toMatchObject([
      {
        address: 'bo@x.example',
        name: 'Bo Li',
        nickname: 'Bobo',
        remark: 'Supplier',
        groups: ['Buyers'],
        others: ['bo@home.example'],
      },
    ])
  })

  test('a name from its parts as its language has it; of a company, its own', () => {
    const text = '姓,名,公司,邮箱\n李,波,,a@x.example\nRoe,Jo,,b@x.example\n,,Partner Ltd,c@x.example\n'
    expect(contactsOf(text).map(({ name }) => name)).toEqual(['李波', 'Jo Roe', 'Partner Ltd'])
  })

  test('columns that mean nothing here are left out and told, and --columns says which ones do', () => {
    const text = 'Mitarbeiter,Post,Telefon\nBo,bo@x.example,1\n'
    expect(read(text)).toMatchObject({ ok: false, fault: [{ line: 1, why: expect.stringContaining('--columns') }] })
    const columns = { name: 'mitarbeiter', address: 'Post' }
    const result = readCsv(Buffer.from(text), { columns })
    expect(result).toMatchObject({
      ok: true,
      value: {
        contacts: [{ address: 'bo@x.example', name: 'Bo' }],
        warnings: [{ line: 1, why: 'these columns are left out: Telefon' }],
      },
    })
    expect(readCsv(Buffer.from(text), { columns: { ...columns, remark: 'Note' } })).toMatchObject({
      fault: [{ why: 'there is no column "Note" for remark' }],
    })
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
