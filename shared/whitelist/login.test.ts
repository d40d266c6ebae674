import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fromHex, toBase64, utf8 } from './bytes/encoding.ts'
import { nodePrimitives } from './bytes/node-primitives.ts'
import { digitsOf } from './digits.ts'
import { type Enrolment, formatEnrolment, parseEnrolment } from './enrolment.ts'
import { type Login, makeLoginAnswer, openLogin, openLoginAnswer, type SessionAnswer, sealLogin } from './login.ts'
import { type AckRequest, decodeRequest, encodeRequest, signRequest, verifyRequest } from './request.ts'
import { sealMessage } from './sealed.ts'
import { testNow, testOrg, testRequest, testState } from './testing.ts'

const primitives = nodePrimitives(crypto, zlib)
const org = testOrg(primitives)
const { keys, random } = org
const nonces = { non: toBase64(random(24)), sNon: toBase64(random(24)) }

const login: Login = {
  usr: 'alice',
  pw: 'correct horse 林',
  ...nonces,
  dev: 'd1',
  devName: "Alice's laptop",
  DsigPk: toBase64(keys.deviceSign.public),
  DboxPk: toBase64(keys.deviceBox.public),
}

describe('the sealed login (protocol 5.3)', () => {
  const sealed = sealLogin(primitives, login, keys.server.public, random)

  it('opens with the server key, also after it has a newer one', () => {
    expect(openLogin(primitives, sealed, [keys.server.secret])).toEqual(login)
    expect(openLogin(primitives, sealed, [keys.otherBox.secret, keys.server.secret])).toEqual(login)
  })

  it('opens with no other key, not changed, not cut, not from a low-order key', () => {
    expect(openLogin(primitives, sealed, [keys.otherBox.secret])).toBeUndefined()
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = sealed.slice()
      changed[at] = (changed[at] ?? 0) ^ (at === 31 ? 1 : 128)
      expect(openLogin(primitives, changed, [keys.server.secret])).toBeUndefined()
    }
    expect(openLogin(primitives, sealed.subarray(0, 60), [keys.server.secret])).toBeUndefined()
    const low = sealed.slice()
    low.set(fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800') ?? [], 0)
    expect(openLogin(primitives, low, [keys.server.secret])).toBeUndefined()
  })

  it('is refused with unknown or missing members, or more than 64 kB', () => {
    for (const text of ['{}', JSON.stringify({ ...login, extra: 1 }), '{"__proto__":{"pw":"x"}}']) {
      const odd = sealMessage(primitives, utf8(text), keys.server.public, random)
      expect(openLogin(primitives, odd, [keys.server.secret])).toBeUndefined()
    }
    const huge = sealMessage(primitives, new Uint8Array(70_000), keys.server.public, random)
    expect(openLogin(primitives, huge, [keys.server.secret])).toBeUndefined()
  })

  it('does not show the password', () => {
    expect(Buffer.from(sealed).includes('correct horse')).toBe(false)
  })
})

describe('the answer to a login (protocol 5.4)', () => {
  const server = { host: 'mail.example.org', port: 993, security: 'tls' } as const
  const session: SessionAnswer = {
    t: 'session',
    sid: toBase64(random(32)),
    exp: testNow,
    idle: 3_600_000,
    usr: 'alice',
    name: 'Alice Chen',
    address: 'alice@example.org',
    dev: 'd1',
    lst: 'L-alice',
    mail: { imap: server, smtp: { ...server, port: 465 } },
  }
  const made = makeLoginAnswer(primitives, session, nonces, {
    freshSeed: keys.fresh.secret,
    deviceBox: keys.deviceBox.public,
    random,
  })
  const mine = { freshKeys: [keys.fresh.public], boxSecret: keys.deviceBox.secret }

  it('opens on the device that asked', () => {
    expect(openLoginAnswer(primitives, made, nonces, mine)).toEqual(session)
  })

  it('is refused for other nonces, from another signer, on another device', () => {
    expect(openLoginAnswer(primitives, made, { ...nonces, non: nonces.sNon }, mine)).toBeUndefined()
    expect(openLoginAnswer(primitives, made, { ...nonces, sNon: nonces.non }, mine)).toBeUndefined()
    expect(openLoginAnswer(primitives, made, nonces, { ...mine, freshKeys: [keys.policy.public] })).toBeUndefined()
    expect(openLoginAnswer(primitives, made, nonces, { ...mine, boxSecret: keys.otherBox.secret })).toBeUndefined()
    const other = { ...made, sealed: sealMessage(primitives, utf8('{}'), keys.deviceBox.public, random) }
    expect(openLoginAnswer(primitives, other, nonces, mine)).toBeUndefined()
  })
})

