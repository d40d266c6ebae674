import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AddressFault,
  addressIdentity,
  addressKey,
  asciiDomain,
  cleanName,
  shownAddress,
  foldAscii,
  parseAddress,
} from './address.ts'

function keyOf(text: string, unicode = false): string | undefined {
  const parsed = parseAddress(text, { unicode })
  return parsed.ok ? parsed.value.key : undefined
}

function faultOf(text: string, unicode = false): AddressFault | undefined {
  const parsed = parseAddress(text, { unicode })
  return parsed.ok ? undefined : parsed.fault
}

const label63 = 'a'.repeat(63)

describe('A2 accepts', () => {
  test.each([
    'bo@example.org',
    'Bo.Li@Example.ORG',
    'bo+tag@example.org',
    "o'brien@example.org",
    "#$&'*+-/?=^_`{|}~@example.org",
    '0@0.example',
    'bo@localhost',
    'bo@a-b.example',
    'bo@xn--bcher-kva.example',
    `${'a'.repeat(64)}@example.org`,
    `bo@${label63}.${label63}.${label63}.${'a'.repeat(58)}`,
  ])('%s', (text) => {
    expect(parseAddress(text)).toMatchObject({ ok: true, value: { text } })
  })

  test('A2 keeps what was written and cuts it at the one at-sign', () => {
    const value = { text: 'Bo.Li@Example.ORG', local: 'Bo.Li', domain: 'example.org', key: 'bo.li@example.org' }
    expect(parseAddress('Bo.Li@Example.ORG')).toEqual({ ok: true, value })
  })
})

describe('A2 refuses', () => {
  const cases: readonly (readonly [AddressFault, readonly string[]])[] = [
    ['empty', ['']],
    ['tooLong', [`${'a'.repeat(65)}@example.org`, `bo@${'a.'.repeat(130)}example`, `bo@${label63}a.example`]],
    ['tooLong', [`bo@${label63}.${label63}.${label63}.${'a'.repeat(60)}`]],
    ['quoted', ['"bo"@example.org', '"bo li"@example.org', '"bo@ok.example"@evil.example', '"a\\"b"@c.example']],
    ['quoted', ['bo\\@ok.example@evil.example', '"@"@example.org', 'bo."li"@example.org']],
    ['comment', ['bo(li)@example.org', 'bo@example.org(li)', '(x)bo@example.org', 'bo@(x)example.org']],
    ['route', ['@hub.example:bo@example.org', '<@hub.example,@b.example:bo@example.org>', '@example.org']],
    ['group', ['undisclosed:;', 'team:bo@example.org;', 'bo@example.org;evil@example.net']],
    ['literal', ['bo@[192.0.2.1]', 'bo@[IPv6:::1]', 'bo@192.0.2.1']],
    ['trailingDot', ['bo@example.org.']],
    ['routing', ['bo%ok.example@evil.example', 'evil.example!bo@ok.example', 'bo@ok%evil.example']],
    [
      'control',
      ['bo@example.org\r\nBcc: x@evil.example', 'bo\0@example.org', 'b\to@example.org', '\u007fbo@example.org'],
    ],
    ['control', ['bo\u0085@example.org', 'bo\u2028@example.org', 'bo@example.org\n']],
    ['bidi', ['\u202ebo@example.org', 'bo@exam\u2066ple.org', 'bo\u200e@example.org', 'bo\u061c@example.org']],
    ['invisible', ['b\u200bo@example.org', 'bo@exam\u00adple.org', 'bo\ufeff@example.org', 'b\u2060o@example.org']],
    ['invisible', ['bo\u00a0@example.org', 'bo\u3000@example.org', 'b\u{e0061}o@example.org', 'bo\u3164@example.org']],
    ['nonAsciiDot', ['bo@example\u3002org', 'bo@example\uff0eorg', 'bo@example\uff61org', 'a\u2024b@example.org']],
    ['nonAscii', ['bо@example.org', 'bo@exаmple.org', 'bö@example.org', 'bo＠example.org', '林@example.org']],
    ['notNormal', ['bo@xn--a.example', 'bo@xn--bcher-2pa.example', 'bo@xn--ab-g1t.example', 'bo@xn--x-6q0i.example']],
    ['syntax', ['bo', 'bo@', 'a@b@c', 'bo@@example.org', ' bo@example.org', 'bo@example.org ', 'bo li@example.org']],
    [
      'syntax',
      ['.bo@example.org', 'bo.@example.org', 'b..o@example.org', 'bo@.example', 'bo@a..example', 'bo@-a.example'],
    ],
    ['syntax', ['bo@a-.example', 'bo@a_b.example', 'bo,li@example.org', '<bo@example.org>', 'bo@exa+mple.org']],
    ['notNormal', ['bo@xn--bucher-xyd.example', 'bo@xn--bcher-kva.xn--zzzzzzzz99999.example']],
    ['syntax', ['bo@xn--.example', 'bo@xn--aaaa-.example']],
    ['syntax', ['=?utf-8?q?bo=40ok.example?=@evil.example', 'bo@example.org>evil']],
  ]
  test.each(cases.flatMap(([fault, texts]) => texts.map((text) => [fault, text] as const)))('%s: %j', (fault, text) => {
    expect(faultOf(text)).toBe(fault)
  })

  test.each(
    cases.flatMap(([fault, texts]) => (fault === 'nonAscii' ? [] : texts.map((text) => [fault, text] as const))),
  )('%s whatever the policy, which opens nothing but characters beyond ASCII: %j', (fault, text) => {
    expect(faultOf(text, true)).toBe(fault)
  })

  test('A2 refuses a lone surrogate whatever the policy', () => {
    expect(faultOf('b\ud800o@example.org')).toBe('control')
    expect(faultOf('b\ud800o@example.org', true)).toBe('control')
  })
})

