/** Wrong clocks (protocol.md 13 and 15): a real server with its commands, and a real client, each with its clock moved. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../ground/ports.ts'
import { systemClock } from '../ground/system-ports.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'correct-horse-battery'
const second = 1_000
const day = 24 * 3_600 * second
const year = 365 * day
let server: RealServer
let world: EngineWorld
/** How far the client's clock is ahead. */
let ahead = 0
const clock: Clock = { now: () => Date.now() + ahead, after: systemClock.after }
let engine: TestEngine

beforeEach(async () => {
  ahead = 0
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  world = engineWorld([known])
  engine = await world.open({ clock })
  await signIn()
  await engine.session((s) => s.step === 'ready' && s.connection === 'online')
})
afterEach(async () => {
  await world.remove()
  await server.remove()
})

const signIn = () => engine.call('session.signIn', { server: server.url(), user: 'alice', password })

async function restart(aheadMs: number): Promise<void> {
  await server.stop()
  await server.start(aheadMs)
}

const add = (name: string) =>
  server.admin(['contact', 'add', `${name}@partner.example`, '--user', 'alice', '--name', name])
const remove = (address: string) => server.admin(['contact', 'remove', address, '--user', 'alice'])
const status = () => engine.value('whitelist.status', {})

/** Asks until the sync is told as this: the client may be in a back-off, and refreshes are limited. */
function refreshedAs(wanted: object): Promise<void> {
  return vi.waitFor(async () => expect(await engine.call('contacts.refresh', {})).toMatchObject(wanted), {
    timeout: 30_000,
    interval: 500,
  })
}

/** What the server changes now arrives, a removal too. */
async function goesOn(): Promise<void> {
  await add('late')
  await remove('bob@corp.example')
  await vi.waitFor(
    async () => {
      await engine.call('contacts.refresh', {})
      const names = await engine.names()
      expect(names).toContain('late')
      expect(names).not.toContain('Bob Lin')
    },
    { timeout: 30_000, interval: 500 },
  )
  // Re-issues by the policy process may be going on: what counts is that the last answer was taken.
  await refreshedAs({ ok: true })
}

const refused = { ok: false, failure: { kind: 'clockWrong' } }
const taken = { ok: true }

describe('a change while clocks are wrong, and after they are right again', () => {
  it.each<{ readonly name: string; readonly server: number; readonly client: number; readonly told: object }>([
    { name: 'server seconds ahead', server: 30 * second, client: 0, told: taken },
    { name: 'server a day ahead', server: day, client: 0, told: refused },
    { name: 'server seconds behind', server: -30 * second, client: 0, told: taken },
    { name: 'server a day behind', server: -day, client: 0, told: refused },
    { name: 'server a year behind', server: -year, client: 0, told: refused },
    { name: 'client seconds ahead', server: 0, client: 30 * second, told: taken },
    { name: 'client a day ahead', server: 0, client: day, told: refused },
    { name: 'client a year ahead', server: 0, client: year, told: refused },
    { name: 'client seconds behind', server: 0, client: -30 * second, told: taken },
    { name: 'client a day behind', server: 0, client: -day, told: refused },
    { name: 'client a year behind', server: 0, client: -year, told: refused },
    { name: 'both behind', server: -day, client: -day, told: refused },
    { name: 'server ahead, client behind', server: day, client: -day, told: refused },
  ])('$name', async ({ server: serverAhead, client, told }) => {
    const before = await status()
    await restart(serverAhead)
    ahead = client
    await add('meanwhile')
    await refreshedAs(told)
    if (told === refused) {
      expect(await engine.names()).toEqual(['Bob Lin'])
      const { leaseEndsAt, version } = await status()
      expect({ leaseEndsAt, version }).toEqual({ leaseEndsAt: before.leaseEndsAt, version: before.version })
    }
    ahead = 0
    await restart(0)
    await goesOn()
    expect((await status()).leaseEndsAt - Date.now()).toBeLessThan(15 * day)
  })
})

it('a server a year ahead signs nothing, its commands say what to do, and what was meant to change changes later', async () => {
  await restart(year)
  await expect(add('meanwhile')).rejects.toThrow(/clock of this machine has jumped.*kith-server clock --confirm/)
  await expect(server.admin(['clock'])).rejects.toThrow(/has jumped/)
  await expect(server.admin(['key', 'rotate', 'policy', '--stolen'])).rejects.toThrow(/has jumped/)
  // Whoever is to be shut out is shut out all the same.
  await refreshedAs(refused)
  ahead = year
  // Both a year ahead: the head in force has expired by then, and no newer one was signed.
  await refreshedAs({ ok: false, failure: { kind: 'listRefused' } })
  ahead = 0
  await restart(0)
  await goesOn()
})

it('a server that was away for a year signs again once an administrator says that its clock is right', async () => {
  await restart(year)
  ahead = year
  expect(await server.admin(['clock', '--confirm'])).toMatchObject({ ok: true })
  await goesOn()
})

describe('a time of the future that a client took, since its own clock was wrong in the same way', () => {
  beforeEach(async () => {
    await restart(day)
    ahead = day
    await add('meanwhile')
    await vi.waitFor(
      async () => {
        await engine.call('contacts.refresh', {})
        expect(await engine.names()).toContain('meanwhile')
      },
      { timeout: 30_000, interval: 500 },
    )
    ahead = 0
    await restart(0)
    await refreshedAs(refused)
  })

  const heal = () => server.admin(['manifest', 'renew', '--new-epoch'])

  it('ends with a new epoch', async () => {
    await heal()
    await goesOn()
  })

  it('outlasts a restart of both, and ends with a new epoch then', async () => {
    await world.close()
    await restart(0)
    engine = await world.open({ clock })
    await refreshedAs(refused)
    await heal()
    await goesOn()
  })

  it('outlasts a rotation of the answering key and another sign-in, and ends with a new epoch then', async () => {
    await server.admin(['key', 'rotate', 'fresh'])
    await engine.call('session.signOut', {})
    await signIn()
    await refreshedAs(refused)
    await heal()
    await goesOn()
  })

  it('ends with a new policy key as well, for where the old one is kept elsewhere', async () => {
    await server.admin(['key', 'rotate', 'policy', '--stolen'])
    await goesOn()
  })
})
