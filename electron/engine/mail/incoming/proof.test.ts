/** What proves a sender, and what does not. */
import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type IncomingVerdict, judgeIncoming } from '../../../../shared/guard.ts'
import { splitMessage } from '../../../../shared/header.ts'
import { toBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import { keyLevel, signatureFor } from '../../../../shared/whitelist/mail-signature.ts'
import { makeVerdict } from '../../../../shared/whitelist/testing.ts'
import { messageHashes, messageIdOf } from '../../../../shared/whitelist/verdict.ts'
import type { DnsResolver } from '../../ground/ports.ts'
import { primitives } from '../../keys/primitives.ts'
import { fakeClock, fakeDns } from '../../testing/fakes.ts'
import { allFields, keyRecord, sign } from '../testing/dkim-signer.ts'
import { contactOf, listOf, type MailWorld, mailWorld, me } from '../testing/mail-world.ts'
import { authserv, sample, submitted } from '../testing/messages.ts'
import { gatherProof, type Proof } from './proof.ts'

const bo = contactOf('bo.li@example.org', { name: 'Bo Li', scope: 'external', level: 'dmarc' })
const dns = fakeDns({ 's1._domainkey.example.org': [keyRecord], 's1._domainkey.other.test': [keyRecord] })
const gatewaySeed = new Uint8Array(32).fill(5)
const gatewayKey = toBase64(primitives.signPublicKey(gatewaySeed))

const minute = 60_000
const day = 24 * 60 * minute
const now = fakeClock().now()

let unsigned: Uint8Array
let worlds: MailWorld[] = []

beforeAll(() => {
  unsigned = sample({ from: 'Bo Li <bo.li@example.org>', body: 'Figures attached' })
})

afterEach(() => {
  for (const world of worlds) world.close()
  worlds = []
})

type Judgement = { readonly proof: Proof; readonly verdict: IncomingVerdict }

async function judge(raw: Uint8Array, resolver: DnsResolver = dns, contact = bo, at?: number): Promise<Judgement> {
  const world = mailWorld({ contacts: [contact], dns: resolver })
  worlds.push(world)
  world.setList({ ...listOf([contact]), gatewayKeys: [gatewayKey] })
  const dependencies = world.dependencies()
  const message = splitMessage(raw)
  const proof = await gatherProof(dependencies, raw, message, at)
  const facts = { now: world.clock.now(), self: me.address, unicode: false, message, ...proof }
  return { proof, verdict: judgeIncoming(dependencies.list().view, facts) }
}

describe('I2 dmarc by DKIM', () => {
  it('admits a message signed by the sender’s own domain over all the fields', async () => {
    const { proof, verdict } = await judge(await sign(unsigned))
    expect(proof.dkim).toMatchObject([{ domain: 'example.org', pass: true, bodyLength: false }])
    expect(verdict).toMatchObject({ verdict: 'admit', contact: { name: 'Bo Li' } })
  })

  it('holds what is not signed, changed after signing, or signed by another domain', async () => {
    const signed = Buffer.from(await sign(unsigned)).toString('latin1')
    const attempts = [
      unsigned,
      Buffer.from(signed.replace('Figures', 'Figurez'), 'latin1'),
      Buffer.from(signed.replace('Subject: Hello', 'Subject: Pay now'), 'latin1'),
      await sign(unsigned, { domain: 'other.test' }),
      Buffer.from(`From: Bo Li <bo.li@example.org>\r\n${signed}`, 'latin1'),
      Buffer.from(signed.replace('From: Bo Li', 'From: "Bo Li" <x@evil.test>, Bo Li'), 'latin1'),
    ]
    for (const raw of attempts) expect((await judge(raw)).verdict.verdict).toBe('hold')
  })

  it('holds a signature that leaves a field open', async () => {
    for (const field of ['Subject', 'Date']) {
      const headerList = allFields
        .split(':')
        .filter((name) => name !== field)
        .join(':')
      const { proof, verdict } = await judge(await sign(unsigned, { headerList }))
      expect(proof.dkim[0]?.pass).toBe(true)
      expect([field, verdict.verdict]).toEqual([field, 'hold'])
    }
  })

  it.each([
    ['Gmail', 'to:subject:message-id:date:from:mime-version:from:to:cc:subject:date:message-id:reply-to'],
    ['Outlook and Microsoft 365', 'From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck'],
    ['Yahoo', 'Date:From:To:Subject:References:From:Subject:Reply-To'],
    ['QQ', 'From:To:Cc:Subject:Date:In-Reply-To:References'],
    ['163', 'From:Content-Type:Mime-Version:Subject:Message-Id:Date'],
    ['the least', 'From:Subject:Date'],
  ])('admits what %s signs', async (_who, headerList) => {
    expect((await judge(await sign(unsigned, { headerList }))).verdict.verdict).toBe('admit')
  })

  it.each(['Subject', 'Date'])('holds a message in which %s does not stand exactly once', async (field) => {
    const text = Buffer.from(unsigned).toString('utf8')
    const line = new RegExp(`^${field}: .*\r\n`, 'm').exec(text)?.[0] ?? ''
    const headerList = `From:Subject:Date:${field}:${field}`
    for (const raw of [text.replace(line, ''), text.replace(line, line + line)]) {
      const signed = await sign(Buffer.from(raw), { headerList })
      expect((await judge(signed)).verdict.verdict).toBe('hold')
    }
  })

  it.each(['t=y', 't=s:y', 't=y:s'])('holds what a test key signed: %s', async (flags) => {
    const testing = fakeDns({ 's1._domainkey.example.org': [keyRecord.replace('p=', `${flags}; p=`)] })
    expect((await judge(await sign(unsigned), testing)).verdict.verdict).toBe('hold')
  })

  it('holds where the key is not the only record, and does not ask again', async () => {
    const another = `v=DKIM1; p=${Buffer.alloc(32).toString('base64')}`
    for (const records of [
      [keyRecord, another],
      [another, keyRecord],
      [keyRecord, keyRecord],
      [keyRecord, 'v=spf1 -all'],
      [],
    ]) {
      const { proof, verdict } = await judge(await sign(unsigned), fakeDns({ 's1._domainkey.example.org': records }))
      expect([proof.again, verdict.verdict]).toEqual([false, 'hold'])
    }
  })

  it('holds a signature dated ahead, and looks again where a clock may be wrong by hours', async () => {
    const judged = async (signed: number) => {
      const { proof, verdict } = await judge(await sign(unsigned, { signed }))
      return `${verdict.verdict} ${proof.again}`
    }
    expect(await judged(minute)).toBe('admit false')
    expect(await judged(10 * minute)).toBe('hold true')
    for (const signed of [2 * day, 36_500 * day]) expect(await judged(signed)).toBe('hold false')
  })

  it('an expired signature proves nothing; one that expired after the message came does', async () => {
    const expired = await sign(unsigned, { signed: -8 * day, expires: -day })
    expect((await judge(expired)).verdict.verdict).toBe('hold')
    expect((await judge(expired, dns, bo, now - minute)).verdict.verdict).toBe('hold')
    expect((await judge(expired, dns, bo, now - 7 * day)).verdict.verdict).toBe('admit')
    // Received before it was signed: the server's time is not to be trusted.
    expect((await judge(expired, dns, bo, now - 9 * day)).verdict.verdict).toBe('hold')
    expect((await judge(await sign(unsigned, { expires: day }))).verdict.verdict).toBe('admit')
  })

  it('no signature of whatever domain proves somebody of the own domain', async () => {
    const own = sample({ from: 'Bob <bob@corp.test>' })
    const resolver = fakeDns({ 's1._domainkey.corp.test': [keyRecord], 's1._domainkey.other.test': [keyRecord] })
    for (const level of ['dmarc', 'dkim:other.test', 'dkim:corp.test']) {
      const contact = contactOf('bob@corp.test', { scope: 'external', level })
      const raw = await sign(own, { domain: level === 'dkim:other.test' ? 'other.test' : 'corp.test' })
      expect((await judge(raw, resolver, contact)).verdict).toMatchObject({ verdict: 'hold', reason: 'notProven' })
    }
  })

  it('holds a signature over part of the body (l=)', async () => {
    const { proof, verdict } = await judge(await sign(unsigned, { maxBodyLength: 4 }))
    expect(proof.dkim).toMatchObject([{ pass: true, bodyLength: true }])
    expect(verdict.verdict).toBe('hold')
  })

  it('holds SHA-1 and a short key', async () => {
    expect((await judge(await sign(unsigned, { algorithm: 'rsa-sha1' }))).verdict.verdict).toBe('hold')
    const short = generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey.export({ type: 'spki', format: 'der' })
    const resolver = fakeDns({ 's1._domainkey.example.org': [`v=DKIM1; p=${short.toString('base64')}`] })
    expect((await judge(await sign(unsigned), resolver)).verdict.verdict).toBe('hold')
  })

  it('a resolver without an answer: held, to be judged again; no record: held for good', async () => {
    const failing: DnsResolver = { txt: () => Promise.reject(Object.assign(new Error('x'), { code: 'ESERVFAIL' })) }
    const raw = await sign(unsigned)
    expect(await judge(raw, failing)).toMatchObject({ proof: { again: true }, verdict: { verdict: 'hold' } })
    expect(await judge(raw, fakeDns())).toMatchObject({ proof: { again: false }, verdict: { verdict: 'hold' } })
  })

  it('asks the DNS nothing for strangers, nor for a message with a heap of signatures', async () => {
    let questions = 0
    const counting: DnsResolver = {
      txt: (name) => {
        questions += 1
        return dns.txt(name)
      },
    }
    const signed = await sign(unsigned)
    await judge(signed, counting, contactOf('somebody@example.org', { level: 'dmarc' }))
    await judge(signed, counting, { ...bo, level: 'login' })
    const heap = Buffer.concat([
      ...Array.from({ length: 20 }, () => signed.subarray(0, signed.length - unsigned.length)),
      unsigned,
    ])
    expect((await judge(heap, counting)).verdict.verdict).toBe('hold')
    expect(questions).toBe(0)
  })

  it('holds, whatever is made to be verified', async () => {
    const signature = (b: string): string =>
      `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1; h=From:X; bh=AAAA; b=${b}\r\n`
    const withHeader = (header: string, body = 'x'): Uint8Array =>
      Buffer.from(`${header}${signature('AAAA')}From: bo.li@example.org\r\n\r\n${body}`)
    const hostile = [
      withHeader(signature(`A${' '.repeat(200_000)}A`)),
      withHeader(Array.from({ length: 7 }, () => signature(`A${' '.repeat(3_900)}A`)).join('')),
      withHeader(`X: a\r\n${' a\r\n'.repeat(200_000)}`),
      withHeader(`X: a\r\n${' a\r\n'.repeat(30_000)}`),
      withHeader(`X: a\r\n${' a\r\n'.repeat(3_900)}`.repeat(7)),
      withHeader(`X: ${'a '.repeat(8_000)}\r\n`),
      withHeader(`Content-Type: text/plain${'; a="b'.repeat(2_600)}\r\n`),
      withHeader(`Reply-To: ${'<"('.repeat(5_000)}\r\n`),
      withHeader(`ARC-Seal: i=1; ${'a=b;'.repeat(4_000)}\r\n`),
      withHeader('', '\n'.repeat(2_000_000)),
      withHeader('', '\r\n'.repeat(1_000_000)),
    ]
    for (const [index, raw] of hostile.entries())
      expect([index, (await judge(raw)).verdict.verdict]).toEqual([index, 'hold'])
  })

  it('dkim:<domain> admits the pinned signer and no other', async () => {
    const pinned = { ...bo, level: 'dkim:other.test' }
    expect((await judge(await sign(unsigned, { domain: 'other.test' }), dns, pinned)).verdict.verdict).toBe('admit')
    expect((await judge(await sign(unsigned), dns, pinned)).verdict.verdict).toBe('hold')
  })
})

describe('I2 login', () => {
  it.each(['bo.li@example.org', '林柏@example.org'])(
    'the own server’s word names the account %s by its key',
    async (address) => {
      const nowhere = { host: 'nowhere.test', port: 1, security: 'tls' } as const
      const world = mailWorld({ contacts: [bo], servers: { imap: nowhere, smtp: nowhere, authserv } })
      worlds.push(world)
      const raw = submitted({ from: address }, address)
      expect(await gatherProof(world.dependencies(), raw, splitMessage(raw))).toMatchObject({ login: address })
    },
  )
})

describe('I5 the gateway’s verdict', () => {
  const verdictOn = (raw: Uint8Array, seed = gatewaySeed, more: object = {}): Uint8Array => {
    const facts = {
      mid: '<m1@corp.test>',
      from: bo.key,
      level: 'dmarc',
      verdict: 'pass',
      to: 'alice@corp.test',
      lst: 'L-alice',
      ep: 1,
      ver: 1,
    } as const
    const value = makeVerdict(primitives, { ...facts, ...more }, splitMessage(raw), seed)
    return Buffer.concat([Buffer.from(`X-Kith-Verdict: ${value}\r\n`), raw])
  }

  it('admits by a verdict that the gateway signed over these bytes', async () => {
    expect((await judge(verdictOn(unsigned))).verdict.verdict).toBe('admit')
  })

  it('ignores a verdict by another key, over other bytes, or for another sender', async () => {
    const foreign = verdictOn(unsigned, new Uint8Array(32).fill(6))
    const moved = Buffer.from(
      Buffer.from(verdictOn(unsigned)).toString('latin1').replace('Figures', 'Figurez'),
      'latin1',
    )
    const other = verdictOn(unsigned, gatewaySeed, { from: 'x@example.org' })
    const hold = verdictOn(unsigned, gatewaySeed, { verdict: 'hold' })
    const weaker = verdictOn(unsigned, gatewaySeed, { level: 'login' })
    for (const raw of [foreign, moved, other, hold, weaker]) expect((await judge(raw)).verdict.verdict).toBe('hold')
  })

  it('I12 counts for the list and the recipient that it names and for no others', async () => {
    for (const other of [{ lst: 'L-carol' }, { to: 'carol@corp.test' }])
      expect((await judge(verdictOn(unsigned, gatewaySeed, other))).verdict.verdict).toBe('hold')
    const other = verdictOn(unsigned, gatewaySeed, { lst: 'L-carol' })
    const raw = Buffer.concat([other.subarray(0, other.length - unsigned.length), verdictOn(unsigned)])
    expect((await judge(raw)).verdict.verdict).toBe('admit')
  })

  it('finds the gateway’s verdict below a forged one', async () => {
    const raw = Buffer.concat([Buffer.from('X-Kith-Verdict: e30=.AAAA\r\n'), verdictOn(unsigned)])
    expect((await judge(raw)).verdict.verdict).toBe('admit')
  })
})

describe('I2 key:<pk>', () => {
  const contact = { ...bo, level: keyLevel(primitives.signPublicKey(gatewaySeed)) }
  const signedBy = (seed: Uint8Array) => {
    const message = splitMessage(unsigned)
    const facts = { mid: messageIdOf(message), from: bo.key, ...messageHashes(primitives, message) }
    return Buffer.concat([Buffer.from(`${signatureFor(primitives, facts, seed)}\r\n`), unsigned])
  }

  it('admits what the key that the entry names has signed, without a gateway and without the DNS', async () => {
    expect((await judge(signedBy(gatewaySeed), fakeDns(), contact)).verdict.verdict).toBe('admit')
  })

  it('holds what another key signed, and looks at no signature that the entry does not ask for', async () => {
    expect((await judge(signedBy(new Uint8Array(32).fill(6)), dns, contact)).verdict.verdict).toBe('hold')
    const { proof, verdict } = await judge(signedBy(gatewaySeed))
    expect([proof.keySignature, verdict.verdict]).toEqual([undefined, 'hold'])
  })
})
