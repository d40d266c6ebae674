import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { splitMessage } from '../header.ts'
import { utf8 } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import { signAs } from './bytes/signing.ts'
import { makeVerdict, testOrg } from './testing.ts'
import { readVerdict, type VerdictFacts } from './verdict.ts'

const primitives = nodePrimitives(crypto, zlib)
const { keys } = testOrg(primitives)
const gateway = [keys.stranger.public, keys.gateway.public]
const lines = (...text: readonly string[]) => text.join('\r\n')
const raw = lines(
  'Received: from a by b',
  'From: Bob Lin <bob@example.org>',
  'To: alice@example.org,',
  '\tcarol@example.org',
  'Subject: =?utf-8?q?h=C3=A9?= there',
  'Date: Mon, 23 Nov 2026 08:00:00 +0000',
  'Message-ID: <1@example.org>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hello, 林',
  '',
)
const split = (text: string) => splitMessage(utf8(text))
const facts: VerdictFacts = {
  mid: '<1@example.org>',
  from: 'bob@example.org',
  level: 'dmarc',
  verdict: 'pass',
  to: 'alice@example.org',
  lst: 'L-alice',
  ep: 1,
  ver: 7,
}
const value = makeVerdict(primitives, facts, split(raw), keys.gateway.secret)
const read = (text: string, header = value) => readVerdict(primitives, header, split(text), gateway)

describe('X-Kith-Verdict (protocol 8, guard I5)', () => {
  it('counts when the gateway signed it over these bytes', () => {
    expect(read(raw)).toMatchObject(facts)
  })

  it('is folded for a header block, and read back as it stands in one', () => {
    for (const line of `X-Kith-Verdict: ${value}`.split('\r\n')) expect(line.length).toBeLessThan(100)
    const whole = split(`X-Kith-Verdict: ${value}\r\n${raw}`)
    const field = whole.fields.find(({ name }) => name === 'x-kith-verdict')
    expect(readVerdict(primitives, field?.value ?? '', whole, gateway)).toMatchObject(facts)
  })

  it('survives what transport may do: other trace fields, other folds, empty lines at the end', () => {
    expect(read(`Received: from b by c\r\n${raw}`)).toMatchObject(facts)
    expect(read(raw.replace('org,\r\n\tcarol', 'org, carol'))).toMatchObject(facts)
    expect(read(`${raw}\r\n\r\n`)).toMatchObject(facts)
  })

  const withField = (field: string) => raw.replace('Date:', `${field}\r\nDate:`)
  it.each([
    ['From', raw.replace('bob@', 'rob@')],
    ['a second From', raw.replace('To:', 'From: eve@example.org\r\nTo:')],
    ['To', raw.replace('carol@', 'eve@')],
    ['Subject', raw.replace('there', 'here')],
    ['a Cc that was added', raw.replace('Date:', 'Cc: eve@example.org\r\nDate:')],
    ['Content-Type', raw.replace('text/plain', 'text/html')],
    ['MIME-Version', raw.replace('Version: 1.0', 'Version: 2.0')],
    ['an added Content-Transfer-Encoding', withField('Content-Transfer-Encoding: base64')],
    ['an added Content-Disposition', withField('Content-Disposition: attachment')],
    ['an added Reply-To', withField('Reply-To: eve@example.org')],
    ['an added References', withField('References: <2@example.org>')],
    ['an added In-Reply-To', withField('In-Reply-To: <2@example.org>')],
    ['a missing Message-ID', raw.replace('Message-ID: <1@example.org>\r\n', '')],
    ['the body', raw.replace('Hello', 'Hallo')],
    ['the body, cut', raw.replace(', 林', '')],
  ])('does not count over a changed message: %s', (_, changed) => {
    expect(changed).not.toBe(raw)
    expect(read(changed)).toBeUndefined()
  })

  it('does not count from another signer, of another type, changed or malformed', () => {
    const stranger = makeVerdict(primitives, facts, split(raw), keys.fresh.secret)
    expect(read(raw, stranger)).toBeUndefined()
    const [payload = '', signature = ''] = value.replace(/\s/g, '').split('.')
    const bytes = new Uint8Array(Buffer.from(payload, 'base64'))
    const asHead = Buffer.from(signAs(primitives, 'head', bytes, keys.gateway.secret)).toString('base64')
    for (const bad of [
      '',
      '.',
      payload,
      `${payload}.`,
      `${payload}.${asHead}`,
      `${payload}.${signature}.x`,
      `x${payload}.${signature}`,
      'x'.repeat(20_000),
    ]) {
      expect(read(raw, bad)).toBeUndefined()
    }
    const forged = Buffer.from(Buffer.from(bytes).toString().replace('"pass"', '"hold"')).toString('base64')
    expect(read(raw, `${forged}.${signature}`)).toBeUndefined()
  })
})
