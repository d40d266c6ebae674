import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type IncomingFacts, type IncomingVerdict, judgeIncoming, type ListedContact } from '../guard.ts'
import { createListView } from '../list-view.ts'
import {
  aList,
  bo,
  boSigned,
  carol,
  contact,
  from,
  held,
  incoming,
  judge,
  rawMessage,
  self,
  signatureOf,
} from './testing.ts'

function claimed(verdict: IncomingVerdict): unknown {
  return verdict.verdict === 'hold' ? verdict.claimed : undefined
}

describe('I3 held', () => {
  test('I3 holds who is listed and not proven, and says whom the message claims to be', () => {
    const verdict = judge(from('Bo Li <Bo.Li@partner.example>'), {})
    expect(held(verdict)).toEqual(['I3', 'notProven', bo.address])
    expect(claimed(verdict)).toEqual({ name: 'Bo Li', address: 'Bo.Li@partner.example' })
  })

  test('I3 holds who is not listed', () => {
    const verdict = judge(from('Zoe <zoe@nowhere.test>'))
    expect(verdict).toEqual({
      verdict: 'hold',
      rule: 'I3',
      reason: 'notListed',
      claimed: { name: 'Zoe', address: 'zoe@nowhere.test' },
    })
  })

  test('I3 holds who has expired or is closed for receiving, proven or not', () => {
    const dan = from('dan@old.example')
    expect(held(judge(dan, { dkim: [signatureOf('old.example')] }))).toEqual(['I3', 'expired', 'dan@old.example'])
    const eve = from('eve@send.example')
    expect(held(judge(eve, { dkim: [signatureOf('send.example')] }))).toEqual(['I3', 'notListed', 'eve@send.example'])
    const finn = from('finn@receive.example')
    expect(held(judge(finn, { dkim: [signatureOf('receive.example')] }))).toBe('admitted')
  })

  test('F1 holds everybody without a list', () => {
    expect(held(judgeIncoming(undefined, incoming(from(bo.address), boSigned)))).toEqual(['F1', 'notListed', undefined])
  })

  test('A4 shows of a malformed sender cleaned text where the address would stand, and no name', () => {
    const raw = from('"Bo\u202e Li" <bo.li@partner.example>, evil@bad.example')
    expect(claimed(judge(raw))).toEqual({ name: '', address: '"Bo Li" <bo.li@partner.example>, evil@bad.example' })
    const twice = from('a@b.example', 'From: c@d.example')
    expect(claimed(judge(twice))).toEqual({ name: '', address: 'a@b.example, c@d.example' })
    expect(claimed(judge(from('x'.repeat(5_000))))).toEqual({ name: '', address: 'x'.repeat(320) })
  })
})

describe('own messages', () => {
  test('O6 I2 admits an own message that the own login submitted, list or not', () => {
    for (const list of [aList(), undefined]) {
      const verdict = judgeIncoming(list, incoming(from('Me <ME@kith.example>'), { login: self }))
      expect(verdict).toMatchObject({ verdict: 'admit', contact: { id: 'self', key: self, level: 'login' } })
    }
    const pass = { from: self, level: 'login', verdict: 'pass' } as const
    expect(held(judge(from(self), { verdict: pass }))).toBe('admitted')
  })

  test('I3 holds a message from oneself that no login submitted, whatever signature it has', () => {
    expect(held(judge(from(self), { dkim: [signatureOf('kith.example')] }))).toEqual(['I3', 'notProven', self])
    expect(held(judge(from(self), { login: carol.key }))).toEqual(['I3', 'notProven', self])
  })

  test('I3 a list cannot make the own address easier to claim', () => {
    const list = aList(contact(self, { level: 'dmarc' }))
    const facts = incoming(from(self), { dkim: [signatureOf('kith.example')] })
    expect(held(judgeIncoming(list, facts))).toEqual(['I3', 'notProven', self])
  })
})

describe('I4 others', () => {
  function others(...lines: readonly string[]): unknown {
    const verdict = judge(from('bo.li@partner.example', ...lines))
    return verdict.verdict === 'admit'
      ? verdict.others.map(({ field, name, address, listed }) => [field, name, address, listed])
      : held(verdict)
  }

  test('I4 judges everybody in To and Cc, oneself among them', () => {
    expect(others('To: Me <me@kith.example>, x@else.example', 'Cc: Carol <Carol@kith.example>')).toEqual([
      ['to', 'Me', 'me@kith.example', true],
      ['to', '', 'x@else.example', false],
      ['cc', 'Carol', 'Carol@kith.example', true],
    ])
  })

  test('I4 counts who cannot be answered as not listed', () => {
    expect(others('To: dan@old.example, finn@receive.example, eve@send.example')).toEqual([
      ['to', '', 'dan@old.example', false],
      ['to', '', 'finn@receive.example', false],
      ['to', '', 'eve@send.example', true],
    ])
  })

  test('I4 names a field that does not parse as one participant who is not listed', () => {
    expect(others('To: carol@kith.example (Carol), x@else.example')).toEqual([
      ['to', 'carol@kith.example (Carol), x@else.example', '', false],
    ])
  })

  test.each(['To: undisclosed-recipients:;', 'To: ', 'To: undisclosed recipients: ;'])(
    'I4 sees nobody in %j',
    (line) => {
      expect(others(line)).toEqual([])
    },
  )

  test('I4 takes a group with people in it for doubtful', () => {
    expect(others('To: team: carol@kith.example;')).toEqual([['to', 'team: carol@kith.example;', '', false]])
  })
})

