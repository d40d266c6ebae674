/** I10, I11, I4: which messages are one, and what is said of those that may have been sent on. */
import { afterEach, describe, expect, it } from 'vitest'
import { fakeDns } from '../../testing/fakes.ts'
import { submittedIdentity } from '../outgoing/submit.ts'
import type { NewMessage } from '../store/records.ts'
import { createMailStore } from '../store/store.ts'
import { keyRecord, sign } from '../testing/dkim-signer.ts'
import { contactOf, me } from '../testing/mail-world.ts'
import { sample, submitted } from '../testing/messages.ts'
import { bob, minute, type ReceivingWorld, receivingWorld } from '../testing/receiving-world.ts'

const day = 24 * 60 * minute
const bo = contactOf('bo.li@example.org', { name: 'Bo Li', scope: 'external', level: 'dmarc' })
const dns = fakeDns({ 's1._domainkey.example.org': [keyRecord], 's1._domainkey.other.test': [keyRecord] })
const gmail = 'to:subject:message-id:date:from:mime-version'
const qq = 'From:To:Cc:Subject:Date:In-Reply-To:References'

let world: ReceivingWorld
afterEach(() => world.end())

async function receive(...raws: readonly (Uint8Array | string)[]) {
  world = receivingWorld({ contacts: [bo, bob], dns })
  await world.online()
  for (const raw of raws) world.box.deliver(raw)
  await world.settle()
}

const arrived = (count: number) =>
  world.until(() => world.named('message.arrived').length === count, `${count} messages`)

const signed = (headerList: string, more: Parameters<typeof sample>[0] = {}) =>
  sign(sample({ from: 'Bo Li <bo.li@example.org>', ...more }), { headerList })
const text = (raw: Uint8Array) => Buffer.from(raw).toString('utf8')
const shown = async (conversation = bo.key) => (await world.messages(conversation)).map((one) => one.text)

describe('I10 two messages under one Message-ID', () => {
  it.each(['subject', 'body', 'date'])('of one sender are both shown where the %s differs', async (what) => {
    const first = text(submitted({ body: 'one' }))
    const second = {
      subject: first.replace('Subject: Hello', 'Subject: Hello again'),
      body: first.replace('one', 'two'),
      date: first.replace('08:00:00', '08:00:01'),
    }[what]
    await receive(first, second ?? '')
    await world.settle()
    expect(await world.messages(bob.key)).toHaveLength(2)
  })

  it('are both shown where one of them was sent by whoever guessed the Message-ID of the other', async () => {
    await receive(await signed(qq, { body: 'Nothing' }), await signed(qq, { body: 'The contract' }))
    await arrived(2)
    expect(await shown()).toEqual(['Nothing', 'The contract'])
  })

  it('of the user’s own are both shown', async () => {
    const own = (body: string) => submitted({ from: me.address, to: me.address, body }, me.address)
    await receive(own('scan 1'), own('scan 2'), own('scan 1'))
    await world.until(() => world.named('message.changed').length === 2)
    expect(await shown(me.address)).toEqual(['scan 1', 'scan 2'])
  })
})

describe('I10 one signed message', () => {
  it('is one, whatever Message-ID, recipients and white space it is sent on with', async () => {
    const genuine = text(await signed(qq.replace('To:Cc:', ''), { body: 'Pay 40  to Bo\r\n\r\nSoon' }))
    const again = [
      genuine.replace('<m1@corp.test>', '<m2@corp.test>'),
      genuine.replace('Message-ID: <m1@corp.test>\r\n', ''),
      genuine.replace('To: alice@corp.test', 'To: x@evil.test, alice@corp.test'),
      genuine.replace('40  to', '40 to').replace('Soon', 'Soon \r\n\r\n'),
      genuine.replace('Subject: Hello', 'Subject:  Hello'),
      `DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=from:message-id; bh=AAAA; b=AAAA\r\n${genuine.replace('<m1@', '<m3@')}`,
    ]
    await receive(genuine, ...again, await signed(qq, { body: 'the end' }))
    await arrived(2)
    expect(await world.messages(bo.key)).toHaveLength(2)
    expect(await world.held()).toEqual([])
  })

  it('under two covered Message-IDs is two: its sender said so', async () => {
    await receive(await signed(gmail, { id: '<a@x>', body: 'ok' }), await signed(gmail, { id: '<b@x>', body: 'ok' }))
    await arrived(2)
    expect(await shown()).toEqual(['ok', 'ok'])
  })
})

describe('rows of older stores', () => {
  it('keep their ids: the same message is recognised, another of that Message-ID is shown beside it', async () => {
    world = receivingWorld({ contacts: [bo, bob], dns })
    const { database } = world.dependencies()
    const id = submittedIdentity('in', bob.key, '<m1@corp.test>')
    const at = world.clock.now() - day
    const row: NewMessage = {
      id,
      conversation: bob.key,
      kind: 'mail',
      direction: 'in',
      messageId: '<m1@corp.test>',
      references: [],
      participants: { from: bob, to: [], cc: [] },
      subject: 'Hello',
      text: 'early',
      simplified: false,
      at,
      read: true,
      receipt: 'none',
    }
    createMailStore(database).messages.add(row, 'history', at)
    // The mailbox is read from its beginning; once the server kept the time, once only the words are the same.
    world.box.deliver(submitted({ body: 'early, decoded otherwise' }), { at })
    world.box.deliver(submitted({ body: 'early' }))
    world.box.deliver(submitted({ body: 'another' }))
    await world.online()
    expect((await world.messages(bob.key)).map((one) => [one.text, one.id === id])).toEqual([
      ['early', true],
      ['another', false],
    ])
  })
})

