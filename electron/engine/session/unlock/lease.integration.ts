/** The lease of protocol.md section 9, from the clock's point of view: a real server, and both clocks moved. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Clock } from '../../ground/ports.ts'
import { systemClock } from '../../ground/system-ports.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../../testing/engine-world.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
const day = 24 * 3_600_000
/** A head is valid for 7 days, and the policy gives 7 days more. */
const leaseDays = 14
let server: RealServer
let world: EngineWorld
let ahead = 0
const clock: Clock = { now: () => Date.now() + ahead, after: systemClock.after }
const open = (): Promise<TestEngine> => world.open({ clock })

// A server of its own for each: one whose clock was ahead has signed heads for later.
beforeEach(async () => {
  ahead = 0
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  world = engineWorld([known])
})
afterEach(async () => {
  await world.remove()
  await server.remove()
})

const online = (engine: TestEngine) => engine.session((s) => s.step === 'ready' && s.connection === 'online')

/** A profile whose list was confirmed now; the server is away afterwards. */
async function leftAlone(): Promise<void> {
  const engine = await open()
  await engine.value('session.signIn', { server: server.url(), user: 'alice', password })
  await online(engine)
  await world.close()
  await server.stop()
}

const version = async () =>
  z.object({ version: z.number() }).parse(await server.admin(['contact', 'list', '--user', 'alice'])).version

/** The server in the same future, once it has issued the heads again that were too old there. */
async function startAhead(): Promise<void> {
  const before = await version()
  await server.start(ahead)
  await vi.waitFor(async () => expect(await version()).toBeGreaterThan(before), { timeout: 30_000 })
}

const lockedByLease = { step: 'locked', secret: 'password', reason: 'lease', user: 'alice' }
const isLocked = (engine: TestEngine) => engine.session((s) => s.step === 'locked' && s.reason === 'lease')

it('the lease is not over a moment before its end: the store opens without the server', async () => {
  await leftAlone()
  ahead = leaseDays * day - 60_000
  const engine = await open()
  expect(await engine.names()).toEqual(['Bob Lin'])
  expect(await engine.value('session.state', {})).toMatchObject({ step: 'ready', sendingOff: 'no' })
})

it('protocol 9: a lease that is over, without the server: locked, also for the right password, until a fresh answer', async () => {
  await leftAlone()
  ahead = (leaseDays + 1) * day
  const engine = await open()
  await isLocked(engine)
  expect(await engine.call('contacts.query', { search: '', from: 0, count: 1 })).toMatchObject({
    failure: { kind: 'locked' },
  })
  expect(await engine.call('session.unlock', { secret: 'a wrong password' })).toMatchObject({
    failure: { kind: 'authFailed' },
  })
  expect(await engine.call('session.unlock', { secret: password })).toEqual({
    ok: false,
    failure: { kind: 'unreachable' },
  })
  expect(await engine.value('session.state', {})).toEqual(lockedByLease)
  expect(await engine.call('session.signIn', { server: server.url(), user: 'alice', password })).toMatchObject({
    failure: { kind: 'unreachable' },
  })
  expect(await engine.call('contacts.query', { search: '', from: 0, count: 1 })).toMatchObject({ ok: false })
  await startAhead()
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
  expect(await engine.names()).toEqual(['Bob Lin'])
  await online(engine)
  await world.close()
  await server.stop()
  const later = await open()
  expect(await later.value('session.state', {})).toMatchObject({ step: 'ready', sendingOff: 'no' })
})

it('setting the clock back does not open what was locked', async () => {
  await leftAlone()
  ahead = (leaseDays + 1) * day
  await isLocked(await open())
  await world.close()
  ahead = 0
  const engine = await open()
  await isLocked(engine)
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ ok: false })
  await server.start()
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
})

it('the lease is measured by the server’s last signed time, where this clock is behind that', async () => {
  await leftAlone()
  ahead = -30 * day
  const engine = await open()
  await engine.session((s) => s.step === 'ready')
  const { leaseEndsAt } = await engine.value('whitelist.status', {})
  expect(leaseEndsAt - Date.now()).toBeGreaterThan((leaseDays - 1) * day)
  expect(leaseEndsAt - Date.now()).toBeLessThan((leaseDays + 1) * day)
})

it('a lease that is over when the app starts, with the server there: it opens by itself', async () => {
  await leftAlone()
  ahead = (leaseDays + 1) * day
  await startAhead()
  await online(await open())
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  await server.stop()
})

it('guard O7: a lease that ends under an open session it stops sending, and reading goes on; the next start is locked', async () => {
  await leftAlone()
  ahead = leaseDays * day - 60_000
  const engine = await open()
  await engine.session((s) => s.step === 'ready' && s.connection === 'offline')
  ahead += 120_000
  expect(
    await engine.call('outbox.submit', {
      kind: 'chat',
      to: ['bob@corp.example'],
      cc: [],
      bcc: [],
      subject: '',
      text: 'x',
    }),
  ).toMatchObject({ failure: { kind: 'refused', detail: { refusals: [{ rule: 'O7', reason: 'leaseOver' }] } } })
  await engine.session((s) => s.step === 'ready' && s.sendingOff === 'lease')
  expect(await engine.names()).toEqual(['Bob Lin'])
  await world.close()
  ahead = 0
  await isLocked(await open())
})
