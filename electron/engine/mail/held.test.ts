/** Held is no dead end: what the user does there, what a newer list does, and what is new in it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { splitMessage } from '../../../shared/header.ts'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { makeVerdict } from '../../../shared/whitelist/testing.ts'
import { messageIdOf } from '../../../shared/whitelist/verdict.ts'
import { primitives } from '../keys/primitives.ts'
import { fakeDns } from '../testing/fakes.ts'
import { keyRecord, sign } from './testing/dkim-signer.ts'
import { contactOf } from './testing/mail-world.ts'
import { sample, submitted } from './testing/messages.ts'
import { peerWorld } from './testing/peer-world.ts'
import { bob, carol, minute, type ReceivingWorld, receivingWorld } from './testing/receiving-world.ts'

const stranger = 'sunny@deals.test'
const from = (address: string, id: string) => sample({ from: address, id: `<${id}@x>`, subject: id, body: id })
const window = { from: 0, count: 100 }

describe('what the user does', () => {
  let world: ReceivingWorld
  beforeEach(async () => {
    world = receivingWorld()
    await world.online()
  })
  afterEach(() => world.end())

  const list = async (service = world.mail) => {
    const result = await service.handlers['held.list'](window)
    if (!result.ok) throw new Error('no list')
    const { held, ...more } = result.value
    return { ...more, held: held.map(({ subject }) => subject).toSorted(), idOf: byName(held) }
  }
  const byName = (held: readonly { readonly id: string; readonly subject: string }[]) => (name: string) =>
    held.find(({ subject }) => subject === name)?.id ?? ''
  const deliver = async (...messages: readonly Uint8Array[]) => {
    for (const raw of messages) world.box.deliver(raw)
    await world.settle()
  }
  const three = () => deliver(from(stranger, 'one'), from('Sunny@DEALS.test', 'two'), from('eve@evil.test', 'three'))

  it('counts what is new: what was looked at here or read elsewhere is not, also after a restart', async () => {
    await three()
    world.box.deliver(from(stranger, 'old'), { seen: true })
    await world.settle()
    expect(await list()).toMatchObject({ total: 4, unseen: 3 })
    world.events.length = 0
    await world.mail.handlers['held.looked']({ kept: 0 })
    await world.mail.handlers['held.looked']({ kept: 0 })
    expect(world.named('held.changed')).toEqual([{ total: 4 }])
    expect(await list()).toMatchObject({ total: 4, unseen: 0, keptLooked: 0 })
    for (const kept of [17, 17, 9]) await world.mail.handlers['held.looked']({ kept })
    expect(world.named('held.changed')).toHaveLength(2)
    expect(await list(world.service())).toMatchObject({ total: 4, unseen: 0, keptLooked: 17 })
    await deliver(from(stranger, 'new'))
    expect(await list()).toMatchObject({ total: 5, unseen: 1 })
  })

  it('dismissed, one or all of a sender: out of the list, in the mailbox as before; taken back, there again', async () => {
    await three()
    const { idOf } = await list()
    const one = { id: idOf('one'), scope: 'sender' } as const
    expect(await world.mail.handlers['held.get']({ id: one.id })).toMatchObject({ value: { ofSender: 2 } })
    expect(await world.mail.handlers['held.dismiss'](one)).toEqual({ ok: true, value: { count: 2 } })
    expect(await world.mail.handlers['held.dismiss'](one)).toMatchObject({ ok: false, failure: { kind: 'notFound' } })
    expect(await list()).toMatchObject({ total: 1, unseen: 1, held: ['three'] })
    expect(await world.mail.handlers['held.get']({ id: one.id })).toMatchObject({ ok: false })
    expect(await list(world.service())).toMatchObject({ total: 1 })
    expect(world.box.folder('INBOX')).toHaveLength(3)
    expect(await world.mail.handlers['held.restore'](one)).toEqual({ ok: true, value: { count: 2 } })
    expect(await list()).toMatchObject({ total: 3, unseen: 1 })
    await world.mail.handlers['held.dismiss']({ id: idOf('three'), scope: 'message' })
    expect(await list()).toMatchObject({ held: ['one', 'two'] })
  })

  it('messages whose From names nobody are nobody’s: all of their sender is one', async () => {
    await deliver(from('a@x.test, b@x.test', 'one'), from('c@x.test, d@x.test', 'two'))
    const { idOf } = await list()
    expect(await world.mail.handlers['held.get']({ id: idOf('one') })).toMatchObject({ value: { ofSender: 0 } })
    await world.mail.handlers['held.dismiss']({ id: idOf('one'), scope: 'sender' })
    expect(await list()).toMatchObject({ held: ['two'] })
  })

  it('deleted, it goes where the server keeps deleted mail; put back by another program, it is new again', async () => {
    world.box.create('Trash')
    await three()
    const { idOf } = await list()
    await world.mail.handlers['held.delete']({ id: idOf('one'), scope: 'sender' })
    expect(await list()).toMatchObject({ held: ['three'] })
    await world.settle()
    expect(world.box.folder('INBOX').map(({ uid }) => uid)).toEqual([3])
    expect(world.box.folder('Trash')).toHaveLength(2)
    await deliver(from(stranger, 'one'))
    expect(await list()).toMatchObject({ unseen: 2, held: ['one', 'three'] })
  })

  it('deleted off line it leaves the list at once and the server later; nothing else goes', async () => {
    await three()
    const { idOf } = await list()
    await world.mail.stop()
    const offline = world.service()
    await offline.handlers['held.delete']({ id: idOf('two'), scope: 'message' })
    expect(await list(offline)).toMatchObject({ held: ['one', 'three'] })
    expect(world.box.folder('INBOX')).toHaveLength(3)
    expect(await offline.handlers['held.restore']({ id: idOf('two'), scope: 'message' })).toMatchObject({ ok: false })
    world.mail.start()
    await world.until(() => world.connections.filter((state) => state === 'online').length === 2)
    await world.settle()
    expect(world.box.folder('INBOX').map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1])).toEqual(['one', 'three'])
  })

  it('I6 what was dismissed is judged again as every other', async () => {
    await deliver(submitted({ from: 'carol@corp.test', id: '<1@x>', body: 'dismissed' }, 'carol@corp.test'))
    const { idOf } = await list()
    await world.mail.handlers['held.dismiss']({ id: idOf('Hello'), scope: 'message' })
    world.setContacts([bob, carol])
    world.mail.listChanged()
    await world.until(() => world.named('held.admitted').length === 1)
    expect((await world.messages('carol@corp.test')).map(({ text }) => text)).toEqual(['dismissed'])
  })
})

describe('a newer list', () => {
  let world: ReceivingWorld
  afterEach(() => world.end())
  const carols = (id: string) =>
    submitted({ from: 'carol@corp.test', id: `<${id}@x>`, subject: id, body: id }, 'carol@corp.test')

  it('I6 what it admits is told once for each conversation, and notified of once', async () => {
    world = receivingWorld()
    await world.online()
    for (const id of ['one', 'two', 'three']) world.box.deliver(carols(id))
    await world.settle()
    world.setContacts([bob, carol])
    world.mail.listChanged()
    await world.until(() => world.named('held.admitted').length > 0)
    await world.settle()
    expect(world.named('held.admitted')).toEqual([{ conversation: 'carol@corp.test', name: 'Carol', count: 3 }])
    expect(world.named('message.arrived')).toMatchObject([{ text: 'three' }])
    expect(await world.messages('carol@corp.test')).toHaveLength(3)
  })

  it('I6 where it only says something else of the sender, that is told, and shown', async () => {
    world = receivingWorld()
    await world.online()
    world.box.deliver(sample({ id: '<1@x>' }))
    await world.settle()
    expect(await world.held()).toMatchObject([{ reason: 'notProven' }])
    world.events.length = 0
    world.setContacts([])
    world.mail.listChanged()
    await world.until(() => world.named('held.changed').length === 1)
    expect(await world.held()).toMatchObject([{ reason: 'notListed' }])
  })

  it('I6 that comes while a message is being read: the message is judged by it after all', async () => {
    world = receivingWorld({ dns: fakeDns({ 's1._domainkey.example.org': [keyRecord] }) })
    const eve = contactOf('eve@example.org', { level: 'dmarc', scope: 'external' })
    // Between the reading, by a list that asks for no proof, and the judgement.
    world.setList({
      prepare: async () => {
        if (world.named('contacts').length > 0) return
        world.setContacts([bob, eve])
        world.mail.listChanged()
      },
    })
    await world.online()
    world.box.deliver(await sign(sample({ from: 'eve@example.org', id: '<1@x>', body: 'signed' })))
    await world.until(() => world.named('message.arrived').length === 1)
    expect((await world.messages('eve@example.org')).map(({ text }) => text)).toEqual(['signed'])
  })

  it('I6 a gateway’s key that this device hears of after the message: the message is judged by it after all', async () => {
    world = receivingWorld()
    await world.online()
    const seed = new Uint8Array(32).fill(5)
    const raw = sample({ id: '<1@x>', body: 'by the new key' })
    const message = splitMessage(raw)
    const place = { to: 'alice@corp.test', lst: 'L-alice', ep: 1, ver: 1 }
    const facts = {
      mid: messageIdOf(message),
      from: 'bob@corp.test',
      level: 'login',
      verdict: 'pass',
      ...place,
    } as const
    const field = makeVerdict(primitives, facts, message, seed)
    world.box.deliver(Buffer.concat([Buffer.from(`X-Kith-Verdict: ${field}\r\n`), raw]))
    await world.settle()
    expect(await world.held()).toMatchObject([{ reason: 'notProven' }])
    world.setList({ gatewayKeys: [toBase64(primitives.signPublicKey(seed))] })
    world.mail.listChanged()
    await world.until(() => world.named('held.admitted').length === 1)
    expect((await world.messages('bob@corp.test')).map(({ text }) => text)).toEqual(['by the new key'])
  })

  it('I6 that was not judged by before the end is judged by at the next start', async () => {
    world = receivingWorld()
    await world.online()
    world.box.deliver(carols('one'))
    await world.settle()
    await world.mail.stop()
    world.setContacts([bob, carol])
    world.mail.start()
    await world.until(() => world.named('held.admitted').length === 1)
    expect(await world.messages('carol@corp.test')).toHaveLength(1)
    await world.clock.advance(minute)
  })
})

describe('deleted on a real server', () => {
  const usual = 'IMAP4rev1 IDLE LITERAL+ SPECIAL-USE'
  it.each([
    ['MOVE', `${usual} UIDPLUS MOVE`, ['INBOX', 'Sent', 'Trash'], ['UID MOVE 2 Trash']],
    [
      'no MOVE',
      `${usual} UIDPLUS`,
      ['INBOX', 'Sent', 'Trash'],
      ['UID COPY 2 Trash', 'UID STORE 2 +FLAGS.SILENT (\\Deleted)', 'UID EXPUNGE 2'],
    ],
    ['no Trash', `${usual} UIDPLUS MOVE`, ['INBOX', 'Sent'], ['UID STORE 2 +FLAGS (\\Deleted)', 'UID EXPUNGE 2']],
    ['no way to delete one message alone', usual, ['INBOX', 'Sent'], ['UID STORE 2 +FLAGS.SILENT (\\Deleted)']],
  ])('with %s: that message, and no other', async (_what, capabilities, folders, wanted) => {
    const world = await peerWorld({ capabilities, folders })
    for (const id of ['1', '2', '3']) world.peer.deliver(from(stranger, id))
    const service = world.begin()
    const held = async () => {
      const result = await service.handlers['held.list'](window)
      return result.ok ? result.value.held : []
    }
    await world.until(() => world.events.some(({ name, value }) => name === 'held.changed' && value.total === 3))
    const id = (await held()).find(({ subject }) => subject === '2')?.id ?? ''
    await service.handlers['held.delete']({ id, scope: 'message' })
    const said = () =>
      world.peer.commands.filter((line) => /DELETED|MOVE|COPY|EXPUNGE/i.test(line) && !/^LIST|^CAPA/.test(line))
    world.peer.deliver(from(stranger, '4'))
    await world.until(
      () =>
        world.events.some(({ name, value }) => name === 'held.changed' && value.total === 3) &&
        said().length >= wanted.length,
    )
    expect(said()).toEqual(wanted)
    await service.stop()
    expect((await held()).map(({ subject }) => subject)).not.toContain('2')
    await world.end()
  })
})
