/** Own messages from other devices, and receipts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chatTo, contactOf, me } from '../testing/mail-world.ts'
import { authserv, sample, submitted } from '../testing/messages.ts'
import { type ReceivingWorld, receivingWorld } from '../testing/receiving-world.ts'

let world: ReceivingWorld

beforeEach(() => {
  world = receivingWorld()
})

afterEach(() => world.end())

describe('own messages', () => {
  it('a copy in the Sent folder is filed once and recognised as the one in the outbox', async () => {
    await world.online()
    const result = await world.mail.handlers['outbox.submit'](chatTo('bob@corp.test', 'hello'))
    await world.settle()
    expect(world.box.folder('Sent')).toHaveLength(1)
    expect(world.box.folder('Sent')[0]?.text).toBe(world.sent[0])
    expect(await world.messages('bob@corp.test')).toMatchObject([
      { id: result.ok ? result.value.id : '', direction: 'out', delivery: { step: 'sent' } },
    ])
  })

  it('what another device sent is shown as sent; what went to strangers is not', async () => {
    const from = `Alice <${me.address}>`
    world.box.deliver(sample({ from, to: 'bob@corp.test', id: '<1@x>' }), { folder: 'Sent' })
    world.box.deliver(sample({ from, to: 'eve@evil.test', id: '<2@x>' }), { folder: 'Sent' })
    world.box.deliver(sample({ from: 'bob@corp.test', to: 'bob@corp.test', id: '<3@x>' }), { folder: 'Sent' })
    await world.online()
    expect(await world.messages('bob@corp.test')).toMatchObject([{ direction: 'out', delivery: { step: 'sent' } }])
    expect(await world.messages('eve@evil.test')).toEqual([])
  })

  it('O6 a note to oneself is shown once, though it comes back by the INBOX', async () => {
    await world.online()
    await world.mail.handlers['outbox.submit'](chatTo(me.address, 'remember'))
    await world.until(() => world.sent.length === 1)
    world.box.deliver(`Authentication-Results: ${authserv}; auth=pass smtp.auth=${me.address}\r\n${world.sent[0]}`)
    await world.settle()
    expect(await world.messages(me.address)).toMatchObject([{ direction: 'out', text: 'remember' }])
  })

  it('I2 a message that only claims to be the own is held', async () => {
    await world.online()
    world.box.deliver(sample({ from: me.address, to: 'bob@corp.test' }))
    await world.until(() => world.named('held.changed').length === 1)
    expect(await world.messages('bob@corp.test')).toEqual([])
  })
})

describe('read and receipts', () => {
  const asking = ['Chat-Version: 1.0', 'Disposition-Notification-To: <bob@corp.test>']

  it('marks read here and on the server, and sends one receipt where the sender asked', async () => {
    await world.online()
    world.box.deliver(submitted({ headers: asking }))
    await world.until(() => world.named('message.arrived').length === 1)
    await world.mail.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    await world.mail.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    await world.settle()
    expect(world.box.folder('INBOX')[0]?.seen).toBe(true)
    expect((await world.messages('bob@corp.test'))[0]?.read).toBe(true)
    expect(world.sent).toHaveLength(1)
    expect(world.sent[0]).toContain('Original-Message-ID: <m1@corp.test>')
    expect(world.box.folder('Sent')).toEqual([])
  })

  it('O4 sends no receipt to whom the list no longer admits, nor to whom was not asked for', async () => {
    await world.online()
    world.box.deliver(submitted({ id: '<1@x>' }))
    world.box.deliver(
      submitted({ id: '<2@x>', headers: ['Chat-Version: 1.0', 'Disposition-Notification-To: eve@evil.test'] }),
    )
    world.box.deliver(submitted({ id: '<3@x>', headers: asking }))
    await world.settle()
    expect(await world.messages('bob@corp.test')).toHaveLength(3)
    world.setContacts([])
    await world.mail.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    await world.settle()
    expect(world.sent).toEqual([])
  })

  it('a receipt of the proven contact turns the own message to read and is not shown', async () => {
    const other = receivingWorld({
      contacts: [contactOf(me.address)],
      account: { address: 'bob@corp.test', name: 'Bob', password: 'x' },
    })
    await world.online()
    const submittedDraft = await world.mail.handlers['outbox.submit'](chatTo('bob@corp.test', 'seen?'))
    await world.until(() => world.sent.length === 1)
    other.box.deliver(`Authentication-Results: ${authserv}; auth=pass smtp.auth=${me.address}\r\n${world.sent[0]}`)
    await other.online()
    await other.mail.handlers['conversations.markRead']({ id: me.address })
    await other.settle()
    const [receipt = ''] = other.sent
    expect(other.sent).toHaveLength(1)
    world.box.deliver(`Authentication-Results: ${authserv}; auth=pass smtp.auth=mallory@corp.test\r\n${receipt}`)
    await world.settle()
    expect((await world.messages('bob@corp.test'))[0]?.delivery?.step).toBe('sent')
    world.box.deliver(`Authentication-Results: ${authserv}; auth=pass smtp.auth=bob@corp.test\r\n${receipt}`)
    await world.settle()
    expect((await world.messages('bob@corp.test')).map(({ id, delivery }) => [id, delivery?.step])).toEqual([
      [submittedDraft.ok ? submittedDraft.value.id : '', 'read'],
    ])
    await other.end()
  })
})
