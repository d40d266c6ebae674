import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { collect, createRoom } from './collect.ts'
import { bytesOf, readIncoming, readSubmitted } from './message.ts'
import { refusalReply } from './reply.ts'

const author = { key: 'alice@kith.test', unicode: false }
const added = { messageId: '<made@kith.test>', date: 'Mon, 23 Nov 2026 08:00:00 +0000' }

function read(...lines: readonly string[]) {
  return readSubmitted(Buffer.from(`${lines.join('\r\n')}\r\n\r\nbody\r\n`), author, added)
}

describe('a submitted message', () => {
  it('gives every recipient of every field to the guard', () => {
    const { recipients } = read(
      'From: alice@kith.test',
      'To: Bo <bo@x.test>, bob@kith.test',
      'Cc: "Li, C" <c@x.test>',
      'Bcc:',
      'Resent-Bcc: d@x.test',
    )
    expect(recipients).toEqual([
      { field: 'to', text: 'bo@x.test' },
      { field: 'to', text: 'bob@kith.test' },
      { field: 'cc', text: 'c@x.test' },
      { field: 'bcc', text: 'd@x.test' },
    ])
  })

  it('A2 hands on what it cannot read, for the guard to refuse', () => {
    const { recipients } = read('From: alice@kith.test', 'To: undisclosed-recipients:;')
    expect(recipients).toEqual([{ field: 'to', text: 'undisclosed-recipients:;' }])
  })

  it('keeps folds and bytes of what stays', () => {
    const raw = 'From: alice@kith.test\r\nSubject: two\r\n\tlines\r\nMessage-ID: <own@x>\r\nDate: now\r\n\r\nbody\r\n'
    const { message, messageId } = readSubmitted(Buffer.from(raw), author, added)
    expect(Buffer.from(bytesOf(message)).toString()).toBe(raw)
    expect(messageId).toBe('<own@x>')
  })

  it('strips X-Kith fields however they are spelled (I5)', () => {
    const { message } = read(
      'From: alice@kith.test',
      'x-KITH-verdict: a',
      'X-Kith-New:\r\n b',
      'AUTHENTICATION-RESULTS: c',
      'X-Other: d',
    )
    expect(message.fields).toEqual([
      'From: alice@kith.test',
      'X-Other: d',
      'Message-ID: <made@kith.test>',
      `Date: ${added.date}`,
    ])
  })

  it.each([
    ['two Message-IDs in one', 'Message-ID: <a@x> <b@x>'],
    ['a Message-ID without brackets', 'Message-ID: a@x'],
    ['a Message-ID that never ends', `Message-ID: <${'a'.repeat(1_000)}@x>`],
    ['a field name with a blank', 'X-Kith-Verdict : a'],
  ])('refuses %s', (_what, line) => {
    expect(() => read('From: alice@kith.test', line)).toThrow('5.6.0')
  })

  it('refuses a message without a header', () => {
    expect(() => readSubmitted(Buffer.from('\r\nbody\r\n'), author, added)).toThrow('5.6.0')
    expect(() => readSubmitted(Buffer.alloc(0), author, added)).toThrow('5.6.0')
  })
})

describe('an incoming message', () => {
  it('keeps everything but what could pass for proof', () => {
    const raw = 'Return-Path: <x@y>\r\nFrom: a@b, c@d\r\nFrom: e@f\r\nBcc: g@h\r\nX-Kith-Verdict: i\r\n\r\nbody'
    const kept = Buffer.from(bytesOf(readIncoming(Buffer.from(raw)))).toString()
    expect(kept).toBe('From: a@b, c@d\r\nFrom: e@f\r\nBcc: g@h\r\n\r\nbody')
  })
})

describe('bare newlines', () => {
  it.each([
    ['', false],
    ['a\r\nb\r\n', false],
    ['\r\n\r\n', false],
    ['\n', true],
    ['a\nb', true],
    ['a\r\n\nb', true],
    ['a\rb', true],
    ['a\r\r\n', true],
    ['a\r', true],
  ])('%j: %s', async (text, bare) => {
    for (const chunks of [[Buffer.from(text)], text.split('').map((character) => Buffer.from(character))]) {
      const taking = collect(Readable.from(chunks), createRoom(), async (raw) => Buffer.from(raw).toString())
      const found = await taking.catch((error: unknown) => error)
      expect(found instanceof Error ? 'refused' : found).toBe(bare ? 'refused' : text)
    }
  })

  it('a door holds so many bytes at a time; more is put off, and the room is free again afterwards', async () => {
    const room = { left: 10 }
    const take = (text: string, work: () => Promise<string>) => collect(Readable.from([Buffer.from(text)]), room, work)
    const inner = () => take('67890!', async () => 'never')
    await expect(take('12345', inner)).rejects.toMatchObject({ responseCode: 452 })
    expect(room.left).toBe(10)
    await expect(take('12345', () => take('67890', async () => 'both'))).resolves.toBe('both')
  })
})

it('a refusal names each recipient with its rule, on one line of ASCII', () => {
  const refusals = ['a@x.test', 'b\u6797@x.test', 'c@x.test', 'd@x.test'].map((address) => ({
    address,
    rule: 'O1',
    reason: 'notListed' as const,
  }))
  const { message, responseCode } = refusalReply(refusals)
  expect(responseCode).toBe(550)
  expect(message).toBe(
    '5.7.1 O1 a@x.test is not in your whitelist; O1 b?@x.test is not in your whitelist; O1 c@x.test is not in your whitelist and 1 more. Nobody got it: remove them, or ask for them as contacts in Kith',
  )
})
