import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createListView } from '../list-view.ts'
import type { OutgoingFacts, OutgoingVerdict } from './facts.ts'
import { admitsRecipient, judgeOutgoing } from './outgoing.ts'
import { aList, bo, carol, contact, now, outgoing, self } from './testing.ts'

function sentTo(verdict: OutgoingVerdict): readonly string[] | undefined {
  return verdict.allowed ? verdict.recipients.map(({ text }) => text) : undefined
}

function reasons(verdict: OutgoingVerdict): unknown {
  return verdict.allowed ? 'allowed' : verdict.refusals.map(({ address, rule, reason }) => [address, rule, reason])
}

describe('O1', () => {
  test('O1 allows listed recipients of every field, in order', () => {
    const facts = outgoing([
      { field: 'to', text: bo.address },
      { field: 'cc', text: carol.address },
      { field: 'bcc', text: self },
    ])
    expect(sentTo(judgeOutgoing(aList(), facts))).toEqual([bo.address, carol.address, self])
  })

  test.each(['to', 'cc', 'bcc', 'envelope'] as const)(
    'O1 refuses an unlisted %s, and with it the whole message',
    (field) => {
      const facts = outgoing([bo.address, { field, text: 'stranger@else.example' }])
      expect(reasons(judgeOutgoing(aList(), facts))).toEqual([['stranger@else.example', 'O1', 'notListed']])
    },
  )

  test('O1 names every refused one with its own reason', () => {
    const texts = [
      bo.address,
      'x@else.example',
      'dan@old.example',
      'finn@receive.example',
      'no address',
      'eve@send.example',
    ]
    expect(reasons(judgeOutgoing(aList(), outgoing(texts)))).toEqual([
      ['x@else.example', 'O1', 'notListed'],
      ['dan@old.example', 'O1', 'expired'],
      ['finn@receive.example', 'O1', 'closed'],
      ['no address', 'A2', 'malformed'],
    ])
  })

  test('O1 expiry: listed until the millisecond before', () => {
    const list = aList(contact('soon@x.example', { expiresAt: now + 1 }))
    expect(sentTo(judgeOutgoing(list, outgoing(['soon@x.example'])))).toEqual(['soon@x.example'])
    const later = outgoing(['soon@x.example'], { now: now + 1 })
    expect(reasons(judgeOutgoing(list, later))).toEqual([['soon@x.example', 'O1', 'expired']])
  })

  test('O1 a clock that cannot be read refuses who may have expired', () => {
    const list = aList(contact('soon@x.example', { expiresAt: now + 1 }))
    expect(judgeOutgoing(list, outgoing(['soon@x.example'], { now: Number.NaN })).allowed).toBe(false)
  })

  test('O1 refuses a message to nobody', () => {
    expect(reasons(judgeOutgoing(aList(), outgoing([])))).toEqual([['', 'O1', 'noRecipients']])
  })

  test('O1 refuses everybody without a list', () => {
    expect(reasons(judgeOutgoing(undefined, outgoing([bo.address])))).toEqual([[bo.address, 'O1', 'noList']])
  })

  test('O1 takes a hundred distinct recipients, each also in the envelope, and no more', () => {
    const people = Array.from({ length: 101 }, (_, index) => contact(`p${index}@x.example`))
    const texts = people.map(({ address }) => address)
    const twice = texts.slice(0, 100).flatMap((text) => [text, { field: 'envelope' as const, text }])
    expect(sentTo(judgeOutgoing(aList(...people), outgoing(twice)))).toHaveLength(100)
    expect(reasons(judgeOutgoing(aList(...people), outgoing(texts)))).toEqual([['', 'O1', 'tooMany']])
    const flood = Array.from({ length: 100_000 }, () => bo.address)
    expect(reasons(judgeOutgoing(aList(), outgoing(flood)))).toEqual([['', 'O1', 'tooMany']])
  })

  test('O1 names a recipient once, however often it is given', () => {
    const texts = ['X@else.example', 'x@ELSE.example', '?', '?']
    expect(reasons(judgeOutgoing(aList(), outgoing(texts)))).toEqual([
      ['X@else.example', 'O1', 'notListed'],
      ['?', 'A2', 'malformed'],
    ])
  })

  test('A3 finds a contact whatever the case, and by nothing else', () => {
    expect(sentTo(judgeOutgoing(aList(), outgoing(['BO.Li@Partner.EXAMPLE'])))).toEqual(['BO.Li@Partner.EXAMPLE'])
    for (const near of [
      'bo.li+x@partner.example',
      'boli@partner.example',
      'bo.li@sub.partner.example',
      'bo.lі@partner.example',
    ]) {
      expect(judgeOutgoing(aList(), outgoing([near], { unicode: true })).allowed).toBe(false)
    }
  })

  test('A2 takes a Unicode address only where policy allows it, though it is listed', () => {
    const list = aList(contact('林@例子.广告'))
    expect(reasons(judgeOutgoing(list, outgoing(['林@例子.广告'])))).toEqual([['林@例子.广告', 'A2', 'malformed']])
    expect(sentTo(judgeOutgoing(list, outgoing(['林@例子.广告'], { unicode: true })))).toEqual(['林@例子.广告'])
  })

  test('A4 a refusal shows no character that would not show', () => {
    expect(reasons(judgeOutgoing(aList(), outgoing(['\u202ebo\0@x.example'])))).toEqual([
      ['bo @x.example', 'A2', 'malformed'],
    ])
  })

  test.each([
    '"bo.li@partner.example"@evil.example',
    'bo.li@partner.example,evil@bad.example',
    'bo.li@partner.example>,<evil@bad.example',
    'bo.li@partner.example\r\nRCPT TO:<evil@bad.example>',
    'bo.li%partner.example@evil.example',
    'evil.example!bo.li@partner.example',
    '@evil.example:bo.li@partner.example',
    'bo.li@partner.example(evil@bad.example)',
    'evil@bad.example(bo.li@partner.example)',
    'bo.li@partner.example@evil.example',
    'Bo Li <bo.li@partner.example>',
    ' bo.li@partner.example',
    'bo.li@partner.example.',
    'bo.li@partner。example',
    'bo.li@par\u00adtner.example',
    '=?utf-8?q?bo.li?=@partner.example',
    '__proto__',
    'constructor@partner.example',
  ])('O1 refuses %j, which some program takes for a listed address', (text) => {
    expect(judgeOutgoing(aList(), outgoing([text])).allowed).toBe(false)
    expect(judgeOutgoing(aList(), outgoing([text], { unicode: true })).allowed).toBe(false)
  })
})

