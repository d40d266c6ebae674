/** The loop that keeps the list current. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ServerFailure } from '../../../shared/failures.ts'
import type { Failure, Result } from '../../../shared/rpc.ts'
import type { ListPosition } from '../keys/ratchet.ts'
import { type FakeClock, fakeClock, fakeRandom, silentLog } from '../testing/fakes.ts'
import { type Connection, createConnection } from './connection.ts'

let running: Connection | undefined
afterEach(() => running?.stop())

function start(over: { pushOn?: boolean } = {}) {
  const clock: FakeClock = fakeClock()
  const world = {
    clock,
    syncs: 0,
    waits: 0,
    version: 1,
    syncResult: { ok: true, value: undefined } as Result<unknown, ServerFailure>,
    failures: [] as Failure['kind'][],
    onlines: 0,
    news: 0,
    unanswered: undefined as Failure | undefined,
    answer: (_poke: Result<ListPosition, ServerFailure>): void => undefined,
    stopOn: undefined as Failure['kind'] | undefined,
  }
  const connection = createConnection({
    clock,
    log: silentLog,
    random: fakeRandom(5),
    sync: async () => {
      world.syncs += 1
      return world.syncResult
    },
    wait: (signal) =>
      new Promise((resolve) => {
        world.waits += 1
        world.answer = resolve
        signal.addEventListener('abort', () => resolve({ ok: false, failure: { kind: 'unreachable' } }))
      }),
    current: () => ({ epoch: 1, version: world.version }),
    pushOn: () => over.pushOn ?? true,
    online: () => {
      world.onlines += 1
    },
    news: async () => {
      world.news += 1
      return world.unanswered
    },
    failed: ({ kind }) => {
      world.failures.push(kind)
      return kind === world.stopOn ? 'stop' : 'tryAgain'
    },
  })
  running = connection
  connection.start()
  return { world, connection, clock }
}

describe('protocol 7: keeping the list current', () => {
  it('syncs at the start, then after a poke with another version, not after one with the same', async () => {
    const { world, clock } = start()
    await clock.advance(5_000)
    expect([world.syncs, world.waits]).toEqual([1, 1])
    world.answer({ ok: true, value: { epoch: 1, version: 1 } })
    await clock.advance(100)
    expect([world.syncs, world.waits]).toEqual([1, 2])
    world.answer({ ok: true, value: { epoch: 1, version: 2 } })
    await clock.advance(1_000)
    expect(world.syncs).toBe(2)
  })

  it('false pokes cause at most one sync a second', async () => {
    const { world, clock } = start()
    await clock.advance(0)
    for (let n = 0; n < 100; n += 1) {
      world.answer({ ok: true, value: { epoch: 1, version: 99 } })
      await clock.advance(100)
    }
    expect(world.syncs).toBeLessThanOrEqual(12)
    expect(world.syncs).toBeGreaterThan(5)
  })

  it('a Wait that ends early without another version is news; one that ends in its time is not', async () => {
    const { world, clock } = start()
    await clock.advance(5_000)
    world.answer({ ok: true, value: { epoch: 1, version: 1 } })
    await clock.advance(1_000)
    expect([world.syncs, world.news]).toEqual([1, 1])
    await clock.advance(50_000)
    world.answer({ ok: true, value: { epoch: 1, version: 1 } })
    await clock.advance(1_000)
    expect([world.syncs, world.news]).toEqual([1, 1])
  })

  it('news that the server could not be asked about are asked for again once it is back', async () => {
    const { world, clock } = start()
    await clock.advance(5_000)
    // As a server does that is restarted at once: no Wait of the client ever fails.
    world.unanswered = { kind: 'unreachable' }
    world.answer({ ok: true, value: { epoch: 1, version: 1 } })
    await clock.advance(0)
    expect([world.failures, world.onlines]).toEqual([['unreachable'], 1])
    world.unanswered = undefined
    await clock.advance(60_000)
    expect([world.syncs, world.onlines]).toEqual([2, 2])
  })

  it('checks every quarter of an hour without any poke', async () => {
    const { world, clock } = start()
    await clock.advance(12 * 60_000 - 1_000)
    expect(world.syncs).toBe(1)
    await clock.advance(6 * 60_000 + 1_000)
    expect(world.syncs).toBe(2)
  })

  it('where the policy has no push: no Wait, the check all the same', async () => {
    const { world, clock } = start({ pushOn: false })
    await clock.advance(18 * 60_000)
    expect(world.waits).toBe(0)
    expect(world.syncs).toBe(2)
  })

  it('after a break: offline, growing pauses, Retry-After obeyed, and back', async () => {
    const { world, clock } = start()
    world.syncResult = { ok: false, failure: { kind: 'unreachable' } }
    await clock.advance(0)
    world.answer({ ok: false, failure: { kind: 'unreachable' } })
    await clock.advance(10 * 60_000)
    const tries = world.syncs
    expect(tries).toBeGreaterThan(8)
    expect(tries).toBeLessThan(60)
    world.syncResult = { ok: false, failure: { kind: 'busy', detail: { retryAfter: 300_000 } } }
    await clock.advance(60_000)
    const busy = world.syncs
    await clock.advance(290_000 - 60_000)
    expect(world.syncs).toBe(busy)
    world.syncResult = { ok: true, value: undefined }
    const before = world.onlines
    await clock.advance(80_000)
    expect(world.onlines).toBe(before + 1)
  })

  it('a refused list is no break of the line', async () => {
    const { world, clock } = start()
    world.syncResult = { ok: false, failure: { kind: 'listRefused' } }
    await clock.advance(0)
    world.answer({ ok: true, value: { epoch: 1, version: 2 } })
    await clock.advance(5_000)
    expect(world.failures).toEqual([])
    expect(world.onlines).toBeGreaterThan(1)
  })

  it('ends where trying again makes no sense, and starts again when told to', async () => {
    const { world, clock, connection } = start()
    world.stopOn = 'sessionExpired'
    world.syncResult = { ok: false, failure: { kind: 'sessionExpired' } }
    await clock.advance(0)
    world.answer({ ok: false, failure: { kind: 'sessionExpired' } })
    await clock.advance(60 * 60_000)
    expect(world.failures).toEqual(['sessionExpired'])
    const { syncs } = world
    world.syncResult = { ok: true, value: undefined }
    connection.start()
    await clock.advance(0)
    expect(world.syncs).toBe(syncs + 1)
  })

  it('wake ends a pause', async () => {
    const { world, clock, connection } = start()
    world.syncResult = { ok: false, failure: { kind: 'busy', detail: { retryAfter: 600_000 } } }
    await clock.advance(0)
    world.answer({ ok: false, failure: { kind: 'busy', detail: { retryAfter: 600_000 } } })
    await clock.advance(1_000)
    const { syncs } = world
    connection.wake()
    await clock.advance(0)
    expect(world.syncs).toBe(syncs + 1)
  })

  it('stop leaves no timer and no Wait behind', async () => {
    const { world, clock, connection } = start()
    await clock.advance(0)
    expect(world.waits).toBe(1)
    await connection.stop()
    expect(clock.pending()).toBe(0)
    await clock.advance(60 * 60_000)
    expect([world.syncs, world.waits]).toEqual([1, 1])
  })
})