describe('A2 with Unicode allowed by policy', () => {
  test.each(['bö@example.org', '林@example.org', 'bo@bücher.example', '用户@例子.广告', 'ñandú@xn--bcher-kva.example'])(
    'accepts %s',
    (text) => expect(parseAddress(text, { unicode: true })).toMatchObject({ ok: true, value: { text } }),
  )

  test.each([
    ['notNormal', 'bo\u0308@example.org'],
    ['notNormal', 'bo@bu\u0308cher.example'],
    ['notNormal', 'bo@BÜCHER.example'],
    ['notNormal', 'ｂｏ@example.org'],
    ['notNormal', 'bo@ｅxample.org'],
    ['notNormal', 'bo＠example.org'],
    ['notNormal', '\u2167@example.org'],
    ['syntax', 'bo@☃-.example'],
    ['syntax', '\u0301bo@example.org'],
    ['syntax', 'b\ufffdo@example.org'],
    ['syntax', 'b\ue000o@example.org'],
    ['tooLong', `${'林'.repeat(22)}@example.org`],
    ['nonAsciiDot', '林@例子\u3002广告'],
    ['invisible', '林\u200d@例子.广告'],
  ] as const)('refuses as %s: %s', (fault, text) => {
    expect(faultOf(text, true)).toBe(fault)
  })
})

