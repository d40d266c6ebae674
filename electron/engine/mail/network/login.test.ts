/** Logins that are refused: what is a wrong password, what passes, what an administrator has to mend. */
import { afterEach, describe, expect, it } from 'vitest'
import type { PeerCommand } from '../testing/imap-peer.ts'
import { submitted } from '../testing/messages.ts'
import { type PeerWorld, peerWorld } from '../testing/peer-world.ts'

let world: PeerWorld

afterEach(() => world.end())

const isLogin = ({ name }: PeerCommand): boolean => name === 'LOGIN' || name.startsWith('AUTHENTICATE')
const refusing = (words: string) => (command: PeerCommand) =>
  isLogin(command) ? [`${command.tag} NO ${words}`] : undefined

describe('a login that is refused', () => {
  it.each(['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED'])('[%s] is a wrong password', async (code) => {
    world = await peerWorld({ script: refusing(`[${code}] no`) })
    world.begin()
    await world.until(() => world.connections.includes('authFailed'))
    await world.clock.advance(3_600_000)
    expect(world.peer.connections()).toBe(1)
  })

  it.each([
    '[LIMIT] rate limit hit',
    '[INUSE] mailbox is in use',
    '[SERVERBUG] internal error',
    '[CONTACTADMIN] locked for maintenance',
    '[UNAVAILABLE] not now',
    '[ALERT] too many connections',
    'login frequency limited, or system is busy',
  ])('%s passes by itself', async (words) => {
    world = await peerWorld({ script: refusing(words) })
    world.peer.deliver(submitted({ body: 'one' }))
    world.begin()
    await world.until(() => world.connections.includes('offline'))
    world.peer.script = () => undefined
    await world.pastBreaks(() => world.connections.includes('online'))
    await world.shows('one')
    expect(world.connections).not.toContain('authFailed')
  })

  it('again and again: said as that, ever more rarely tried, and over once the server takes it', async () => {
    world = await peerWorld({ script: refusing('[UNAVAILABLE] not now') })
    world.begin()
    await world.pastBreaks(() => world.connections.at(-1) === 'refused')
    const tries = world.peer.connections()
    expect(tries).toBeGreaterThanOrEqual(3)
    world.peer.script = () => undefined
    await world.clock.advance(900_000)
    await world.until(() => world.connections.at(-1) === 'online')
  })

  it('a server that offers no way to sign in is told as that, and asked again', async () => {
    world = await peerWorld({ capabilities: 'IMAP4rev1 LOGINDISABLED' })
    world.begin()
    await world.until(() => world.connections.includes('noLogin'))
    expect(world.peer.commands.some((command) => command.startsWith('LOGIN'))).toBe(false)
    const before = world.peer.connections()
    await world.clock.advance(60_000)
    await world.until(() => world.connections.filter((state) => state === 'noLogin').length > 1)
    expect(world.peer.connections()).toBeGreaterThan(before)
  })
})

describe('a server without IDLE', () => {
  it.each([
    ['that does not name it', { capabilities: 'IMAP4rev1 LITERAL+' }],
    [
      'that names and refuses it',
      { script: ({ name, tag }: PeerCommand) => (name === 'IDLE' ? [`${tag} BAD no`] : undefined) },
    ],
  ])('%s: a message comes within 30 s', async (_what, options) => {
    world = await peerWorld(options)
    world.begin()
    await world.until(() => world.connections.includes('online'))
    const asked = () => world.peer.commands.filter((command) => command === 'SELECT INBOX').length
    await world.clock.advance(0)
    world.peer.deliver(submitted({ body: 'one' }))
    const before = asked()
    // The wait begins when the round is over; the answers of a real server take a turn or two.
    for (let turn = 0; turn < 30 && asked() === before; turn += 1) await world.clock.advance(1_000)
    expect(asked()).toBeGreaterThan(before)
    await world.shows('one')
  })
})
