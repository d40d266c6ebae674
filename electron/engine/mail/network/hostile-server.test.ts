/** A server that answers anything at all: nothing throws past its step, and good messages still come. */
import { afterEach, describe, expect, it } from 'vitest'
import type { PeerCommand } from '../testing/imap-peer.ts'
import { submitted } from '../testing/messages.ts'
import { type PeerWorld, peerWorld } from '../testing/peer-world.ts'

let world: PeerWorld

afterEach(() => world.end())

const text = (body: string) => submitted({ id: `<${body}@x>`, body })
const isListing = ({ name, rest }: PeerCommand): boolean => name === 'UID FETCH' && rest.includes('RFC822.SIZE')
const isFetch = ({ name, rest }: PeerCommand): boolean => name === 'UID FETCH' && rest.includes('BODY')

/** Lines that come before the right answer to such a command. */
const noise = (to: (command: PeerCommand) => boolean, lines: readonly string[]) => (command: PeerCommand) => {
  if (to(command)) for (const line of lines) command.socket.write(`${line}\r\n`)
  return undefined
}

describe('noise in the answers', () => {
  it.each([
    ['messages without a UID', isListing, ['* 7 FETCH (FLAGS ())', '* 8 FETCH ()']],
    [
      'UIDs that are none',
      isListing,
      ['* 7 FETCH (UID 0)', '* 8 FETCH (UID -4)', '* 9 FETCH (UID 99999999999999999999)'],
    ],
    ['UIDs that nobody asked for', isFetch, ['* 7 FETCH (UID 700 FLAGS () BODY[] {2}', 'hi)']],
    ['sizes that are none', isListing, ['* 1 FETCH (UID 1 RFC822.SIZE -1)', '* 1 FETCH (UID 1 RFC822.SIZE x)']],
    ['ten thousand flags', isFetch, [`* 1 FETCH (UID 1 FLAGS (${'x '.repeat(10_000)}y))`]],
    ['a date that is none', isFetch, ['* 1 FETCH (UID 1 INTERNALDATE "99-Xxx-99999 99:99:99 +9999")']],
    ['a message that is NIL', isFetch, ['* 1 FETCH (UID 1 BODY[] NIL)']],
    [
      'counts of four billion',
      isListing,
      ['* 4294967295 EXISTS', '* 4294967295 EXPUNGE', '* 4294967295 FETCH (FLAGS ())'],
    ],
    [
      'codes of no kind',
      ({ name }: PeerCommand) => name === 'SELECT',
      ['* OK [UIDVALIDITY x] a', '* OK [UIDNEXT NIL] a', '* OK [HIGHESTMODSEQ (1)] a', '* OK [] a'],
    ],
    [
      'folders without end',
      ({ name }: PeerCommand) => name === 'LIST',
      Array.from({ length: 20_000 }, (_, n) => `* LIST () "/" "f${n}"`),
    ],
    [
      'folders that are none',
      ({ name }: PeerCommand) => name === 'LIST',
      ['* LIST () NIL NIL', '* LIST (\\Noselect) "/" "x"', '* LIST () "/" {0}', ''],
    ],
  ])('%s', async (_what, to, lines) => {
    world = await peerWorld({ script: noise(to, lines) })
    world.peer.deliver(text('one'))
    world.begin()
    await world.pastBreaks(() => world.events.some(({ name }) => name === 'conversation.changed'))
    world.peer.script = () => undefined
    world.peer.deliver(text('two'))
    await world.pastBreaks(() => world.events.some(({ name }) => name === 'message.arrived'))
    expect(await world.texts()).toEqual(['one', 'two'])
  })
})

describe('sizes without end', () => {
  it.each([
    ['a literal of ten gigabytes', '* 2 FETCH (UID 2 FLAGS () BODY[] {10000000000}'],
    ['a literal a little over the limit', `* 2 FETCH (UID 2 FLAGS () BODY[] {${27 * 1024 * 1024}}`],
    ['a message that says it is small and is not', `* 2 FETCH (UID 2 FLAGS () BODY[] {${30 * 1024 * 1024}}`],
  ])('%s: the others are shown, that one is set aside', async (_what, line) => {
    world = await peerWorld({
      script: (command) => {
        if (!isFetch(command) || command.rest.startsWith('1:1 ') || command.rest.startsWith('3:3 ')) return undefined
        command.socket.write(`${line}\r\n`)
        return []
      },
    })
    for (const body of ['one', 'two', 'three']) world.peer.deliver(text(body))
    world.begin()
    await world.pastBreaks(() => world.troubles.includes('messages'))
    expect(await world.texts()).toEqual(['one', 'three'])
    expect(world.connections.at(-1)).toBe('online')
  })

  it('a line without an end: the connection is given up, nothing else', async () => {
    world = await peerWorld({
      script: ({ name, socket }) => {
        if (name !== 'NAMESPACE' && name !== 'LIST') return undefined
        for (let sent = 0; sent < 20; sent += 1) socket.write('x'.repeat(1024 * 1024))
        return []
      },
    })
    world.peer.deliver(text('one'))
    world.begin()
    await world.until(() => world.connections.includes('offline'))
    world.peer.script = () => undefined
    await world.pastBreaks(() => world.connections.at(-1) === 'online')
    await world.shows('one')
    expect(world.troubles).toEqual([])
  })

  it('a message larger than is fetched: its header is read', async () => {
    world = await peerWorld()
    world.peer.deliver(submitted({ subject: 'Film', body: 'x' }), { size: 100 * 1024 * 1024 })
    world.begin()
    await world.until(() => world.events.some(({ name }) => name === 'conversation.changed'))
    expect(await world.messages()).toMatchObject([{ subject: 'Film', text: '', simplified: true }])
  })

  it('a folder whose UIDs go to four billion is read by what it holds', async () => {
    world = await peerWorld()
    world.peer.deliver(text('one'), { uid: 5 })
    world.peer.deliver(text('two'), { uid: 4_294_967_294 })
    world.begin()
    await world.shows('one', 'two')
    expect(world.peer.commands.filter((command) => command.startsWith('UID FETCH')).length).toBeLessThan(10)
  })
})
