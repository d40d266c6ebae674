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

/** Asks until the client's contacts are as wanted. */
function shown(wanted: (names: readonly string[]) => boolean): Promise<readonly string[]> {
  return vi.waitFor(
    async () => {
      await engine.call('contacts.refresh', {})
      const names = await engine.names()
      if (!wanted(names)) throw new Error(`shown: ${names.join()}`)
      return names
    },
    { timeout: 30_000, interval: 500 },
  )
}

/** What the server changes now arrives, a removal too, and the lease ends when it should. */
async function goesOn(): Promise<{ readonly arrives: boolean; readonly leaseIsShort: boolean }> {
  await add('late')
  await remove('bob@corp.example')
  await shown((names) => names.includes('late') && !names.includes('Bob Lin'))
  const { leaseEndsAt } = await status()
  return { arrives: true, leaseIsShort: leaseEndsAt - clock.now() < 15 * day }
}
const itGoesOn = { arrives: true, leaseIsShort: true }

const refused = { ok: false, failure: { kind: 'clockWrong' } }

type Clocks = { readonly name: string; readonly server: number; readonly client: number }

describe('clocks that are right enough: a change arrives at once', () => {
  it.each<Clocks>([
    { name: 'server seconds ahead', server: 30 * second, client: 0 },
    { name: 'server seconds behind', server: -30 * second, client: 0 },
    { name: 'client seconds ahead', server: 0, client: 30 * second },
    { name: 'client seconds behind', server: 0, client: -30 * second },
  ])('$name', async ({ server: serverAhead, client }) => {
    await restart(serverAhead)
    ahead = client
    await add('meanwhile')
    expect(await shown((names) => names.includes('meanwhile'))).toContain('Bob Lin')
    ahead = 0
    await restart(0)
    expect(await goesOn()).toEqual(itGoesOn)
  })
})

describe('wrong clocks: a change meanwhile moves nothing, is told, and arrives when they are right again', () => {
  it.each<Clocks>([
    { name: 'server a day ahead', server: day, client: 0 },
    { name: 'server a day behind', server: -day, client: 0 },
    { name: 'server a year behind', server: -year, client: 0 },
    { name: 'client a day ahead', server: 0, client: day },
    { name: 'client a year ahead', server: 0, client: year },
    { name: 'client a day behind', server: 0, client: -day },
    { name: 'client a year behind', server: 0, client: -year },
    { name: 'both a day behind', server: -day, client: -day },
    { name: 'server ahead, client behind', server: day, client: -day },
    { name: 'server behind, client ahead', server: -day, client: day },
  ])('$name', async ({ server: serverAhead, client }) => {
    const { leaseEndsAt, version } = await status()
    await restart(serverAhead)
    ahead = client
    await add('meanwhile')
    await refreshedAs(refused)
    expect(await engine.names()).toEqual(['Bob Lin'])
    expect(await status()).toMatchObject({ leaseEndsAt, version, failure: 'clockWrong' })
    ahead = 0
    await restart(0)
    expect(await goesOn()).toEqual(itGoesOn)
  })
})

it('a server a year ahead signs nothing, its commands say what to do, and what was meant to change changes later', async () => {
  await restart(year)
  await expect(add('meanwhile')).rejects.toThrow(/clock of this machine has jumped.*kith-server clock --confirm/)
  await expect(server.admin(['clock'])).rejects.toThrow(/has jumped/)
  await expect(server.admin(['key', 'rotate', 'policy', '--stolen'])).rejects.toThrow(/has jumped/)
  await refreshedAs(refused)
  ahead = year
  // Both a year ahead: the head in force has expired by then, and no newer one was signed.
  await refreshedAs({ ok: false, failure: { kind: 'listRefused' } })
  ahead = 0
  await restart(0)
  expect(await goesOn()).toEqual(itGoesOn)
})

it('a server that was away for a year signs again once an administrator says that its clock is right', async () => {
  await restart(year)
  ahead = year
  expect(await server.admin(['clock', '--confirm'])).toMatchObject({ ok: true })
  expect(await goesOn()).toEqual(itGoesOn)
})

describe('a time of the future that a client took, since its own clock was wrong in the same way', () => {
  beforeEach(async () => {
    await restart(day)
    ahead = day
    await add('meanwhile')
    await shown((names) => names.includes('meanwhile'))
    ahead = 0
    await restart(0)
    await refreshedAs(refused)
  })

  const heal = () => server.admin(['manifest', 'renew', '--new-epoch'])

  it('ends with a new epoch', async () => {
    await heal()
    expect(await goesOn()).toEqual(itGoesOn)
  })

  it('outlasts a restart of both, and ends with a new epoch then', async () => {
    await world.close()
    await restart(0)
    engine = await world.open({ clock })
    await refreshedAs(refused)
    await heal()
    expect(await goesOn()).toEqual(itGoesOn)
  })

  it('outlasts a rotation of the answering key and another sign-in, and ends with a new epoch then', async () => {
    await server.admin(['key', 'rotate', 'fresh'])
    await engine.call('session.signOut', {})
    await signIn()
    await refreshedAs(refused)
    await heal()
    expect(await goesOn()).toEqual(itGoesOn)
  })

  it('ends with a new policy key as well, for where the old one is kept elsewhere', async () => {
    await server.admin(['key', 'rotate', 'policy', '--stolen'])
    expect(await goesOn()).toEqual(itGoesOn)
  })
})