describe('signed requests (protocol 4)', () => {
  const request = testRequest(org, testState(org))
  const bytes = encodeRequest('Sync', request)
  const call = { action: 'Sync', sid: toBase64(random(32)), bytes } as const
  const signature = signRequest(primitives, call, keys.deviceSign.secret)

  it('come back as they were, verified by the device key', () => {
    expect(decodeRequest('Sync', bytes)).toEqual(request)
    expect(verifyRequest(primitives, call, signature, keys.deviceSign.public)).toBe(true)
  })

  it('are bound to action, session, bytes and key', () => {
    const other = toBase64(random(32))
    for (const changed of [
      { action: 'Wait' },
      { action: 'Ack' },
      { sid: other },
      { sid: '' },
      { bytes: bytes.subarray(1) },
    ] as const) {
      expect(verifyRequest(primitives, { ...call, ...changed }, signature, keys.deviceSign.public)).toBe(false)
    }
    expect(verifyRequest(primitives, call, signature, keys.stranger.public)).toBe(false)
  })

  it('an acknowledgement has a domain of its own', () => {
    const ack: AckRequest = {
      usr: 'alice',
      dev: 'd1',
      lst: 'L',
      ep: 1,
      ver: 1,
      head: '',
      non: nonces.non,
      seq: 2,
      cmd: 'w1',
      step: 'done',
    }
    const acked = { action: 'Ack', sid: '', bytes: encodeRequest('Ack', ack) } as const
    expect(decodeRequest('Ack', acked.bytes)).toEqual(ack)
    const acknowledged = signRequest(primitives, acked, keys.deviceSign.secret)
    expect(verifyRequest(primitives, acked, acknowledged, keys.deviceSign.public)).toBe(true)
    const message = Buffer.concat([utf8('kith-wl/1/req\nAck\n\n'), acked.bytes])
    expect(primitives.verify(message, acknowledged, keys.deviceSign.public)).toBe(false)
  })

  it('are refused as another action, with an unknown member, over 64 kB', () => {
    expect(decodeRequest('Wait', bytes)).toBeUndefined()
    expect(decodeRequest('Sync', utf8('{"a":1}'))).toBeUndefined()
    expect(decodeRequest('Sync', new Uint8Array(65 * 1024))).toBeUndefined()
    expect(() => encodeRequest('Sync', { ...request, part: -1 })).toThrow('too_small')
  })
})

describe('the enrolment code (protocol 5.1)', () => {
  const enrolment: Enrolment = {
    org: 'org1',
    url: 'https://mail.example.org:8443',
    root: 'ab'.repeat(32),
    secret: toBase64(random(16)),
    tls: 'cd'.repeat(32),
  }

  it('comes back from its text, also broken over lines', () => {
    const text = formatEnrolment(enrolment)
    expect(text).toMatch(/^kith1:[A-Za-z0-9_-]+$/)
    expect(parseEnrolment(text)).toEqual(enrolment)
    expect(parseEnrolment(`  ${text.slice(0, 40)}\r\n ${text.slice(40)}\n`)).toEqual(enrolment)
    const { secret: _, tls: __, ...least } = enrolment
    expect(parseEnrolment(formatEnrolment({ ...least, url: 'http://127.0.0.1:8080/x' }))).toEqual({
      ...least,
      url: 'http://127.0.0.1:8080/x',
    })
  })

  it('is refused with another prefix, cut, changed or too long', () => {
    const text = formatEnrolment(enrolment)
    for (const bad of [
      '',
      'kith1:',
      text.slice(6),
      `kith2:${text.slice(6)}`,
      text.slice(0, -3),
      `${text}AAAA`,
      `kith1:${'A'.repeat(5_000)}`,
    ]) {
      expect(parseEnrolment(bad)).toBeUndefined()
    }
  })

  it.each([
    'http://mail.example.org',
    'https://user@mail.example.org',
    'https://',
    'ftp://127.0.0.1',
    'http://127.0.0.1.example.org',
    'http://127.0.0.1@evil.example',
    'https://a b',
    'https://a?x',
    'javascript:alert(1)',
  ])('does not carry the URL %s', (url) => {
    expect(() => formatEnrolment({ ...enrolment, url })).toThrow('invalid_format')
  })
})

it('digits: six groups of five, the same on both sides, in every language', () => {
  expect(digitsOf(new Uint8Array(32))).toBe('00000 00000 00000 00000 00000 00000')
  const text = digitsOf(primitives.hash32('fingerprint'))
  expect(text).toMatch(/^\d{5}( \d{5}){5}$/)
  expect(digitsOf(primitives.hash32('fingerprinu'))).not.toBe(text)
  expect(() => digitsOf(new Uint8Array(20))).toThrow('32 bytes')
})