describe('O2', () => {
  const verdict = judgeOutgoing(aList(), outgoing([bo.address, 'BO.LI@partner.example', carol.address]))
  const allowed = verdict.allowed ? verdict.recipients : []

  test('O2 gives the envelope: each recipient once, as first written', () => {
    expect(sentTo(verdict)).toEqual([bo.address, carol.address])
  })

  test('O2 admits just before RCPT TO only what was allowed, to the letter', () => {
    expect(admitsRecipient(allowed, bo.address)).toBe(true)
    for (const other of ['BO.LI@partner.example', `${bo.address} `, `<${bo.address}>`, 'x@else.example', '']) {
      expect(admitsRecipient(allowed, other)).toBe(false)
    }
  })

  test('O2 admits no text that does not parse, whoever put it among the recipients', () => {
    const text = 'bo@x.example>\r\nRCPT TO:<evil@bad.example'
    expect(admitsRecipient([{ text, local: 'bo', domain: 'x.example', key: 'bo@x.example' }], text)).toBe(false)
  })
})

test('O3 judges by the list then in force: allowed at submit, refused just before SMTP', () => {
  const facts = outgoing([bo.address])
  expect(judgeOutgoing(aList(), facts).allowed).toBe(true)
  expect(reasons(judgeOutgoing(createListView([carol]), facts))).toEqual([[bo.address, 'O1', 'notListed']])
})

test('O4 knows no kind of message: the facts have no field by which one could pass unjudged', () => {
  const exempt = { ...outgoing(['x@else.example']), kind: 'receipt', automatic: true, force: true }
  expect(judgeOutgoing(aList(), exempt).allowed).toBe(false)
})

describe('O6', () => {
  test.each([
    ['without a list', undefined, {}],
    ['when the lease is over', aList(), { lease: 'over' }],
    ['with the lease over and internal sending', aList(), { lease: 'over', onExpiry: 'internal' }],
    ['though the own entry has expired', aList(contact(self, { expiresAt: 1 })), {}],
    ['though the own entry is closed', aList(contact(self, { send: false })), {}],
  ] as const)('O6 allows the own address %s', (_when, list, more) => {
    expect(sentTo(judgeOutgoing(list, outgoing(['ME@kith.example'], more)))).toEqual(['ME@kith.example'])
  })

  test('O6 an own address that does not parse is nobody', () => {
    expect(judgeOutgoing(aList(), outgoing([''], { self: '' })).allowed).toBe(false)
    expect(judgeOutgoing(aList(), outgoing(['me'], { self: 'me' })).allowed).toBe(false)
  })
})

