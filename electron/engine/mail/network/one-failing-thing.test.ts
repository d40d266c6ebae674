/** One failing thing must not stop the mailbox: real imapflow, a server that refuses this and that. */
import { afterEach, describe, expect, it } from 'vitest'
import { isInSet } from '../testing/imap-peer-folder.ts'
import type { PeerCommand } from '../testing/imap-peer.ts'
import { chatTo } from '../testing/mail-world.ts'
import { submitted } from '../testing/messages.ts'
import { type PeerWorld, peerWorld } from '../testing/peer-world.ts'

let world: PeerWorld

afterEach(() => world.end())

const text = (body: string) => submitted({ id: `<${body.replaceAll(' ', '-')}@x>`, body })
/** Whether a command fetches the bytes of the message with this UID. */
const fetches = ({ name, rest }: PeerCommand, uid: number): boolean =>
  name === 'UID FETCH' && rest.includes('BODY') && isInSet(rest.split(' ', 1)[0] ?? '', uid, 1_000)
const never = ['offline', 'authFailed', 'refused']

describe('what the server refuses', () => {
  it('no folder for copies, and none may be made: the inbox is read, and the trouble told', async () => {
    world = await peerWorld({
      folders: ['INBOX'],
      script: ({ name, tag }) => (name === 'CREATE' ? [`${tag} NO [NOPERM] no`] : undefined),
    })
    world.peer.deliver(text('one'))
    world.begin()
    await world.shows('one')
    world.peer.deliver(text('two'))
    await world.shows('one', 'two')
    expect(world.troubles).toEqual(['sentFolder'])
    expect(world.connections).toEqual(['connecting', 'online'])
    // Tried again, not at each round but by and by.
    world.peer.script = () => undefined
    await world.clock.advance(600_000)
    await world.until(() => world.troubles.length === 0)
    expect(world.peer.commands.filter((command) => command.startsWith('CREATE'))).toHaveLength(2)
  })

  it('the copy of a sent message, for want of room: it was sent, mail goes on, the copy is filed once there is room', async () => {
    world = await peerWorld({
      script: ({ name, tag }) => (name === 'APPEND' ? [`${tag} NO [OVERQUOTA] full`] : undefined),
    })
    const mail = world.begin()
    await mail.handlers['outbox.submit'](chatTo('bob@corp.test', 'hello'))
    await world.until(() => world.troubles.includes('quota'))
    world.peer.deliver(text('after'))
    await world.shows('hello', 'after')
    expect((await world.messages())[0]?.delivery?.step).toBe('sent')
    expect(world.connections).toEqual(['connecting', 'online'])
    expect(world.peer.commands.filter((command) => command.startsWith('APPEND'))).toHaveLength(1)
    world.peer.script = () => undefined
    await world.clock.advance(600_000)
    await world.until(() => world.troubles.length === 0)
    expect(world.peer.folder('Sent')).toHaveLength(1)
  })

  it('one message: the others are shown, the one is told of, and shown when it can be had', async () => {
    world = await peerWorld({
      script: (command) => (fetches(command, 3) ? [`${command.tag} NO [SERVERBUG] damaged`] : undefined),
    })
    for (const body of ['1', '2', '3', '4', '5']) world.peer.deliver(text(body))
    world.begin()
    await world.shows('1', '2', '4', '5')
    await world.until(() => world.troubles.includes('messages'))
    world.peer.script = () => undefined
    await world.clock.advance(600_000)
    await world.until(() => world.troubles.length === 0)
    expect([...(await world.texts())].sort()).toEqual(['1', '2', '3', '4', '5'])
    expect(world.connections.filter((state) => never.includes(state))).toEqual([])
  })

  it('a message over which the connection breaks each time: the others are shown, that one is set aside', async () => {
    world = await peerWorld({
      script: (command) => {
        if (!fetches(command, 3)) return undefined
        command.socket.destroy()
        return []
      },
    })
    for (const body of ['1', '2', '3', '4', '5']) world.peer.deliver(text(body))
    world.begin()
    await world.pastBreaks(() => world.troubles.includes('messages'))
    expect(await world.texts()).toEqual(['1', '2', '4', '5'])
    expect(world.connections.at(-1)).toBe('online')
  })

  it.each([
    ['SELECT of the folder for copies', ({ name, rest }: PeerCommand) => name === 'SELECT' && rest.includes('Sent')],
    ['every SEARCH', ({ name }: PeerCommand) => name === 'UID SEARCH'],
    ['SELECT without UIDNEXT', () => false],
  ])('%s: the inbox is read all the same', async (what, refused) => {
    world = await peerWorld({
      noUidNext: what.includes('UIDNEXT'),
      script: (command) => (refused(command) ? [`${command.tag} NO [CANNOT] no`] : undefined),
    })
    world.peer.deliver(text('one'))
    world.peer.deliver(text('two'))
    world.begin()
    await world.shows('one', 'two')
    world.peer.deliver(text('three'))
    await world.shows('one', 'two', 'three')
    expect(world.connections).toEqual(['connecting', 'online'])
  })

  it('what was read here: told of, and mail goes on', async () => {
    world = await peerWorld({
      script: ({ name, tag }) => (name === 'UID STORE' ? [`${tag} NO [READ-ONLY] no`] : undefined),
    })
    world.peer.deliver(text('one'))
    const mail = world.begin()
    await world.shows('one')
    await mail.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    await world.until(() => world.troubles.includes('flags'))
    world.peer.deliver(text('two'))
    await world.shows('one', 'two')
    expect((await world.messages()).map(({ read }) => read)).toEqual([true, false])
  })

  it('the inbox itself: told as that, not as a lost connection, and read once it opens', async () => {
    const closed = ({ name, rest, tag }: PeerCommand) =>
      name === 'SELECT' && rest.includes('INBOX') ? [`${tag} NO [INUSE] in use`] : undefined
    world = await peerWorld({ script: closed })
    world.peer.deliver(text('one'))
    world.begin()
    await world.until(() => world.troubles.includes('inbox'))
    world.peer.script = () => undefined
    await world.clock.advance(60_000)
    await world.shows('one')
    await world.until(() => world.troubles.length === 0)
    expect(world.connections).toEqual(['connecting', 'online'])
  })
})