describe('I4, I11 what is said of a message', () => {
  const noticesOf = async (raw: Uint8Array | string) => {
    await receive(raw)
    await arrived(1)
    const [message] = [...(await world.messages(bo.key)), ...(await world.messages(bob.key))]
    const { claimedRecipients, notAddressed, writtenAt } = message ?? {}
    return [
      ...(claimedRecipients ? ['claimed'] : []),
      ...(notAddressed ? ['notAddressed'] : []),
      ...(writtenAt === undefined ? [] : [new Date(writtenAt).toISOString()]),
    ]
  }
  /** Fourteen minutes before the tests' now. */
  const today = 'Tue, 14 Nov 2023 22:00:00 +0000'
  const usual = 'Mon, 23 Nov 2026 08:00:00 +0000'
  const dated = (raw: Uint8Array, date = today) => text(raw).replace(usual, date)
  const bySigner = async (headerList: string, more: Parameters<typeof sample>[0], date = today) => {
    const raw = Buffer.from(dated(sample({ from: 'bo.li@example.org', ...more }), date))
    return sign(raw, { headerList })
  }
  const toCarol = { to: 'Carol <carol@corp.test>' }
  const withCc = { headers: ['Cc: alice@corp.test'] }
  const uncovered = 'From:Date:Subject:Message-ID:Content-Type:MIME-Version'

  it.each([
    ['nothing where all is covered and names the reader', qq, {}, []],
    ['that recipients are only claimed where To is not covered', uncovered, {}, ['claimed']],
    ['the same where they do not name the reader', uncovered, toCarol, ['claimed']],
    ['that it names somebody else', qq, toCarol, ['notAddressed']],
    ['nothing where Cc names the reader', qq, { ...toCarol, ...withCc }, []],
    ['that a Cc beside a covered To is only claimed', gmail, { ...toCarol, ...withCc }, ['claimed']],
    ['that it names nobody', qq, { to: 'undisclosed-recipients:;' }, ['notAddressed']],
  ])('says %s', async (_what, headerList, more, notices) => {
    expect(await noticesOf(await bySigner(headerList, more))).toEqual(notices)
  })

  it.each([
    ['Tue, 14 Nov 2023 22:00:00 +0000', []],
    ['14 Nov 2023 08:00 GMT (morning)', []],
    ['Mon, 13 Nov 2023 22:20:00 +0000', []],
    ['Mon, 13 Nov 2023 22:00:00 +0000', ['2023-11-13T22:00:00.000Z']],
    ['Tue, 14 Nov 2017 22:00:00 +0800', ['2017-11-14T14:00:00.000Z']],
    ['Mon, 23 Nov 2026 08:00:00 +0000', ['2026-11-23T08:00:00.000Z']],
    ['yesterday', []],
  ])('says when it was written where that is more than a day from arrival: %s', async (date, notices) => {
    expect(await noticesOf(await bySigner(qq, {}, date))).toEqual(notices)
  })

  it('says the same of what a login proves', async () => {
    expect(await noticesOf(dated(submitted(toCarol)))).toEqual(['notAddressed'])
    await world.end()
    expect(await noticesOf(dated(submitted()))).toEqual([])
  })

  it('answers go to the sender where Reply-To is not covered', async () => {
    const headers = ['Reply-To: bob@corp.test']
    const covered = `${qq}:Reply-To`
    await receive(await signed(qq, { headers, body: 'one' }), await signed(covered, { headers, body: 'two' }))
    await arrived(2)
    const planned = []
    for (const { id } of await world.messages(bo.key)) {
      const plan = await world.mail.handlers['message.planReply']({ id, scope: 'sender' })
      planned.push(plan.ok && plan.value.to.map(({ address }) => address))
    }
    expect(planned).toEqual([[bo.address], [bob.address]])
  })

  it('a subject does not vanish by a Chat-Version that is not covered', async () => {
    const headers = ['Chat-Version: 1.0']
    await receive(
      await signed(qq, { headers, subject: 'Void after Monday', body: 'Pay Bo' }),
      await signed(qq, { headers, subject: 'A line', body: 'A line' }),
      await signed(`${qq}:Chat-Version`, { headers, subject: 'Message', body: 'Another' }),
    )
    await arrived(3)
    expect((await world.messages(bo.key)).map(({ kind }) => kind)).toEqual(['mail', 'chat', 'chat'])
  })

  it('counts as covered only what every signature of that domain covers', async () => {
    const raw = text(await bySigner(qq, {}))
    const forged = 'DKIM-Signature: v=1; a=rsa-sha256; d=EXAMPLE.org; s=s1; h=from; bh=AAAA; b=AAAA\r\n'
    const another = forged.replace('EXAMPLE.org', 'other.test')
    expect(await noticesOf(forged + raw)).toEqual(['claimed'])
    await world.end()
    expect(await noticesOf(another + raw)).toEqual([])
  })
})
