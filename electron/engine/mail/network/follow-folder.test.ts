/** What other programs do with the mailbox is followed: read marks both ways, messages moved and deleted. */
import { afterEach, describe, expect, it } from 'vitest'
import { sample, submitted } from '../testing/messages.ts'
import { type PeerWorld, peerWorld } from '../testing/peer-world.ts'

let world: PeerWorld

afterEach(() => world.end())

const mail = (body: string) => submitted({ id: `<${body}@x>`, body })
const chat = (body: string) => submitted({ id: `<${body}@x>`, body, headers: ['Chat-Version: 1.0'] })
const read = async () => (await world.messages()).map((message) => message.read)
const unread = async () => {
  const result = await world.mail().handlers['conversations.get']({ id: 'bob@corp.test' })
  return result.ok ? result.value.unread : -1
}
const total = async () => {
  const result = await world.mail().handlers['mail.list']({ search: '', from: 0, count: 10 })
  return result.ok ? result.value.total : -1
}

describe.each([
  ['a server that counts its changes', 'IMAP4rev1 IDLE LITERAL+ UIDPLUS SPECIAL-USE ENABLE CONDSTORE'],
  ['a server that does not', 'IMAP4rev1 IDLE LITERAL+ UIDPLUS SPECIAL-USE'],
])('%s', (_what, capabilities) => {
  it('read elsewhere is read here, unread elsewhere is unread here', async () => {
    world = await peerWorld({ capabilities })
    for (const body of ['one', 'two']) world.peer.deliver(mail(body))
    world.begin()
    await world.shows('one', 'two')
    world.peer.setSeen('INBOX', 1, true)
    await world.until(() => world.events.some(({ name }) => name === 'message.changed'))
    expect([await read(), await unread()]).toEqual([[true, false], 1])
    const before = world.events.length
    world.peer.setSeen('INBOX', 1, false)
    await world.until(() => world.events.length > before)
    expect([await read(), await unread()]).toEqual([[false, false], 2])
  })

  it('read here is read elsewhere, and does not come back as unread', async () => {
    world = await peerWorld({ capabilities })
    world.peer.deliver(mail('one'))
    const service = world.begin()
    await world.shows('one')
    await service.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    world.peer.deliver(mail('two'))
    await world.shows('one', 'two')
    expect(world.peer.folder('INBOX')[0]?.seen).toBe(true)
    expect(await read()).toEqual([true, false])
  })

  it('flags that changed while Kith was away', async () => {
    world = await peerWorld({ capabilities })
    world.peer.deliver(mail('one'))
    const service = world.begin()
    await world.shows('one')
    await service.stop()
    world.peer.setSeen('INBOX', 1, true)
    world.begin()
    await world.until(() => world.events.some(({ name }) => name === 'message.changed'))
    expect(await read()).toEqual([true])
  })

  it('deleted elsewhere: a mail is gone here, a chat stays, a held message leaves', async () => {
    world = await peerWorld({ capabilities })
    for (const raw of [mail('one'), chat('two'), sample({ id: '<3@x>' }), mail('four')]) world.peer.deliver(raw)
    world.begin()
    await world.shows('one', 'two', 'four')
    for (const uid of [1, 2, 3]) world.peer.remove('INBOX', uid)
    await world.shows('two', 'four')
    expect(await total()).toBe(1)
    const held = await world.mail().handlers['held.list']({ from: 0, count: 10 })
    expect(held).toMatchObject({ value: { total: 0 } })
  })
})

describe('moved elsewhere', () => {
  it('a folder that cannot be opened does not keep a deleted message here', async () => {
    world = await peerWorld({
      folders: ['INBOX', 'Sent', 'Shared'],
      script: ({ name, rest, tag }) =>
        name === 'SELECT' && rest.includes('Shared') ? [`${tag} NO [NOPERM] no`] : undefined,
    })
    for (const body of ['one', 'two']) world.peer.deliver(mail(body))
    world.begin()
    await world.shows('one', 'two')
    world.peer.remove('INBOX', 1)
    await world.shows('two')
    expect(world.troubles).toEqual([])
  })

  it('into a folder: it stays; into the bin: it is gone; back again: it is shown', async () => {
    world = await peerWorld({ folders: ['INBOX', 'Sent', 'Archive', 'Trash'] })
    for (const body of ['one', 'two', 'three']) world.peer.deliver(mail(body))
    world.begin()
    await world.shows('one', 'two', 'three')
    world.peer.deliver(mail('one'), { folder: 'Archive' })
    world.peer.deliver(mail('two'), { folder: 'Trash' })
    world.peer.remove('INBOX', 1)
    world.peer.remove('INBOX', 2)
    await world.shows('one', 'three')
    world.peer.deliver(mail('two'))
    await world.shows('one', 'two', 'three')
    expect(await total()).toBe(3)
  })

  it('a message in two places is gone when it is gone from both', async () => {
    world = await peerWorld()
    world.peer.deliver(mail('one'))
    world.peer.deliver(mail('one'))
    world.peer.deliver(mail('two'))
    world.begin()
    await world.shows('one', 'two')
    world.peer.remove('INBOX', 1)
    world.peer.deliver(mail('three'))
    await world.shows('one', 'two', 'three')
    world.peer.remove('INBOX', 2)
    await world.shows('two', 'three')
    expect(await total()).toBe(2)
  })
})
