import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type IncomingFacts, judgeIncoming } from '../guard.ts'
import { splitMessage } from '../header.ts'
import { createListView } from '../list-view.ts'
import { toBase64, utf8 } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import { signAs } from './bytes/signing.ts'
import { naclPrimitives } from './bytes/testing/nacl-primitives.ts'
import { keyLevel, keySignatureOf, signatureFor } from './mail-signature.ts'
import { messageHashes, messageIdOf } from './verdict.ts'

const node = nodePrimitives(crypto, zlib)
const nacl = naclPrimitives({ compress: (bytes) => bytes, expand: (bytes) => bytes })
const seed = new Uint8Array(32).fill(7)
const otherSeed = new Uint8Array(32).fill(8)
const now = 1_800_000_000_000
const bo = 'bo@partner.test'

const lines = (...text: readonly string[]) => text.join('\r\n')
const unsigned = lines(
  'From: Bo Li <Bo@partner.test>',
  'To: alice@kith.test',
  'Subject: Figures',
  'Date: Mon, 23 Nov 2026 08:00:00 +0000',
  'Message-ID: <m1@partner.test>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
  '',
  'All is well',
  '',
)

function signed(text = unsigned, { from = bo, by = seed } = {}): string {
  const message = splitMessage(utf8(text))
  const facts = { mid: messageIdOf(message), from, ...messageHashes(node, message) }
  return `${signatureFor(node, facts, by)}\r\n${text}`
}

const entry = { name: 'Bo', scope: 'external', send: true, receive: true } as const

/** Judged by a list that names `level` for Bo, and the key of somebody else for another contact. */
function judge(text: string, level = keyLevel(node.signPublicKey(seed)), primitives = node) {
  const eve = { ...entry, id: 'c2', address: 'eve@partner.test', key: 'eve@partner.test' }
  const list = createListView([
    { ...entry, id: 'c1', address: bo, key: bo, level },
    { ...eve, level: keyLevel(node.signPublicKey(otherSeed)) },
  ])
  const message = splitMessage(utf8(text))
  const keySignature: IncomingFacts['keySignature'] = keySignatureOf(primitives, { list, unicode: false }, message)
  const facts = { now, self: 'alice@kith.test', unicode: false, message, dkim: [] }
  return judgeIncoming(list, keySignature ? { ...facts, keySignature } : facts).verdict
}

