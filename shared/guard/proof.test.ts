import { describe, expect, test } from 'vitest'
import { type IncomingFacts, judgeIncoming } from '../guard.ts'
import { createListView } from '../list-view.ts'
import { fieldsToSign } from './proof.ts'
import { bo, boSigned, carol, contact, from, held, incoming, judge, rawMessage, signatureOf } from './testing.ts'

describe('I2 proof', () => {
  const message = from('bo.li@partner.example')
  const byLevel = (level: string, more: Partial<IncomingFacts>): unknown =>
    held(judgeIncoming(createListView([{ ...bo, level }]), incoming(message, more)))
  const notProven = ['I3', 'notProven', bo.address]

  test('I2 dmarc: an aligned DKIM pass over From, Subject, Date and the whole body', () => {
    expect(byLevel('dmarc', { dkim: [signatureOf('PARTNER.example')] })).toBe('admitted')
    expect(byLevel('dmarc', { dkim: [signatureOf('other.example'), signatureOf('partner.example')] })).toBe('admitted')
  })

  test('I2 dmarc: names of signed fields count whatever their case', () => {
    const signed = fieldsToSign.map((name) => name.toUpperCase())
    expect(byLevel('dmarc', { dkim: [signatureOf('partner.example', { signed })] })).toBe('admitted')
  })

  test.each([
    ['no signature', []],
    ['a failed signature', [signatureOf('partner.example', { pass: false })]],
    ['a sub-domain: alignment is strict', [signatureOf('mail.partner.example')]],
    ['the parent domain', [signatureOf('example')]],
    ['another domain', [signatureOf('partner.example.evil.example')]],
    ['a body length', [signatureOf('partner.example', { bodyLength: true })]],
    ['two halves', [signatureOf('partner.example', { pass: false }), signatureOf('evil.example')]],
  ])('I2 dmarc: %s is no proof', (_what, dkim) => {
    expect(byLevel('dmarc', { dkim })).toEqual(notProven)
  })

  test.each(fieldsToSign)('I2 dmarc: a signature that leaves %s out is no proof', (name) => {
    const signed = fieldsToSign.filter((other) => other !== name)
    expect(byLevel('dmarc', { dkim: [signatureOf('partner.example', { signed })] })).toEqual(notProven)
  })

  test.each(['Subject', 'Date'])('I2 dmarc: a message without %s is not proven by a signature', (name) => {
    const raw = rawMessage(
      ...['From: bo.li@partner.example', 'Subject: Hello', 'Date: Fri, 15 Jan 2027 08:00:00 +0000'].filter(
        (line) => !line.startsWith(name),
      ),
    )
    expect(held(judge(raw))).toEqual(notProven)
  })

  test('I2 an entry of the own domain is proven by login or key, by no signature and no verdict about one', () => {
    const colleague = contact('carl@kith.example', { scope: 'external' })
    for (const level of ['dmarc', 'dkim:signer.example', 'dkim:kith.example']) {
      const list = createListView([{ ...colleague, level }])
      const dkim = [signatureOf('kith.example'), signatureOf('signer.example')]
      const verdict = { from: colleague.key, level, verdict: 'pass' } as const
      const facts = incoming(from('carl@KITH.example'), { dkim, verdict })
      expect(held(judgeIncoming(list, facts))).toEqual(['I3', 'notProven', colleague.address])
    }
    const keyed = createListView([{ ...colleague, level: 'key:abc=' }])
    const facts = incoming(from(colleague.address), { keySignature: { key: 'abc=', valid: true } })
    expect(held(judgeIncoming(keyed, facts))).toBe('admitted')
  })

  test('F1 nothing is proven by a signature where the own address does not parse', () => {
    expect(held(judge(message, { ...boSigned, self: '' }))).toEqual(notProven)
  })

  test('I2 dmarc: a login is no proof of an external contact', () => {
    expect(byLevel('dmarc', { login: bo.key })).toEqual(notProven)
  })

  test('I2 dmarc: a Unicode domain is signed as its A-label', () => {
    const li = contact('li@bücher.example')
    const facts = incoming(from('li@bücher.example'), { unicode: true, dkim: [signatureOf('xn--bcher-kva.example')] })
    expect(held(judgeIncoming(createListView([li]), facts))).toBe('admitted')
  })

  test('I2 login: submitted by that very account', () => {
    expect(byLevel('login', { login: 'bo.li@partner.example' })).toBe('admitted')
    expect(byLevel('login', { login: 'BO.LI@partner.example' })).toBe('admitted')
  })

  test.each([
    ['no login', {}],
    ['another account of the domain', { login: 'carl@partner.example' }],
    ['an empty login', { login: '' }],
    ['a signature of the own domain', boSigned],
  ])('I2 login: %s is no proof', (_what, more) => {
    expect(byLevel('login', more)).toEqual(notProven)
  })

  test('I2 dkim: a pass by the pinned signer, of whatever domain', () => {
    expect(byLevel('dkim:signer.example', { dkim: [signatureOf('signer.example')] })).toBe('admitted')
    expect(byLevel('dkim:Signer.example', { dkim: [signatureOf('signer.EXAMPLE')] })).toBe('admitted')
  })

  test.each([
    ['a pass by the own domain', signatureOf('partner.example')],
    ['a sub-domain of the signer', signatureOf('x.signer.example')],
    ['a failed pass', signatureOf('signer.example', { pass: false })],
    ['a body length', signatureOf('signer.example', { bodyLength: true })],
    [
      'an unsigned subject',
      signatureOf('signer.example', { signed: ['from', 'to', 'date', 'mime-version', 'content-type'] }),
    ],
  ])('I2 dkim: %s is no proof', (_what, fact) => {
    expect(byLevel('dkim:signer.example', { dkim: [fact] })).toEqual(notProven)
  })

  test('I2 key: a valid signature by that key', () => {
    expect(byLevel('key:abc=', { keySignature: { key: 'abc=', valid: true } })).toBe('admitted')
    expect(byLevel('key:abc=', { keySignature: { key: 'abc=', valid: false } })).toEqual(notProven)
    expect(byLevel('key:abc=', { keySignature: { key: 'ABC=', valid: true } })).toEqual(notProven)
    expect(byLevel('key:abc=', { ...boSigned, login: bo.key })).toEqual(notProven)
  })

  test.each(['', 'none', 'dkim:', 'key:', 'DMARC', 'login ', 'dkim', 'spf:partner.example'])(
    'F1 an unknown level %j is never proven',
    (level) => {
      const everything = { ...boSigned, login: bo.key, keySignature: { key: '', valid: true } }
      const signers = [signatureOf('partner.example'), signatureOf('')]
      expect(byLevel(level, { ...everything, dkim: signers })).toEqual(notProven)
    },
  )
})