describe('the own store', () => {
  it('full: told and logged as the store’s, the connection stays, and the message comes once there is room', async () => {
    world = await peerWorld()
    world.begin()
    await world.until(() => world.connections.includes('online'))
    const database = world.database()
    const pages = database?.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
    database?.get(`PRAGMA max_page_count = ${pages}`)
    world.peer.deliver(submitted({ id: '<big@x>', body: 'word '.repeat(15_000) }))
    await world.until(() => world.troubles.includes('diskFull'))
    expect(world.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', facts: expect.objectContaining({ code: 'SQLITE_FULL' }) }),
    )
    expect(world.connections).toEqual(['connecting', 'online'])
    database?.get('PRAGMA max_page_count = 1000000')
    await world.clock.advance(60_000)
    await world.until(() => world.troubles.length === 0)
    expect(await world.messages()).toHaveLength(1)
  })

  it('one message that cannot be stored costs itself alone', async () => {
    world = await peerWorld()
    const { database } = world.dependencies()
    database.run(`CREATE TRIGGER boom BEFORE INSERT ON messages WHEN NEW.text = 'boom'
      BEGIN SELECT RAISE(FAIL, 'no'); END`)
    for (const body of ['one', 'boom', 'two']) world.peer.deliver(text(body))
    world.begin()
    await world.shows('one', 'two')
    await world.until(() => world.troubles.includes('messages'))
    database.run('DROP TRIGGER boom')
    await world.clock.advance(600_000)
    await world.until(() => world.troubles.length === 0)
    expect(await world.messages()).toHaveLength(3)
  })
})