describe('I6', () => {
  const facts = incoming(from(bo.address), boSigned)

  test('I6 a newer list admits what was held, and holds what was admitted', () => {
    expect(held(judgeIncoming(createListView([carol]), facts))).toEqual(['I3', 'notListed', undefined])
    expect(held(judgeIncoming(createListView([carol, bo]), facts))).toBe('admitted')
    expect(held(judgeIncoming(createListView([]), facts))).toEqual(['I3', 'notListed', undefined])
  })

  test('I6 judging changes neither list nor facts', () => {
    const frozen: ListedContact = Object.freeze({ ...bo })
    const list = createListView([frozen])
    const again = [1, 2, 3].map(() => judgeIncoming(list, facts))
    expect(again[0]).toEqual(again[2])
  })
})

test('I7 an admitted message carries no word that would let a reader skip cleaning, blocking or warning', () => {
  const verdict = judge(from(bo.address))
  expect(Object.keys(verdict).sort()).toEqual(['contact', 'others', 'rule', 'verdict'])
})

describe('I9', () => {
  test.each([
    ['bo.1i@partner.example', 'confusable'],
    ['bo.li@partner.exampie', 'confusable'],
    ['bo.li@partner.exemple', 'one edit'],
    ['bo.ii@partners.example', 'one edit and confusable, by the name'],
    ['Bo Li <mallory@freemail.test>', 'same name'],
    ['"Li, Bo" <mallory@freemail.test>', 'same name'],
    ['bo.li@partner-example.test', 'same local part'],
  ])('I9 holds %s (%s) and says whom it looks like', (value) => {
    const raw = from(value.includes('<') ? value : `Bo Li <${value}>`)
    expect(held(judge(raw, {}))).toEqual(['I9', 'lookalike', bo.address])
  })

  test('I9 a look-alike is held though it proves itself', () => {
    const raw = from('bo.li@partner.exemple')
    expect(held(judge(raw, { dkim: [signatureOf('partner.exemple')] }))).toEqual(['I9', 'lookalike', bo.address])
  })

  test('I9 a contact is no look-alike of another', () => {
    const twin = contact('bo.lee@partner.example', { name: 'Bo Li' })
    const facts = incoming(from('Bo Li <bo.lee@partner.example>'), boSigned)
    expect(judgeIncoming(aList(twin), facts)).toMatchObject({ verdict: 'admit', contact: twin })
  })
})

describe('F1', () => {
  test.each([
    ['no facts', undefined],
    ['no message', { ...incoming(from(bo.address)), message: undefined }],
    ['no signatures', { ...incoming(from(bo.address)), dkim: undefined }],
    ['a signature of nothing', { ...incoming(from(bo.address)), dkim: [null] }],
    [
      'a signature without fields',
      { ...incoming(from(bo.address)), dkim: [{ domain: 'partner.example', pass: true }] },
    ],
  ])('F1 holds with %s', (_what, facts) => {
    expect(judgeIncoming(aList(), facts as unknown as IncomingFacts).verdict).toBe('hold')
  })

  test('F1 holds when the list fails', () => {
    const broken = {
      ...aList(),
      find: (): never => {
        throw new Error('disk')
      },
    }
    expect(held(judgeIncoming(broken, incoming(from(bo.address), boSigned)))).toEqual(['F1', 'malformed', undefined])
  })

  test('F1 holds when the list answers with somebody else', () => {
    const wrong = { ...aList(), find: () => bo }
    const facts = incoming(from('evil@partner.example'), boSigned)
    expect(judgeIncoming(wrong, facts).verdict).toBe('hold')
  })

  test('F1 I2 property: for any header, who is admitted is the only one From names', () => {
    const senders = [
      'From:',
      'from:',
      ' bo.li@partner.example',
      ' <bo.li@partner.example>',
      ' evil@bad.example',
      ' "Bo"',
    ]
    const breaks = ['\r\n', '\r\n ', '\r', '\n', '\0', ' (x)', ' =?utf-8?q?x?=', 'To:', '\u202e', 'é']
    const piece = fc.constantFrom(...senders, ...breaks, ...',:;<>@.'.split(''))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), fc.boolean(), (pieces, unicode) => {
        const text = `From: ${pieces.join('')}`
        const facts = incoming(rawMessage(text), { ...boSigned, login: bo.key, unicode })
        const verdict = judgeIncoming(aList(), facts)
        if (verdict.verdict === 'hold') return
        // After an empty line follows the body, which may say what it likes.
        const [header = ''] = text.split('\r\n\r\n')
        // `;From` is another field's name (RFC 5322 section 3.6.8), so only a whole name at a line's start counts.
        expect(header.match(/(^|\r\n)from:/gi)).toHaveLength(1)
        const value = text.split(/\r\n(?! )/)[0] ?? ''
        expect(value).not.toContain('evil')
        // A6: a name may be the very address.
        expect(new Set(value.match(/[^ <>:]*@[^ <>:]*/g))).toEqual(new Set(['bo.li@partner.example']))
      }),
      { numRuns: 5_000 },
    )
  })

  test('F1 property: random bytes are held', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (raw) => {
        expect(judgeIncoming(aList(), incoming(raw, boSigned)).verdict).toBe('hold')
      }),
      { numRuns: 1_000 },
    )
  })
})