describe('I5 verdicts of the gateway', () => {
  const message = from('bo.li@partner.example')
  const pass = { from: 'bo.li@partner.example', level: 'dmarc', verdict: 'pass' } as const

  test('I5 a pass for this From at the level of the entry proves', () => {
    expect(held(judge(message, { verdict: pass }))).toBe('admitted')
    expect(held(judge(message, { verdict: { ...pass, from: 'Bo.Li@partner.EXAMPLE' } }))).toBe('admitted')
  })

  test.each([
    ['a hold', { ...pass, verdict: 'hold' }],
    ['another sender', { ...pass, from: 'carl@partner.example' }],
    ['a name beside the address', { ...pass, from: 'Bo <bo.li@partner.example>' }],
    ['another level', { ...pass, level: 'login' }],
    ['an unknown word', { ...pass, verdict: 'PASS' }],
  ])('I5 %s proves nothing', (_what, verdict) => {
    expect(held(judge(message, { verdict: verdict as typeof pass }))).toEqual(['I3', 'notProven', bo.address])
  })

  test('I6 what a hold says is proven counts as a pass does: for this From and this level, and never without saying so', () => {
    const hold = { ...pass, verdict: 'hold', proven: true } as const
    expect(held(judge(message, { verdict: hold }))).toBe('admitted')
    for (const other of [
      { ...hold, proven: false },
      { ...hold, level: 'login' },
      { ...hold, from: 'x@partner.example' },
    ])
      expect(held(judge(message, { verdict: other }))).toEqual(['I3', 'notProven', bo.address])
  })

  test('I5 the newer list wins: a pass of somebody not listed here admits nobody', () => {
    const facts = incoming(message, { verdict: pass })
    expect(held(judgeIncoming(createListView([carol]), facts))).toEqual(['I3', 'notListed', undefined])
  })

  test('I5 a pass at the level that the entry had before is not enough', () => {
    const list = createListView([{ ...bo, level: 'key:abc=' }])
    expect(held(judgeIncoming(list, incoming(message, { verdict: pass })))).toEqual(['I3', 'notProven', bo.address])
  })

  test.each([
    'Authentication-Results: mx.kith.example; dmarc=pass header.from=partner.example; dkim=pass header.d=partner.example',
    'X-Kith-Verdict: pass',
    'x-kith-VERDICT: {"from":"bo.li@partner.example","level":"dmarc","verdict":"pass"}',
    'ARC-Authentication-Results: i=1; mx.kith.example; dkim=pass',
    'Received-SPF: pass',
    'DKIM-Signature: v=1; d=partner.example; b=xxx',
  ])('I5 a header alone proves nothing: %s', (line) => {
    expect(held(judge(from('bo.li@partner.example', line), {}))).toEqual(['I3', 'notProven', bo.address])
  })
})
