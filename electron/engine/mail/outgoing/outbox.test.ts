/** The queue: judged, sent, tried again, given up. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fewestTries, outboxLifetime } from '../limits.ts'
import { chatTo } from '../testing/mail-world.ts'
import { hour, type SendingWorld, sendingWorld } from '../testing/sending-world.ts'
import { type Fault, phases } from '../testing/smtp-peer.ts'

let world: SendingWorld

beforeEach(async () => {
  world = await sendingWorld()
})

afterEach(() => world.end())

describe('submit', () => {
  it('O1 refuses a recipient outside the list by name, and stores nothing', async () => {
    const service = world.begin()
    const draft = { ...chatTo('bob@corp.test', 'hi'), bcc: ['eve@evil.test'] }
    expect(await service.handlers['outbox.submit'](draft)).toMatchObject({
      ok: false,
      failure: {
        kind: 'refused',
        detail: { refusals: [{ address: 'eve@evil.test', rule: 'O1', reason: 'notListed' }] },
      },
    })
    expect(await service.handlers['conversations.list']({ from: 0, count: 10 })).toMatchObject({ value: { total: 0 } })
    service.start()
    await world.until(() => world.connections.includes('online'))
    expect(world.peer.connections()).toBe(0)
  })

  it('shows the message as waiting before anything is sent, and as sent after', async () => {
    const service = world.begin()
    const id = await world.submit(service)
    expect(await world.delivery(service, id)).toEqual({ step: 'waiting' })
    service.start()
    await world.until(world.reached(id, 'sent'), 'sent')
    expect(world.stepsOf(id)).toEqual(['waiting', 'sending', 'sent'])
    expect(await world.delivery(service, id)).toEqual({ step: 'sent', at: world.clock.now() })
  })

  it('an empty chat line is a bad request; upgrade required turns sending off', async () => {
    const service = world.begin()
    const empty = await service.handlers['outbox.submit'](chatTo('bob@corp.test', ' \n'))
    expect(empty).toEqual({ ok: false, failure: { kind: 'badRequest', detail: { fields: ['text'] } } })
    world.setList({ sendingOff: 'upgrade' })
    const late = await service.handlers['outbox.submit'](chatTo('bob@corp.test', 'x'))
    expect(late).toEqual({ ok: false, failure: { kind: 'serverNewer' } })
  })

  it('Bcc stands in the envelope and in no header', async () => {
    const service = world.begin()
    const id = await world.submit(service, { ...chatTo('bob@corp.test', 'hi'), kind: 'mail', bcc: ['carol@corp.test'] })
    service.start()
    await world.until(world.reached(id, 'sent'))
    expect(world.peer.accepted[0]?.to).toEqual(['bob@corp.test', 'carol@corp.test'])
    expect(world.peer.accepted[0]?.data).not.toMatch(/carol|^bcc/imu)
  })
})

describe('a server that fails at any phase: one message arrives, none is lost', () => {
  const faults = phases.flatMap((at): Fault[] => [
    { at, how: 'reset' },
    { at, how: 'close' },
    { at, how: 'silent' },
    { at, how: 'answer', text: '421 4.3.2 going down' },
    { at, how: 'answer', text: '451 4.3.0 later' },
  ])
  const all: readonly Fault[] = [...faults, { at: 'dot', how: 'accepted' }]

  it.each(all)('$how at $at $text', async (fault) => {
    world.peer.script([fault, fault])
    const service = world.begin()
    const id = await world.submit(service)
    service.start()
    for (let round = 1; !world.stepsOf(id).includes('sent') && round < 8; round += 1) {
      await world.until(
        () => world.reached(id, 'sent')() || world.reached(id, 'waiting', round + 1)(),
        `round ${round}`,
      )
      await world.clock.advance(hour)
    }
    await world.until(world.reached(id, 'sent'), 'sent at last')
    // The connection lost after the final dot leaves a second copy, with the same Message-ID and the same bytes.
    expect(world.messageIdsAccepted().size).toBe(1)
    expect(new Set(world.peer.accepted.map(({ data }) => data)).size).toBe(1)
    expect(world.peer.accepted.length).toBe(fault.how === 'accepted' ? 3 : 1)
  })

  it('rejected for good: failed, kept, and `Try again` sends the same message', async () => {
    world.peer.recipientAnswers.set('bob@corp.test', '550 5.1.1 unknown')
    const service = world.begin()
    const id = await world.submit(service)
    service.start()
    await world.until(world.reached(id, 'failed'))
    expect(await world.delivery(service, id)).toMatchObject({ step: 'failed', reason: 'rejected' })
    world.peer.recipientAnswers.clear()
    expect(await service.handlers['outbox.retry']({ id })).toEqual({ ok: true, value: {} })
    await world.until(world.reached(id, 'sent'))
    expect(await service.handlers['outbox.retry']({ id })).toMatchObject({ failure: { kind: 'notFound' } })
  })

  it('one of two recipients rejected: the other is not sent to again', async () => {
    world.peer.recipientAnswers.set('carol@corp.test', '450 4.2.0 later')
    const service = world.begin()
    const id = await world.submit(service, {
      ...chatTo('bob@corp.test', 'both'),
      to: ['bob@corp.test', 'carol@corp.test'],
    })
    service.start()
    await world.until(world.reached(id, 'waiting', 2))
    world.peer.recipientAnswers.clear()
    await world.clock.advance(hour)
    await world.until(world.reached(id, 'sent'))
    expect(world.peer.accepted.map(({ to }) => to)).toEqual([['bob@corp.test'], ['carol@corp.test']])
  })

  it('a refused password fails one message, stops the rest, and the next start tries again', async () => {
    world.peer.script([{ at: 'AUTH', how: 'answer', text: '535 5.7.8 no' }])
    const service = world.begin()
    const first = await world.submit(service)
    const second = await world.submit(service, chatTo('carol@corp.test', 'later'))
    service.start()
    await world.until(world.reached(first, 'failed'))
    expect(world.connections).toContain('authFailed')
    await world.clock.advance(hour)
    expect(world.peer.connections()).toBe(1)
    service.start()
    await world.until(() => world.reached(first, 'sent')() && world.reached(second, 'sent')())
  })

  it('a message queued under a wrong clock is sent when the clock is right, whichever way it was wrong', async () => {
    world.peer.script([{ at: 'greeting', how: 'reset' }])
    const service = world.begin()
    const right = world.clock.now()
    world.clock.setNow(right - 365 * 24 * hour)
    const behind = await world.submit(service)
    world.clock.setNow(right + 365 * 24 * hour)
    const ahead = await world.submit(service, chatTo('carol@corp.test', 'later'))
    service.start()
    // Put off under the clock that is a year ahead.
    await world.until(world.reached(behind, 'waiting', 2))
    world.clock.setNow(right)
    await world.clock.advance(hour)
    await world.until(() => world.reached(behind, 'sent')() && world.reached(ahead, 'sent')())
    expect(world.peer.accepted.map(({ to }) => to)).toEqual([['bob@corp.test'], ['carol@corp.test']])
  })

  it('gives up after five days: failed as expired, never in silence', async () => {
    world.peer.script(Array.from({ length: 2_000 }, (): Fault => ({ at: 'greeting', how: 'reset' })))
    const service = world.begin()
    const id = await world.submit(service)
    world.clock.setNow(world.clock.now() + outboxLifetime + 1)
    service.start()
    for (let tries = 1; tries <= fewestTries; tries += 1) {
      await world.until(() => world.peer.connections() >= tries)
      await world.until(world.reached(id, 'waiting', 1 + tries))
      await world.clock.advance(hour)
    }
    await world.until(world.reached(id, 'failed'))
    expect(await world.delivery(service, id)).toEqual({ step: 'failed', reason: 'expired' })
    expect(world.peer.connections()).toBe(fewestTries)
  })

  it('keeps the order within a conversation; another conversation does not wait for it', async () => {
    world.peer.recipientAnswers.set('bob@corp.test', '450 4.2.0 later')
    const service = world.begin()
    const first = await world.submit(service, chatTo('bob@corp.test', 'one'))
    const second = await world.submit(service, chatTo('bob@corp.test', 'two'))
    const other = await world.submit(service, chatTo('carol@corp.test', 'three'))
    service.start()
    await world.until(world.reached(other, 'sent'))
    expect(world.stepsOf(second)).toEqual(['waiting'])
    world.peer.recipientAnswers.clear()
    await world.until(world.reached(first, 'waiting', 2))
    await world.clock.advance(hour)
    await world.until(world.reached(second, 'sent'))
    expect(world.peer.accepted.map(({ data }) => data.trimEnd().split('\r\n').at(-1))).toEqual(['three', 'one', 'two'])
  })
})

describe('a login that is refused without a word about the password', () => {
  it('the message waits, it is told after several, and leaves once the server takes it', async () => {
    const service = world.begin()
    const refused: Fault = { at: 'AUTH', how: 'answer', text: '530 5.7.0 TLS first' }
    world.peer.script(Array.from({ length: 50 }, () => refused))
    const id = await world.submit(service)
    service.start()
    const failures = () => world.log.lines.filter(({ event }) => event === 'smtp.failed').length
    for (let seen = 0; !world.troubles.includes('sendingRefused'); seen = failures()) {
      await world.until(() => failures() > seen)
      await world.clock.advance(hour / 4)
    }
    expect(failures()).toBeGreaterThanOrEqual(3)
    expect(await world.delivery(service, id)).toEqual({ step: 'waiting' })
    world.peer.script([])
    await world.clock.advance(hour)
    await world.until(world.reached(id, 'sent'))
    expect(world.troubles).toEqual([])
    expect(world.connections).not.toContain('authFailed')
  })

  it('a server without AUTH is told at once, as that', async () => {
    const service = world.begin()
    world.peer.script([{ at: 'EHLO', how: 'answer', text: '250 peer.test' }])
    const id = await world.submit(service)
    service.start()
    await world.until(world.reached(id, 'waiting', 2))
    expect(world.troubles).toEqual(['sendingNoLogin'])
  })
})