describe('I2 key:<pk>', () => {
  test('I2 a message signed by the key that the entry names is admitted, by either implementation', () => {
    expect([judge(unsigned), judge(signed())]).toEqual(['hold', 'admit'])
    expect(judge(signed(), keyLevel(node.signPublicKey(seed)), nacl)).toBe('admit')
  })

  test('I2 it survives what transport may do: trace fields, other folds, empty lines at the end', () => {
    const folded = signed().replace('Subject: Figures', 'Subject:\r\n Figures')
    expect(judge(`Received: by a\r\n${folded}\r\n\r\n`)).toBe('admit')
    for (const line of signed().split('\r\n')) expect(line.length).toBeLessThan(100)
  })

  const withField = (field: string) => signed().replace('Subject:', `${field}\r\nSubject:`)
  test.each([
    ['altered body', signed().replace('well', 'lost')],
    ['longer body', `${signed()}more\r\n`],
    ['altered From', signed().replace('Bo@partner.test', 'eve@partner.test')],
    ['another name in From', signed().replace('Bo Li', 'Eve')],
    ['altered Subject', signed().replace('Figures', 'Figurez')],
    ['altered To', signed().replace('alice@', 'carol@')],
    ['another Message-ID', signed().replace('<m1@', '<m2@')],
    ['an added Cc', signed().replace('Subject:', 'Cc: x@y.test\r\nSubject:')],
    ['an added Content-Transfer-Encoding', withField('Content-Transfer-Encoding: base64')],
    ['an added Content-Disposition', withField('Content-Disposition: attachment')],
    ['an added Content-Type', withField('Content-Type: text/html')],
    ['an added MIME-Version', withField('MIME-Version: 1.0')],
    ['an added Reply-To', withField('Reply-To: x@y.test')],
    ['a second From', signed().replace('To:', 'From: bo@partner.test\r\nTo:')],
    ['for another author', signed(unsigned, { from: 'eve@partner.test' })],
    ['by the key of another contact', signed(unsigned, { by: otherSeed })],
  ])('I2 held: %s', (_what, text) => {
    expect(judge(text)).toBe('hold')
  })

  test('I2 held: a signature copied from another message of the same author', () => {
    const [first = '', second = ''] = signed(unsigned.replace('All is well', 'Pay 10')).split('\r\n')
    expect(judge(`${first}\r\n${second}\r\n${unsigned}`)).toBe('hold')
  })

  test('I2 held: two signatures, whichever is the right one and even if both are', () => {
    const junk = `X-Kith-Signature: ${toBase64(new Uint8Array(64).fill(1))}\r\n`
    const good = signed()
    const field = good.slice(0, good.length - unsigned.length)
    for (const text of [junk + good, field + junk + unsigned, field + good]) expect(judge(text)).toBe('hold')
  })

  test('I2 held: what is no signature at all', () => {
    const field = signed()
      .slice(0, -unsigned.length)
      .replace(/\r\n ?/g, '')
      .slice('X-Kith-Signature: '.length)
    const hostile = ['', 'x', `${field}=`, field.slice(4), `${field}${field}`, field.replace('==', ''), `${field}!`]
    const more = [
      `"${field}"`,
      field.replaceAll('A', 'Ａ'),
      'A'.repeat(100_000),
      field.replace('=', `${' '.repeat(150)}=`),
    ]
    for (const value of [...hostile, ...more]) {
      expect([value.slice(0, 100), judge(`X-Kith-Signature: ${value}\r\n${unsigned}`)]).toEqual([
        value.slice(0, 100),
        'hold',
      ])
    }
    expect(judge(`X-Kith-Signature: ${field}\r\n${unsigned}`)).toBe('admit')
  })

  test('I2 held: a malleated signature (S + L)', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const message = splitMessage(utf8(unsigned))
    const facts = { mid: messageIdOf(message), from: bo, ...messageHashes(node, message) }
    const text = signatureFor(node, facts, seed).slice('X-Kith-Signature: '.length).replace(/\r\n /g, '')
    const bytes = Buffer.from(text, 'base64')
    let scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order
    for (let at = 32; at < 64; at++, scalar >>= 8n) bytes[at] = Number(scalar & 255n)
    const field = `X-Kith-Signature: ${bytes.toString('base64')}\r\n`
    for (const primitives of [node, nacl]) {
      expect(judge(field + unsigned, keyLevel(node.signPublicKey(seed)), primitives)).toBe('hold')
    }
  })

  test('I2 held: an entry that names a low-order key, under which anything verifies', () => {
    const identity = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))
    const zero = new Uint8Array(32)
    const anything = new Uint8Array(64)
    anything[0] = 1
    for (const key of [identity, zero]) {
      for (const primitives of [node, nacl]) {
        const text = `X-Kith-Signature: ${toBase64(anything)}\r\n${unsigned}`
        expect(judge(text, keyLevel(key), primitives)).toBe('hold')
      }
    }
  })

  test('I2 held: an entry whose key is no key', () => {
    for (const level of ['key:', 'key:AAAA', `${keyLevel(node.signPublicKey(seed))}=`, 'KEY:abc=', 'dmarc', 'login'])
      expect([level, judge(signed(), level)]).toEqual([level, 'hold'])
  })

  test('a signature of another type over the same bytes is none: a verdict is not mail', () => {
    const message = splitMessage(utf8(unsigned))
    const { hdr, bdy } = messageHashes(node, message)
    const text = JSON.stringify({ bdy, from: bo, hdr, mid: '<m1@partner.test>', t: 'mail' })
    const as = (type: 'mail' | 'verdict') =>
      `X-Kith-Signature: ${toBase64(signAs(node, type, utf8(text), seed))}\r\n${unsigned}`
    expect([judge(as('mail')), judge(as('verdict'))]).toEqual(['admit', 'hold'])
  })

  test('a Message-ID that has no plain form counts as none, and the rest is signed all the same', () => {
    for (const id of ['<e\u0301@x>', `<${'x'.repeat(2_000)}>`, '<a b@x>', '']) {
      const text = unsigned.replace('<m1@partner.test>', id)
      expect(messageIdOf(splitMessage(utf8(text)))).toBe('')
      expect(judge(signed(text))).toBe('admit')
    }
  })
})
