/** The mailbox's connection: breaks, renewals, a refused password. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sample, submitted } from '../testing/messages.ts'
import { minute, type ReceivingWorld, receivingWorld } from '../testing/receiving-world.ts'
import { ImapError } from './mail-session.ts'

let world: ReceivingWorld

beforeEach(() => {
  world = receivingWorld()
})

afterEach(() => world.end())

describe('the connection', () => {
  it('comes back after a break and has what arrived meanwhile', async () => {
    await world.online()
    world.box.cut()
    world.box.deliver(submitted())
    await world.until(() => world.connections.includes('offline'))
    await world.clock.advance(minute)
    await world.until(() => world.named('message.arrived').length === 1)
    expect(world.connections.at(-1)).toBe('online')
  })

  it('a wrong password is told and not tried again until the next start', async () => {
    world.box.refuse(['authFailed'])
    world.mail.start()
    await world.until(() => world.connections.includes('authFailed'))
    await world.clock.advance(60 * minute)
    expect(world.box.connects()).toBe(1)
    await world.online()
    expect(world.box.connects()).toBe(2)
    world.mail.start()
    await world.settle()
    expect(world.box.connects()).toBe(2)
  })

  it('an interruption at any command loses and doubles nothing', async () => {
    for (let index = 0; index < 4; index += 1)
      world.box.deliver(submitted({ id: `<${index}@x>`, body: `text ${index}` }))
    // The nth connection breaks at its nth command.
    const script = { left: 12, said: 0 }
    world.box.onCommand = () => {
      script.said += 1
      if (script.left === 0 || script.said <= 12 - script.left) return
      Object.assign(script, { left: script.left - 1, said: 0 })
      throw new ImapError('unreachable', 'scripted')
    }
    world.mail.start()
    for (let turn = 0; turn < 60 && (script.left > 0 || world.connections.at(-1) !== 'online'); turn += 1) {
      await world.clock.advance(minute)
    }
    await world.settle()
    expect(script.left).toBe(0)
    expect((await world.messages('bob@corp.test')).map(({ text }) => text)).toEqual([
      'text 0',
      'text 1',
      'text 2',
      'text 3',
    ])
  })

  it('another UIDVALIDITY: everything is read again and recognised', async () => {
    world.box.deliver(submitted({ id: '<1@x>' }))
    world.box.deliver(sample({ id: '<2@x>' }))
    await world.online()
    world.box.rebuild('INBOX')
    world.box.deliver(submitted({ id: '<3@x>', body: 'new' }))
    await world.until(() => world.named('message.arrived').length === 1)
    expect(await world.messages('bob@corp.test')).toHaveLength(2)
    expect(await world.held()).toHaveLength(1)
  })

  it('polls at every renewal, for servers that lose wake-ups', async () => {
    await world.online()
    let polls = 0
    world.box.onCommand = (name) => {
      if (name === 'SELECT') polls += 1
    }
    await world.clock.advance(10 * minute)
    expect(polls).toBeGreaterThanOrEqual(6)
    expect(world.box.connects()).toBe(1)
  })

  it('stop ends everything: no timer stays behind', async () => {
    await world.online()
    await world.mail.stop()
    expect(world.clock.pending()).toBe(0)
  })
})