describe('O7', () => {
  test('O7 block refuses everybody but oneself, listed or not', () => {
    const facts = outgoing([self, bo.address, carol.address, 'x@else.example'], { lease: 'over' })
    expect(reasons(judgeOutgoing(aList(), facts))).toEqual([
      [bo.address, 'O7', 'leaseOver'],
      [carol.address, 'O7', 'leaseOver'],
      ['x@else.example', 'O7', 'leaseOver'],
    ])
  })

  test('O7 internal allows internal contacts and no others', () => {
    const more = { lease: 'over', onExpiry: 'internal' } as const
    expect(sentTo(judgeOutgoing(aList(), outgoing([self, carol.address], more)))).toEqual([self, carol.address])
    expect(reasons(judgeOutgoing(aList(), outgoing([carol.address, bo.address, 'x@else.example'], more)))).toEqual([
      [bo.address, 'O7', 'leaseOver'],
      ['x@else.example', 'O1', 'notListed'],
    ])
  })

  test('O7 the lease being over opens nothing: an internal contact closed or expired stays refused', () => {
    const list = aList(
      contact('a@kith.example', { scope: 'internal', send: false }),
      contact('b@kith.example', { scope: 'internal', expiresAt: 1 }),
    )
    const facts = outgoing(['a@kith.example', 'b@kith.example'], { lease: 'over', onExpiry: 'internal' })
    expect(reasons(judgeOutgoing(list, facts))).toEqual([
      ['a@kith.example', 'O1', 'closed'],
      ['b@kith.example', 'O1', 'expired'],
    ])
  })
})

describe('F1', () => {
  test.each([
    ['no facts', undefined],
    ['no recipients', { ...outgoing([]), recipients: undefined }],
    ['a recipient that is no text', { ...outgoing([]), recipients: [{ field: 'to', text: 7 }] }],
    ['a recipient that is nothing', { ...outgoing([]), recipients: [null] }],
    ['an unknown lease', { ...outgoing([bo.address]), lease: 'maybe' }],
    ['an unknown answer to the end of the lease', { ...outgoing([carol.address]), lease: 'over', onExpiry: 'maybe' }],
  ])('F1 refuses facts with %s', (_what, facts) => {
    expect(judgeOutgoing(aList(), facts as unknown as OutgoingFacts).allowed).toBe(false)
  })

  test('F1 refuses when the list fails', () => {
    const broken = {
      size: 1,
      similar: () => undefined,
      find: (): never => {
        throw new Error('disk')
      },
    }
    expect(reasons(judgeOutgoing(broken, outgoing([bo.address])))).toEqual([['', 'F1', 'malformed']])
  })

  test('F1 refuses when the list answers with somebody else', () => {
    const wrong = { size: 1, similar: () => undefined, find: () => bo }
    expect(judgeOutgoing(wrong, outgoing(['x@else.example'])).allowed).toBe(false)
  })

  test('F1 property: what is allowed is on the list, for any texts', () => {
    const listed = [bo.address, carol.address, self]
    const noise = fc.string({
      unit: fc.constantFrom(...'ab@.<>(),;:\\"[]%! \t=?_\r\0é\u202e'.split('')),
      maxLength: 20,
    })
    const text = fc.oneof(
      fc.constantFrom(...listed),
      noise,
      fc.tuple(fc.constantFrom(...listed), noise).map((both) => both.join('')),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.boolean(), (texts, unicode) => {
        const verdict = judgeOutgoing(aList(), outgoing(texts, { unicode }))
        expect(listed).toEqual(expect.arrayContaining(verdict.allowed ? verdict.recipients.map(({ key }) => key) : []))
        expect(verdict.allowed).toBe(texts.length > 0 && texts.every((one) => listed.includes(one.toLowerCase())))
      }),
      { numRuns: 3_000 },
    )
  })
})

test('F2 asks the list once for each distinct recipient, whatever its size', () => {
  for (const size of [10, 50_000]) {
    const people = Array.from({ length: size }, (_, index) => contact(`p${index}@x.example`))
    const list = createListView(people)
    const asked: string[] = []
    const counting = {
      ...list,
      find: (key: string) => {
        asked.push(key)
        return list.find(key)
      },
    }
    judgeOutgoing(counting, outgoing(['p1@x.example', 'P1@x.example', 'p2@x.example', 'none@x.example']))
    expect(asked).toEqual(['p1@x.example', 'p2@x.example', 'none@x.example'])
  }
})
