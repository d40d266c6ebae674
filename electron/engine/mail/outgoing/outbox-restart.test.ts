/** The queue after a crash at any step. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutgoingMail } from '../network/smtp.ts'
import { carol, hour, type SendingWorld, sendingWorld } from '../testing/sending-world.ts'

let world: SendingWorld

beforeEach(async () => {
  world = await sendingWorld()
})

afterEach(() => world.end())

describe('the list moves', () => {
  it('O3 a contact removed while the message waits: failed at once, with the rule', async () => {
    const service = world.begin()
    const id = await world.submit(service)
    world.setContacts([carol])
    service.listChanged()
    expect(await world.delivery(service, id)).toMatchObject({
      step: 'failed',
      reason: 'refused',
      refusals: [{ address: 'bob@corp.test', rule: 'O1', reason: 'notListed' }],
    })
    service.start()
    await world.until(() => world.connections.includes('online'))
    expect(world.peer.connections()).toBe(0)
    expect(await service.handlers['outbox.retry']({ id })).toMatchObject({ failure: { kind: 'refused' } })
  })

  it('O3 a contact removed between login and MAIL FROM: nothing is said of the message', async () => {
    const service = world.begin()
    const id = await world.submit(service)
    service.start()
    await world.until(world.reached(id, 'sending'))
    world.setContacts([carol])
    await world.until(world.reached(id, 'failed'))
    expect(world.peer.commands.filter((line) => line.startsWith('MAIL'))).toEqual([])
  })

  it('O7 a lease that ends while the message waits keeps it waiting, and a fresh list lets it go', async () => {
    const service = world.begin()
    const id = await world.submit(service)
    world.setList({ lease: 'over' })
    service.listChanged()
    service.start()
    await world.until(world.reached(id, 'waiting', 2))
    expect(world.peer.connections()).toBe(0)
    world.setList({ lease: 'valid' })
    service.listChanged()
    await world.until(world.reached(id, 'sent'))
  })
})

describe('the app ends at any saved step', () => {
  it('queued, not yet tried: sent after the start', async () => {
    const id = await world.submit(world.begin())
    const next = world.begin()
    next.start()
    await world.until(world.reached(id, 'sent'))
    expect(world.peer.accepted).toHaveLength(1)
  })

  it('while it was being sent, perhaps accepted: waiting at the start, then sent with the same bytes', async () => {
    let taken: Uint8Array | undefined
    const deliver = (mail: OutgoingMail): Promise<never> => {
      taken = mail.raw
      // The process ends here: nothing ever comes back.
      return new Promise(() => undefined)
    }
    const ended = world.service({ ...world.network, smtp: () => ({ deliver, close: () => undefined }) })
    const id = await world.submit(ended)
    ended.start()
    await world.until(() => taken !== undefined)
    expect(await world.delivery(ended, id)).toEqual({ step: 'sending' })
    const next = world.begin()
    expect(await world.delivery(next, id)).toEqual({ step: 'waiting' })
    next.start()
    await world.until(world.reached(id, 'sent'))
    expect(`${world.peer.accepted[0]?.data}\r\n`).toBe(Buffer.from(taken ?? []).toString('latin1'))
  })

  it('sent, not yet filed: filed once after the start', async () => {
    world.box.refuse(Array.from({ length: 50 }, () => 'unreachable' as const))
    const first = world.begin()
    const id = await world.submit(first)
    first.start()
    await world.until(world.reached(id, 'sent'))
    await first.stop()
    world.box.refuse([])
    const next = world.begin()
    next.start()
    while (world.box.folder('Sent').length === 0) await world.clock.advance(hour)
    expect(world.box.folder('Sent')).toHaveLength(1)
    expect(world.peer.accepted).toHaveLength(1)
  })

  it('filed, not yet noted: not filed again', async () => {
    const first = world.begin()
    const id = await world.submit(first)
    let cut = false
    world.box.onCommand = (name) => {
      if (name === 'APPENDED' && !cut) {
        cut = true
        world.box.cut()
      }
    }
    first.start()
    await world.until(world.reached(id, 'sent'))
    for (let turn = 0; turn < 20 && world.box.connects() < 3; turn += 1) await world.clock.advance(hour)
    expect(cut).toBe(true)
    expect(world.box.folder('Sent')).toHaveLength(1)
    const shown = await first.handlers['messages.list']({ conversation: 'bob@corp.test', count: 10 })
    expect(shown).toMatchObject({ value: { messages: [{ id, delivery: { step: 'sent' } }] } })
  })

  it('an error in the middle of sending: logged, and the message goes out later, once', async () => {
    let failing = true
    const service = world.service({
      ...world.network,
      smtp: (dependencies) => {
        const client = world.network.smtp(dependencies)
        const deliver = (mail: OutgoingMail) => {
          if (!failing) return client.deliver(mail)
          failing = false
          return Promise.reject(new Error('disk'))
        }
        return { deliver, close: () => client.close() }
      },
    })
    const id = await world.submit(service)
    service.start()
    await world.until(() => world.log.lines.some(({ event }) => event === 'outbox.failed'))
    await world.clock.advance(hour)
    await world.until(world.reached(id, 'sent'))
    expect(world.peer.accepted).toHaveLength(1)
    await service.stop()
  })
})
