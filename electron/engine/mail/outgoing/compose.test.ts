/** Own messages as bytes. */
import { describe, expect, it } from 'vitest'
import { parseMailboxes, splitMessage } from '../../../../shared/header.ts'
import { singleField, structureOf } from '../../../../shared/mime/structure.ts'
import { fakeRandom } from '../../testing/fakes.ts'
import { readContent, readSubject } from '../incoming/content.ts'
import { type Composition, composeMessage, newMessageId, subjectOf } from './compose.ts'
import { composeReceipt, displayedMessage } from './receipt.ts'

const basis: Composition = {
  kind: 'mail',
  participants: {
    from: { address: 'alice@corp.test', name: '陳 Alice, "A"' },
    to: [
      { address: 'bob@corp.test', name: 'Bob Lin 林柏' },
      { address: 'carol@corp.test', name: '' },
    ],
    cc: [{ address: 'dave@corp.test', name: 'Dave; <x@evil.test>' }],
  },
  subject: 'Plan',
  text: 'Hello',
  at: Date.UTC(2026, 10, 23, 8, 0, 5),
  messageId: '<abc@corp.test>',
  references: ['<a@x.test>', '<b@x.test>'],
}

const fieldsOf = (raw: Uint8Array) => splitMessage(raw).fields
const field = (raw: Uint8Array, name: string): string => singleField(fieldsOf(raw), name) ?? ''
const lines = (raw: Uint8Array): readonly string[] => Buffer.from(raw).toString('utf8').split('\r\n')

describe('compose', () => {
  it('writes each field once, from parsed addresses, readable by the strict reader', () => {
    const raw = composeMessage(basis)
    const message = splitMessage(raw)
    expect(message.fault).toBeUndefined()
    expect(new Set(message.fields.map(({ name }) => name)).size).toBe(message.fields.length)
    const people = (name: string) => {
      const parsed = parseMailboxes(field(raw, name))
      return parsed.ok ? parsed.value.map((mailbox) => mailbox.address.text) : []
    }
    expect([people('from'), people('to'), people('cc')]).toEqual([
      ['alice@corp.test'],
      ['bob@corp.test', 'carol@corp.test'],
      ['dave@corp.test'],
    ])
    expect(field(raw, 'date')).toBe('Mon, 23 Nov 2026 08:00:05 +0000')
    expect(field(raw, 'in-reply-to')).toBe('<b@x.test>')
    expect(field(raw, 'references')).toBe('<a@x.test> <b@x.test>')
    // What a stranger's References brought of controls and other bytes goes out no more.
    const foreign = [
      '<a\u0000b@x.test>',
      '<a\u0007@x.test>',
      '<\u6797@x.test>',
      '<\ufffd@x.test>',
      'no id',
      '<c@x.test>',
    ]
    expect(field(composeMessage({ ...basis, references: foreign }), 'references')).toBe('<c@x.test>')
    expect(field(raw, 'mime-version')).toBe('1.0')
  })

  it.each([
    'plain',
    '',
    '日本語のテキスト 👩‍👩‍👧‍👦 and more',
    'From the start\nof a line',
    'trailing blanks   \nnext',
    `long ${'word '.repeat(300)}`,
    '.dot\n..\n.',
    'lone surrogate \ud800 end',
    'tabs\tand\r\nline\rends',
  ])('text survives: %j', (text) => {
    const raw = composeMessage({ ...basis, text })
    expect(structureOf(splitMessage(raw)).kind).toBe('clear')
    const shown = readContent(splitMessage(raw)).text
    expect(shown).toBe(text.toWellFormed().replace(/\r\n?/gu, '\n').trim())
    expect(Math.max(...lines(raw).map((line) => line.length))).toBeLessThanOrEqual(998)
  })

  it.each([
    'Привет',
    'a\r\nBcc: eve@evil.test',
    '=?utf-8?B?eA==?=',
    'x'.repeat(900),
    `${'word '.repeat(150)}end`,
    '漢字'.repeat(200),
  ])('subject survives, and injects nothing: %j', (subject) => {
    const raw = composeMessage({ ...basis, subject })
    expect(fieldsOf(raw).some(({ name }) => name === 'bcc')).toBe(false)
    expect(readSubject(splitMessage(raw))).toBe(subject.replace(/[\r\n]+/gu, ' ').trim())
  })

  it('marks a chat line for Delta Chat and asks for a receipt', () => {
    const raw = composeMessage({ ...basis, kind: 'chat', subject: '', text: 'See you at nine?\nBring coffee' })
    expect(field(raw, 'chat-version')).toBe('1.0')
    expect(field(raw, 'disposition-notification-to')).toBe('<alice@corp.test>')
    expect(field(raw, 'subject')).toBe('See you at nine?')
    expect(fieldsOf(composeMessage(basis)).some(({ name }) => name.includes('disposition'))).toBe(false)
  })

  it('a message with hidden recipients only is addressed to its author: no group, which A2 refuses', () => {
    const raw = composeMessage({ ...basis, participants: { ...basis.participants, to: [], cc: [] } })
    expect(parseMailboxes(field(raw, 'to'))).toMatchObject({
      ok: true,
      value: [{ address: { key: 'alice@corp.test' } }],
    })
  })

  it('a derived subject is cut at a word, and never within a character', () => {
    expect(subjectOf('word '.repeat(30))).toMatch(/^(?:word ){11}word…$/u)
    expect(subjectOf('👩‍👩‍👧‍👦'.repeat(20))).toBe(`${'👩‍👩‍👧‍👦'.repeat(5)}…`)
  })

  it('Message-IDs are in the own domain and differ', () => {
    const random = fakeRandom(3)
    const ids = Array.from({ length: 100 }, () => newMessageId('alice@corp.test', random))
    expect(new Set(ids).size).toBe(100)
    expect(ids.every((id) => /^<[\w-]{22}@corp\.test>$/u.test(id))).toBe(true)
  })
})

describe('receipts', () => {
  const original = {
    ...basis,
    id: 'x',
    seq: 1,
    rank: 1,
    conversation: 'bob@corp.test',
    direction: 'in',
    simplified: false,
  } as const

  it('RFC 8098: written so that it is read back', () => {
    const raw = composeReceipt({ ...original, read: true, receipt: 'asked' }, { ...basis, messageId: '<r1@corp.test>' })
    const message = splitMessage(raw)
    expect(structureOf(message).kind).toBe('clear')
    expect(readContent(message)).toMatchObject({ receiptFor: '<abc@corp.test>' })
    expect(field(raw, 'auto-submitted')).toBe('auto-replied')
  })

  it('counts only what was displayed', () => {
    const notification = (disposition: string) => `Original-Message-ID: <a@b>\r\nDisposition: ${disposition}\r\n`
    expect(displayedMessage(notification('manual-action/MDN-sent-automatically; displayed'))).toBe('<a@b>')
    expect(displayedMessage(notification('manual-action/MDN-sent-manually; deleted'))).toBeUndefined()
    expect(displayedMessage(notification('automatic-action/MDN-sent-automatically; displayed-not'))).toBeUndefined()
    expect(displayedMessage('')).toBeUndefined()
  })
})
