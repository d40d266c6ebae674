/** Locking, the keychain and the device's approval, against a real server. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Enrolment } from '../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'correct-horse-battery'
const passphrase = 'a long phrase for this machine'
let server: RealServer
let provisioned: Enrolment
let world: EngineWorld

const newCode = async () => enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))

beforeAll(async () => {
  server = await realServer('enrolled')
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const { secret: _oneTime, ...known } = (await newCode()).enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(() => {
  world = engineWorld([provisioned])
})
afterEach(() => world.remove())

async function enrolled(phrase?: string): Promise<TestEngine> {
  const engine = await world.open()
  const { text } = await newCode()
  const given = { server: text, user: 'alice', password, ...(phrase === undefined ? {} : { passphrase: phrase }) }
  expect(await engine.call('session.signIn', given)).toMatchObject({ ok: true, value: { step: 'ready' } })
  return engine
}

const plain = () => ({ server: server.url(), user: 'alice', password })
const folder = () => join(world.profile, 'accounts', readdirSync(join(world.profile, 'accounts'))[0] ?? '')
const online = (engine: TestEngine) => engine.session((s) => s.step === 'ready' && s.connection === 'online')

describe('locking', () => {
  it('closes the store, survives a restart, and opens by the password without the server', async () => {
    const engine = await enrolled()
    const locked = { step: 'locked', secret: 'password', reason: 'user', user: 'alice' }
    expect(await engine.value('session.lock', {})).toEqual(locked)
    expect(await engine.call('contacts.get', { address: 'bob@corp.example' })).toMatchObject({
      failure: { kind: 'locked' },
    })
    await world.close()
    await server.stop()
    const later = await world.open()
    expect(await later.value('session.state', {})).toEqual(locked)
    expect(await later.call('session.unlock', { secret: 'not-the-password' })).toMatchObject({
      failure: { kind: 'authFailed' },
    })
    expect(await later.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
    expect(await later.names()).toEqual(['Bob Lin'])
    await server.start()
  })

  it('signing out on the lock screen is no way around it', async () => {
    const engine = await enrolled()
    await engine.value('session.lock', {})
    expect(await engine.value('session.signOut', {})).toMatchObject({ step: 'signedOut' })
    await world.close()
    const later = await world.open()
    expect(await later.value('session.state', {})).toMatchObject({ step: 'signedOut' })
    expect(await later.call('contacts.query', { search: '', from: 0, count: 1 })).toMatchObject({ ok: false })
  })

  it('guessing at the lock is slowed down', async () => {
    const engine = await enrolled()
    await engine.value('session.lock', {})
    for (let n = 0; n < 5; n += 1) await engine.call('session.unlock', { secret: `guess number ${n}` })
    const refused = await engine.call('session.unlock', { secret: password })
    expect(refused).toMatchObject({ failure: { kind: 'tooManyAttempts', detail: { retryAfter: expect.any(Number) } } })
  })
})

describe('the keychain', () => {
  it('away at the start: nothing opens, nothing is deleted, and back again everything is as before', async () => {
    await enrolled()
    await world.close()
    world.secrets.setAvailable(false)
    const engine = await world.open()
    expect(await engine.value('session.state', {})).toMatchObject({ step: 'signedOut', cause: 'keychainUnavailable' })
    expect(await engine.call('whitelist.status', {})).toMatchObject({ failure: { kind: 'keychainUnavailable' } })
    expect(await engine.call('session.signIn', plain())).toMatchObject({ failure: { kind: 'keychainUnavailable' } })
    expect(await engine.value('session.protection', {})).toEqual({ kind: 'keychain', keychainAvailable: false })
    world.secrets.setAvailable(true)
    expect(await engine.call('session.signIn', plain())).toMatchObject({ value: { step: 'ready' } })
    expect(readdirSync(folder()).filter((name) => name.includes('unreadable'))).toEqual([])
    await world.close()
    await online(await world.open())
  })

  it('without its item: signing in sets the store aside under another name and enrols anew', async () => {
    const first = await enrolled()
    const { device } = await first.value('app.about', {})
    await world.close()
    world.secrets.items.clear()
    const engine = await world.open()
    expect(await engine.value('session.state', {})).toMatchObject({ step: 'signedOut', cause: 'keysMissing' })
    expect(await engine.call('contacts.refresh', {})).toMatchObject({ failure: { kind: 'keysMissing' } })
    const { text } = await newCode()
    expect(await engine.call('session.signIn', { ...plain(), server: text })).toMatchObject({
      value: { step: 'ready' },
    })
    expect(await engine.names()).toEqual(['Bob Lin'])
    expect((await engine.value('app.about', {})).device).not.toBe(device)
    expect(readdirSync(folder())).toEqual(
      expect.arrayContaining(['kith.db', 'kith.db.unreadable-1', 'keys.json.unreadable-1']),
    )
  })

  it('none at all: a passphrase is asked for before anything is sent, and never replaced by silence', async () => {
    world.secrets.setAvailable(false)
    const engine = await world.open()
    expect(await engine.call('session.signIn', plain())).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    await world.close()
    const second = await enrolled(passphrase)
    expect(await second.value('session.protection', {})).toEqual({ kind: 'passphrase', keychainAvailable: false })
    await world.close()
    const third = await world.open()
    expect(await third.value('session.state', {})).toMatchObject({
      step: 'locked',
      secret: 'passphrase',
      reason: 'start',
    })
    expect(await third.call('session.unlock', { secret: 'another phrase' })).toMatchObject({
      failure: { kind: 'passphraseWrong' },
    })
    expect(await third.value('session.signOut', {})).toMatchObject({ step: 'signedOut' })
    await world.close()
    const fourth = await world.open()
    expect(await fourth.value('session.state', {})).toMatchObject({ step: 'locked', secret: 'passphrase' })
    expect(await fourth.call('session.unlock', { secret: passphrase })).toMatchObject({ value: { step: 'ready' } })
    await online(fourth)
    expect(world.leaks([passphrase, password])).toEqual([])
  })
})

describe('devices', () => {
  const devicesSchema = z.object({
    devices: z.array(z.object({ device: z.string(), state: z.string(), words: z.string() })),
  })
  const devices = async () => devicesSchema.parse(await server.admin(['device', 'list', '--user', 'alice'])).devices

  it('protocol 5.5: a device without a code waits, shows the words that the administrator sees, and goes on by itself', async () => {
    const engine = await world.open()
    const state = await engine.value('session.signIn', plain())
    if (state.step !== 'pending') throw new Error(`expected pending, got ${state.step}`)
    expect(await engine.call('contacts.refresh', {})).toMatchObject({ failure: { kind: 'devicePending' } })
    const waiting = (await devices()).find((device) => device.words === state.deviceWords)
    expect(waiting).toMatchObject({ state: 'pending' })
    await world.close()
    const later = await world.open()
    expect(await later.value('session.state', {})).toEqual(state)
    await server.admin(['device', 'approve', waiting?.device ?? ''])
    await online(later)
    expect(await later.names()).toEqual(['Bob Lin'])
  })

  it('protocol 9: a revoked device locks and deletes nothing; with a new code it is a new device over the old store', async () => {
    const engine = await enrolled()
    const { device } = await engine.value('app.about', {})
    await server.admin(['device', 'revoke', device])
    expect(await engine.session((s) => s.step === 'locked')).toMatchObject({ reason: 'revoked' })
    expect(existsSync(join(folder(), 'kith.db'))).toBe(true)
    expect(await engine.call('session.signIn', plain())).toMatchObject({ failure: { kind: 'deviceRevoked' } })
    const { text } = await newCode()
    expect(await engine.call('session.signIn', { ...plain(), server: text })).toMatchObject({
      value: { step: 'ready' },
    })
    expect((await engine.value('app.about', {})).device).not.toBe(device)
    expect(await engine.call('contacts.refresh', {})).toMatchObject({ ok: true })
    expect(await engine.names()).toEqual(['Bob Lin'])
  })

  it('protocol 9: a wipe signed by the policy key destroys keys and store', async () => {
    const engine = await enrolled()
    const { device } = await engine.value('app.about', {})
    const place = folder()
    expect(world.secrets.items.size).toBe(2)
    await server.admin(['device', 'revoke', device, '--wipe', 'all'])
    await engine.session((s) => s.step === 'signedOut')
    expect(existsSync(place)).toBe(false)
    expect(world.secrets.items.size).toBe(0)
  })
})