describe('A3 identity', () => {
  test('A3 folds ASCII case in both parts', () => {
    expect(keyOf('BO.Li@EXAMPLE.org')).toBe(keyOf('bo.li@example.ORG'))
  })

  test('A3 folds no dot, no plus and no script', () => {
    const keys = ['bo.li@example.org', 'boli@example.org', 'bo.li+x@example.org', 'bо.li@example.org'].map((text) =>
      keyOf(text, true),
    )
    expect(new Set(keys).size).toBe(4)
  })

  test('A3 tells a U-label from its A-label: an entry means what it says', () => {
    expect(keyOf('bo@bücher.example', true)).toBe('bo@bücher.example')
    expect(keyOf('bo@xn--bcher-kva.example', true)).toBe('bo@xn--bcher-kva.example')
  })

  test('A3 leaves letters that lower-casing would change or lengthen alone', () => {
    expect(foldAscii('\u00c0\u0130\u212a\u1e9e Bo')).toBe('\u00c0\u0130\u212a\u1e9e bo')
  })

  test('A3 property: the key of an accepted address is accepted with the same key', () => {
    const atext = fc.constantFrom(...'abzABZ019+-_.=üé林'.split(''))
    const part = fc.array(atext, { minLength: 1, maxLength: 20 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const key = keyOf(`${local}@${domain}`, true)
        expect(key === undefined ? undefined : keyOf(key, true)).toBe(key)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('A4 showing', () => {
  test('a domain is known to the DNS by its A-label', () => {
    const parsed = parseAddress('bo@bücher.example', { unicode: true })
    if (!parsed.ok) throw new Error('the test needs an address')
    expect(asciiDomain(parsed.value)).toBe('xn--bcher-kva.example')
  })

  test.each([
    ['Bo\u202eiL oB', 'BoiL oB'],
    ['  Bo \r\n\t Li ', 'Bo Li'],
    ['B\u200bo\u00ad\u2060\ufeff', 'Bo'],
    ['\u2066Bo\u2069 \u0007Li\u0085', 'Bo Li'],
    ['Bo\u00a0\u3000Li', 'Bo Li'],
    ['林　柏', '林 柏'],
    ['Bo\ud800', 'Bo\ufffd'],
    [`Bo${'\u0301'.repeat(40)}`, `Bo${'\u0301'.repeat(4)}`],
    ['\u202e\u200b', ''],
  ])('A4 cleans the name %j', (text, clean) => {
    expect(cleanName(text)).toBe(clean)
  })

  test.each([
    ['bo@partner.example', 'bo@partner.example'],
    ['li@bücher.example', 'li@xn--bcher-kva.example'],
    ['bo@pаrtner.example', 'bo@xn--prtner-3nf.example'],
    [
      'Bo <bo@pаrtner.example>, 林 <li@BÜCHER.example>;',
      'Bo <bo@xn--prtner-3nf.example>, 林 <li@xn--bcher-kva.example>;',
    ],
    ['林@bücher.example', '林@xn--bcher-kva.example'],
    ['@bücher.example', '@xn--bcher-kva.example'],
    ['bo@xn--bcher-kva.example', 'bo@xn--bcher-kva.example'],
    ['no address, 林', 'no address, 林'],
    ['', ''],
  ])('A4 shows the domains of %j in A-labels', (text, shown) => {
    expect(shownAddress(text)).toBe(shown)
  })

  test('A4 caps a name at 100 characters and cuts none in two', () => {
    expect(cleanName('x'.repeat(101))).toBe('x'.repeat(100))
    expect(cleanName('𠮷'.repeat(150))).toBe('𠮷'.repeat(100))
    expect(cleanName('x'.repeat(2_000_000))).toHaveLength(100)
  })

  test('A4 property: a clean name holds nothing hidden and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const clean = cleanName(text)
        expect(clean).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\u200b]/u)
        expect(cleanName(clean)).toBe(clean)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('F1', () => {
  test('F1 parseAddress answers whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.boolean(), (text, unicode) => {
        const parsed = parseAddress(text, { unicode })
        expect(parsed.ok ? parsed.value.text : text).toBe(text)
      }),
      { numRuns: 3_000 },
    )
  })

  test('A2 property: nothing that is accepted can end a header line, a list item or an SMTP command', () => {
    const nasty = fc.constantFrom(...'ab@.<>(),;:\\"[]%! \t\r\n\0=?-_'.split(''))
    const text = fc.array(nasty, { maxLength: 12 }).map((letters) => `b${letters.join('')}@example.org`)
    fc.assert(
      fc.property(text, (address) => {
        const accepted = parseAddress(address, { unicode: true }).ok ? address : ''
        expect(accepted).not.toMatch(/[\s<>(),;:\\"[\]%!\0]/)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('A3 who an address is', () => {
  test.each([
    ['Bo.Li@Example.ORG', 'bo.li@example.org'],
    ['BÖ@bücher.example', 'bÖ@bücher.example'],
  ])('%s is %s in any spelling and by any policy', (text, key) => {
    expect(addressKey(text)).toBe(key)
    expect(addressIdentity(text)).toBe(key)
  })

  test('text that is no address is nobody, and stands for itself where it must', () => {
    expect(addressKey('Bo Li')).toBeUndefined()
    expect(addressIdentity('Bo Li')).toBe('bo li')
    expect(addressKey('')).toBeUndefined()
  })
})
