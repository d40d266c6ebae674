/** The administrator's commands and a real client: a device that is lost, found, wiped, and given new keys (protocol.md section 9). */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Enrolment } from '../../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../../testing/engine-world.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let provisioned: Enrolment

beforeAll(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  provisioned = known
})
afterAll(() => server.remove())

const devicesSchema = z.object({
  devices: z.array(
    z.object({
      device: z.string(),
      state: z.string(),
      words: z.string(),
      commands: z.array(z.object({ command: z.string(), scope: z.string(), state: z.string() })),
    }),
  ),
})
const devices = async () => devicesSchema.parse(await server.admin(['device', 'list', '--user', 'alice'])).devices
const theDevice = async (id: string) => (await devices()).find(({ device }) => device === id)

let world: EngineWorld
beforeEach(() => {
  world = engineWorld([provisioned])
})
afterEach(() => world.remove())

async function signedIn(): Promise<{ readonly engine: TestEngine; readonly id: string }> {
  const engine = await world.open()
  await engine.value('session.signIn', { server: server.url(), user: 'alice', password })
  await engine.session((s) => s.step === 'ready' && s.connection === 'online')
  return { engine, id: (await engine.value('app.about', {})).device }
}
const isLocked = (engine: TestEngine) => engine.session((s) => s.step === 'locked' && s.reason === 'revoked')
const done = (command: string, scope = 'all') => ({ commands: [{ command, scope, state: 'done' }] })
const tells = (id: string, wanted: object) =>
  vi.waitFor(async () => expect(await theDevice(id)).toMatchObject(wanted), { timeout: 20_000 })

it('lock: closed at once, and neither the password nor a restart nor the absence of the server opens it; unlock does', async () => {
  const { engine, id } = await signedIn()
  await server.admin(['device', 'lock', id])
  await isLocked(engine)
  await tells(id, { state: 'locked', ...done('lock') })
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({
    failure: { kind: 'deviceRevoked' },
  })
  expect(await engine.call('contacts.query', { search: '', from: 0, count: 1 })).toMatchObject({ ok: false })
  await world.close()
  await server.stop()
  const offline = await world.open()
  expect(await offline.value('session.state', {})).toMatchObject({ step: 'locked' })
  expect(await offline.call('session.unlock', { secret: password })).toMatchObject({
    failure: { kind: 'unreachable' },
  })
  await isLocked(offline)
  await server.start()
  await server.admin(['device', 'unlock', id])
  expect(await offline.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
  expect(await offline.names()).toEqual(['Bob Lin'])
  await offline.session((s) => s.step === 'ready' && s.connection === 'online')
})

it('a lock that never arrived does not arrive after the unlocking', async () => {
  const { id } = await signedIn()
  await world.close()
  await server.admin(['device', 'lock', id])
  await server.admin(['device', 'unlock', id])
  const later = await world.open()
  await later.session((s) => s.step === 'ready' && s.connection === 'online')
  expect(await theDevice(id)).toMatchObject({ state: 'active', ...done('lock') })
})

it('wipe of the list alone: entries are gone, mail and keys stay; a new code brings a new device and the list', async () => {
  const { engine, id } = await signedIn()
  await server.admin(['device', 'revoke', id, '--wipe', 'list'])
  await isLocked(engine)
  await tells(id, { state: 'revoked', ...done('wipe', 'list') })
  await world.close()
  const later = await world.open()
  // Nothing of the list is left to show, and the server is asked first thing.
  await isLocked(later)
  const { text } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
  expect(await later.call('session.signIn', { server: text, user: 'alice', password })).toMatchObject({
    value: { step: 'ready' },
  })
  expect(await later.names()).toEqual(['Bob Lin'])
})

it('the same command of the administrator twice is one command of the device', async () => {
  const { id } = await signedIn()
  await world.close()
  for (const words of [['--wipe', 'all'], ['--wipe', 'all'], []]) await server.admin(['device', 'revoke', id, ...words])
  expect((await theDevice(id))?.commands).toEqual([{ command: 'wipe', scope: 'all', state: 'open' }])
  const later = await world.open()
  await later.session((s) => s.step === 'signedOut')
  await tells(id, done('wipe'))
})

it('rotate: the device makes new keys, goes on in its session, and shows the words that the administrator sees', async () => {
  const { engine, id } = await signedIn()
  const { deviceWords: before } = await engine.value('app.about', {})
  await server.admin(['device', 'rotate', id])
  await engine.value('contacts.refresh', {})
  await tells(id, { state: 'active', ...done('rotate') })
  const { deviceWords: after, device } = await engine.value('app.about', {})
  expect([device, after === before]).toEqual([id, false])
  expect((await theDevice(id))?.words).toBe(after)
  const arrived = engine.next('contacts.changed')
  await server.admin(['contact', 'add', 'new@partner.example', '--user', 'alice', '--name', 'Newcomer'])
  await arrived
  await world.close()
  const later = await world.open()
  await later.session((s) => s.step === 'ready' && s.connection === 'online')
  await server.admin(['contact', 'remove', 'new@partner.example', '--user', 'alice'])
  expect(world.log.lines.filter(({ event }) => event === 'whitelist answer refused')).toEqual([])
})
