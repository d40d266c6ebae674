/** What nobody has read counts by its kind; a mail that is opened is read alone, a conversation whole. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { submitted } from './testing/messages.ts'
import { bob, carol, minute, type ReceivingWorld, receivingWorld } from './testing/receiving-world.ts'

let world: ReceivingWorld
beforeEach(async () => {
  world = receivingWorld({ contacts: [bob, carol] })
  await world.online()
  const chat = { headers: ['Chat-Version: 1.0'] }
  world.box.deliver(submitted({ id: '<mail1@x>', subject: 'Plan' }))
  world.box.deliver(submitted({ id: '<mail2@x>', subject: 'Other plan' }))
  world.box.deliver(submitted({ id: '<chat@x>', ...chat }))
  world.box.deliver(submitted({ id: '<carol@x>', from: carol.address, ...chat }, carol.address))
  await world.until(() => world.named('message.arrived').length === 4)
})
afterEach(() => world.end())

const counts = async () => {
  const { handlers } = world.mail
  const [list, one] = await Promise.all([
    handlers['conversations.list']({ from: 0, count: 1 }),
    handlers['conversations.get']({ id: bob.key }),
  ])
  if (!list.ok || !one.ok) throw new Error('nothing is listed')
  const { unread, unreadMail = 0 } = one.value
  return { ...list.value.unread, ofBob: [unread, unreadMail] }
}

it('unread mail and unread chat count apart, over all conversations and in each', async () => {
  expect(await counts()).toEqual({ chat: 2, mail: 2, ofBob: [3, 2] })
})

it('a mail that is opened is read, and nothing else with it; its flag waits for the server', async () => {
  const mail = (await world.messages(bob.key)).find(({ subject }) => subject === 'Plan')
  const before = world.named('conversation.changed').length
  const open = () => world.mail.handlers['message.markRead']({ id: mail?.id ?? '' })
  expect([await open(), await open()]).toEqual([1, 2].map(() => ({ ok: true, value: {} })))
  expect(await counts()).toEqual({ chat: 2, mail: 1, ofBob: [2, 1] })
  expect(world.named('conversation.changed')).toHaveLength(before + 1)
  await world.clock.advance(minute)
  await world.until(() => world.box.folder('INBOX').some(({ seen }) => seen))
  expect(world.box.folder('INBOX').filter(({ seen }) => seen)).toHaveLength(1)
  expect(await world.mail.handlers['message.markRead']({ id: 'none' })).toMatchObject({ failure: { kind: 'notFound' } })
})

it('a conversation that is looked at is read whole', async () => {
  await world.mail.handlers['conversations.markRead']({ id: bob.key })
  expect(await counts()).toEqual({ chat: 1, mail: 0, ofBob: [0, 0] })
})
