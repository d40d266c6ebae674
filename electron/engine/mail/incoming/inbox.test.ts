/** Messages from the mailbox into the store, or held. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contactOf } from '../testing/mail-world.ts'
import { authserv, sample, submitted } from '../testing/messages.ts'
import { bob, carol, minute, type ReceivingWorld, receivingWorld } from '../testing/receiving-world.ts'

let world: ReceivingWorld

beforeEach(() => {
  world = receivingWorld()
})

afterEach(() => world.end())

describe('receive', () => {
  it('I2 admits a proven contact: conversation, events, unread', async () => {
    await world.online()
    world.box.deliver(submitted({ subject: 'Plan', body: 'Good morning' }))
    await world.until(() => world.named('message.arrived').length === 1)
    const [message] = await world.messages('bob@corp.test')
    expect(message).toMatchObject({ kind: 'mail', direction: 'in', subject: 'Plan', text: 'Good morning', read: false })
    expect(message?.from).toEqual({ address: 'bob@corp.test', name: 'Bob Lin', listed: true })
    expect(world.named('message.arrived')).toEqual([
      { id: message?.id, conversation: 'bob@corp.test', name: 'Bob Lin', text: 'Plan' },
    ])
    const list = await world.mail.handlers['conversations.list']({ from: 0, count: 10 })
    expect(list).toMatchObject({ value: { total: 1, conversations: [{ name: 'Bob Lin', open: true, unread: 1 }] } })
  })

  it('I3 holds what is not proven and who is not listed; nothing arrives, nothing enters a conversation', async () => {
    await world.online()
    world.box.deliver(sample({ id: '<a@x>' }))
    world.box.deliver(submitted({ id: '<b@x>', from: 'eve@evil.test' }, 'eve@evil.test'))
    await world.until(() => world.heldTotal() === 2)
    expect((await world.held()).map(({ reason, claimedAddress }) => [reason, claimedAddress])).toEqual([
      ['notListed', 'eve@evil.test'],
      ['notProven', 'bob@corp.test'],
    ])
    expect(world.named('message.arrived')).toEqual([])
    expect(await world.messages('bob@corp.test')).toEqual([])
  })

  it('I9 the look-alikes are made ready for a stranger, and for contacts never', async () => {
    await world.online()
    let made = 0
    world.setList({
      prepare: async () => {
        made += 1
      },
    })
    world.box.deliver(submitted({ id: '<a@x>' }))
    await world.until(() => world.named('message.arrived').length === 1)
    expect(made).toBe(0)
    await world.settle()
    world.box.deliver(submitted({ id: '<b@x>', from: 'bob@c0rp.test' }, 'bob@c0rp.test'))
    await world.until(() => world.named('held.changed').length === 1)
    expect(made).toBe(1)
    expect(await world.held()).toMatchObject([{ rule: 'I9', reason: 'lookalike' }])
  })

  it('I5 counts Authentication-Results of the configured server alone, the topmost alone', async () => {
    await world.online()
    const forged = [
      'Authentication-Results: mail.evil.test; auth=pass smtp.auth=bob@corp.test',
      `Authentication-Results: x${authserv}; auth=pass smtp.auth=bob@corp.test`,
      `Authentication-Results: ${authserv}; auth=fail smtp.auth=bob@corp.test`,
      `Authentication-Results: ${authserv}; auth=passed smtp.auth=bob@corp.test`,
      `Authentication-Results: ${authserv}; auth=pass smtp.auth=mallory@corp.test`,
      `Authentication-Results: ${authserv}; auth=pass smtp.auth=mallory@corp.test; auth=pass smtp.auth=bob@corp.test`,
      `Authentication-Results: ${authserv}; none (; auth=pass smtp.auth=bob@corp.test)`,
      `Authentication-Results: ${authserv}; x="; auth=pass smtp.auth=bob@corp.test"`,
      `Authentication-Results: other.test; none\r\nAuthentication-Results: ${authserv}; auth=pass smtp.auth=bob@corp.test`,
    ]
    for (const [index, header] of forged.entries())
      world.box.deliver(sample({ id: `<f${index}@x>`, headers: [header] }))
    await world.until(() => world.heldTotal() === forged.length)
    expect(await world.messages('bob@corp.test')).toEqual([])
  })

  it('I4 names participants who are not listed', async () => {
    await world.online()
    world.box.deliver(submitted({ to: 'alice@corp.test, Mallory <mallory@evil.test>' }))
    await world.until(() => world.named('message.arrived').length === 1)
    const [message] = await world.messages('bob@corp.test')
    expect(message?.to.map(({ address, listed }) => [address, listed])).toEqual([
      ['alice@corp.test', true],
      ['mallory@evil.test', false],
    ])
  })

  it('shows a message once, however often it is delivered', async () => {
    await world.online()
    world.box.deliver(submitted())
    world.box.deliver(submitted({ headers: ['Received: from elsewhere'] }))
    world.box.deliver(submitted())
    await world.settle()
    expect(await world.messages('bob@corp.test')).toHaveLength(1)
    expect(world.named('message.arrived')).toHaveLength(1)
  })

  it('does not let one contact hide another’s message by its Message-ID', async () => {
    world.setContacts([bob, carol])
    await world.online()
    world.box.deliver(submitted({ from: 'carol@corp.test', body: 'mine' }, 'carol@corp.test'))
    world.box.deliver(submitted({ body: 'his' }))
    await world.settle()
    expect((await world.messages('bob@corp.test')).map(({ text }) => text)).toEqual(['his'])
  })

  it('keeps messages apart that have no Message-ID', async () => {
    await world.online()
    world.box.deliver(submitted({ id: '', body: 'one' }))
    world.box.deliver(submitted({ id: '', body: 'two' }))
    await world.settle()
    expect((await world.messages('bob@corp.test')).map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('a server clock ahead does not push a message below those that follow', async () => {
    await world.online()
    world.box.deliver(submitted({ id: '<1@x>', body: 'first' }), { at: world.clock.now() + 86_400_000 })
    await world.settle()
    await world.clock.advance(minute)
    world.box.deliver(submitted({ id: '<2@x>', body: 'second' }))
    await world.settle()
    expect((await world.messages('bob@corp.test')).map(({ text }) => text)).toEqual(['first', 'second'])
  })

  it('the first reading of a mailbox brings history, not news', async () => {
    world.box.deliver(submitted({ id: '<1@x>' }), { seen: true })
    world.box.deliver(submitted({ id: '<2@x>' }))
    await world.online()
    expect((await world.messages('bob@corp.test')).map(({ read }) => read)).toEqual([true, false])
    expect(world.named('message.arrived')).toEqual([])
    expect(world.named('conversation.changed').length).toBeGreaterThan(0)
  })
})

describe('a newer list', () => {
  it('I6 releases what it admits, at its place in time', async () => {
    world.setContacts([])
    await world.online()
    world.box.deliver(submitted({ id: '<1@x>', body: 'early' }))
    await world.settle()
    await world.clock.advance(minute)
    world.setContacts([bob])
    world.mail.listChanged()
    await world.until(() => world.named('message.arrived').length === 1)
    world.box.deliver(submitted({ id: '<2@x>', body: 'late' }))
    await world.until(() => world.named('message.arrived').length === 2)
    const [early, late] = await world.messages('bob@corp.test')
    expect([early?.text, late?.text]).toEqual(['early', 'late'])
    expect((late?.at ?? 0) - (early?.at ?? 0)).toBe(minute)
    expect(world.named('held.changed')).toEqual([{ total: 1 }, { total: 0 }])
  })

  it('I6 judges again only held messages of whose sender it says something else', async () => {
    await world.online()
    for (let index = 0; index < 20; index += 1) {
      world.box.deliver(sample({ id: `<${index}@x>`, from: `s${index}@evil.test` }))
    }
    await world.until(() => world.named('held.changed').length > 0)
    await world.settle()
    world.setContacts([bob, contactOf('s3@evil.test', { level: 'dmarc' })])
    world.mail.listChanged()
    await world.settle()
    expect((await world.held()).filter(({ reason }) => reason === 'notProven').map((h) => h.claimedAddress)).toEqual([
      's3@evil.test',
    ])
  })

  it('I6 closes the conversation of a removed contact and keeps its history', async () => {
    await world.online()
    world.box.deliver(submitted())
    await world.settle()
    world.events.length = 0
    world.setContacts([])
    world.mail.listChanged()
    expect(world.named('conversation.changed')).toEqual([{ id: 'bob@corp.test' }])
    const conversation = await world.mail.handlers['conversations.get']({ id: 'bob@corp.test' })
    expect(conversation).toMatchObject({ value: { open: false, closed: 'removed', name: 'Bob Lin' } })
    expect(await world.messages('bob@corp.test')).toHaveLength(1)
    world.box.deliver(submitted({ id: '<later@x>' }))
    await world.until(() => world.named('held.changed').length === 1)
    expect(await world.messages('bob@corp.test')).toHaveLength(1)
  })

  it('tells of a conversation that a face asked for, though it has no message yet', async () => {
    expect(await world.mail.handlers['conversations.get']({ id: 'Bob@corp.test' })).toMatchObject({
      value: { id: 'bob@corp.test', open: true, unread: 0 },
    })
    world.setContacts([{ ...bob, expiresAt: 1 }])
    world.mail.listChanged()
    expect(world.named('conversation.changed')).toEqual([{ id: 'bob@corp.test' }])
    expect(await world.mail.handlers['conversations.get']({ id: 'bob@corp.test' })).toMatchObject({
      value: { open: false, closed: 'expired' },
    })
  })
})
