/** Mode `online-unlock` of protocol.md section 9: a real server, and a device whose store it helps to open. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fromBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import { type DeviceKeys, openKeys, readKeysFile } from '../../keys/device-keys.ts'
import { primitives } from '../../keys/primitives.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../../testing/engine-world.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let world: EngineWorld

const newCode = async () => enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))

beforeEach(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
})
afterEach(async () => {
  await world.remove()
  await server.remove()
})

async function begin(store: 'local' | 'online-unlock'): Promise<void> {
  server.setStore(store)
  // A list whose head says so.
  await server.admin(['contact', 'add', 'eve@corp.example', '--user', 'alice', '--name', 'Eve Ma'])
  await server.start()
  const { secret: _oneTime, ...known } = (await newCode()).enrolment
  world = engineWorld([known])
}

async function switchTo(store: 'local' | 'online-unlock'): Promise<void> {
  await server.stop()
  server.setStore(store)
  await server.start()
  await server.admin(['contact', 'add', `${store}@corp.example`, '--user', 'alice', '--name', 'New policy'])
}

const credentials = () => ({ server: server.url(), user: 'alice', password })
const online = (engine: TestEngine) => engine.session((s) => s.step === 'ready' && s.connection === 'online')
const lockedAs = (engine: TestEngine, reason: string) =>
  engine.session((s) => s.step === 'locked' && s.reason === reason)
const accountFolder = () => join(world.profile, 'accounts', readdirSync(join(world.profile, 'accounts'))[0] ?? '')

async function signedIn(phrase?: string): Promise<TestEngine> {
  const engine = await world.open()
  const given = phrase === undefined ? {} : { passphrase: phrase }
  await engine.value('session.signIn', { ...credentials(), ...given })
  await online(engine)
  expect(await engine.names()).toContain('Bob Lin')
  return engine
}

/** All that the disk and the keychain together give. */
function stolen(): DeviceKeys {
  const file = readKeysFile(readFileSync(join(accountFolder(), 'keys.json'), 'utf8'))
  const item = [...world.secrets.items].find(([name]) => name.startsWith('kek:'))?.[1] ?? ''
  const kek = fromBase64(item, 32)
  const keys = file && kek && openKeys(file, kek, primitives)
  if (!keys) throw new Error('no keys')
  return keys
}

const isClosed = async (engine: TestEngine) =>
  expect(await engine.call('contacts.query', { search: '', from: 0, count: 1 })).toMatchObject({ ok: false })
const firstDevice = async (): Promise<string> => stolen().device

it('default: no half is made, told or kept; the store opens without the server', async () => {
  await begin('local')
  await signedIn()
  await world.close()
  await server.stop()
  expect(stolen()).toMatchObject({ database: expect.any(Uint8Array) })
  expect(stolen()).not.toHaveProperty('online')
  expect(await server.query('SELECT * FROM halves')).toEqual([])
  expect((await (await world.open()).value('session.state', {})).step).toBe('ready')
})

it('a new device: from its first list on disk and keychain open nothing; a restart opens by a silent login', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  expect(stolen().database).toBeUndefined()
  expect(stolen().online).toBeDefined()
  const again = await world.open()
  await online(again)
  expect(await again.names()).toContain('Bob Lin')
  expect(await server.query('SELECT user FROM halves')).toEqual([{ user: 'alice' }])
})

it('a restart without the server stays locked and says so; nothing is deleted; the password opens it once the server is back', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  await server.stop()
  const before = readFileSync(join(accountFolder(), 'keys.json'), 'utf8')
  const engine = await world.open()
  await lockedAs(engine, 'online')
  await isClosed(engine)
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ failure: { kind: 'unreachable' } })
  expect(await engine.call('session.signIn', credentials())).toMatchObject({ failure: { kind: 'unreachable' } })
  expect(await engine.value('session.state', {})).toEqual({
    step: 'locked',
    secret: 'password',
    reason: 'online',
    user: 'alice',
  })
  expect(readFileSync(join(accountFolder(), 'keys.json'), 'utf8')).toBe(before)
  await server.start()
  expect(await engine.call('session.unlock', { secret: 'a wrong password' })).toMatchObject({
    failure: { kind: 'authFailed' },
  })
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
  expect(await engine.names()).toContain('Bob Lin')
  await online(engine)
})

it('a server that comes up after the app: the store opens by itself', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  await server.stop()
  const engine = await world.open()
  await lockedAs(engine, 'online')
  await server.start()
  await online(engine)
  expect(await engine.names()).toContain('Bob Lin')
})

it('locked by its user: the same, and the password of today opens it, not that of the last login', async () => {
  await begin('online-unlock')
  await (await signedIn()).value('session.lock', {})
  await world.close()
  await server.stop()
  const engine = await world.open()
  await lockedAs(engine, 'user')
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ failure: { kind: 'unreachable' } })
  await lockedAs(engine, 'online')
  await server.admin(['user', 'password', 'alice'], 'another-good-password')
  await server.start()
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ failure: { kind: 'authFailed' } })
  expect(await engine.call('session.unlock', { secret: 'another-good-password' })).toMatchObject({ ok: true })
  await world.close()
  await online(await world.open())
})

it('the policy switched on and off again under a profile: opens at every step, and in between only with the server', async () => {
  await begin('local')
  await signedIn()
  await world.close()
  await switchTo('online-unlock')
  const engine = await world.open()
  await online(engine)
  expect(await engine.names('New policy')).toHaveLength(1)
  await world.close()
  expect(stolen().database).toBeUndefined()
  await server.stop()
  await lockedAs(await world.open(), 'online')
  await world.close()
  await server.start()
  await switchTo('local')
  const back = await world.open()
  await online(back)
  await world.close()
  expect(stolen()).not.toHaveProperty('online')
  await server.stop()
  expect((await (await world.open()).value('session.state', {})).step).toBe('ready')
})

it('a revoked device: its half is gone, and it never opens again; a new code makes a new device beside it', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  await server.admin(['device', 'revoke', await firstDevice()])
  expect(await server.query('SELECT * FROM halves')).toEqual([])
  const engine = await world.open()
  await lockedAs(engine, 'revoked')
  await isClosed(engine)
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({
    failure: { kind: 'deviceRevoked' },
  })
  expect(await engine.call('session.signIn', credentials())).toMatchObject({ failure: { kind: 'deviceRevoked' } })
  expect(await server.query('SELECT * FROM halves')).toEqual([])
  expect(existsSync(join(accountFolder(), 'kith.db'))).toBe(true)
  const { text } = await newCode()
  expect(await engine.call('session.signIn', { ...credentials(), server: text })).toMatchObject({ ok: true })
  await online(engine)
  expect(existsSync(join(accountFolder(), 'kith.db.unreadable-1'))).toBe(true)
})

it('a device that the administrator locks keeps its half: unlocked, it opens', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  const id = await firstDevice()
  await server.admin(['device', 'lock', id])
  const engine = await world.open()
  await lockedAs(engine, 'revoked')
  await server.admin(['device', 'unlock', id])
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
})

it('another half than the one that it was wrapped under: locked, and nothing is touched', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  const [kept] = (await server.query('SELECT half FROM halves')) as readonly { readonly half: string }[]
  await server.query('DELETE FROM halves RETURNING user')
  const before = readFileSync(join(accountFolder(), 'keys.json'), 'utf8')
  const engine = await world.open()
  await lockedAs(engine, 'revoked')
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({
    failure: { kind: 'deviceRevoked' },
  })
  expect(await engine.call('session.signIn', credentials())).toMatchObject({ failure: { kind: 'deviceRevoked' } })
  expect(readFileSync(join(accountFolder(), 'keys.json'), 'utf8')).toBe(before)
  await server.query(`UPDATE halves SET half = '${kept?.half}' RETURNING user`)
  expect(await engine.call('session.unlock', { secret: password })).toMatchObject({ value: { step: 'ready' } })
})

it('a database that does not open by its key is told as damaged, and nothing is deleted', async () => {
  await begin('online-unlock')
  await signedIn()
  await world.close()
  const file = join(accountFolder(), 'kith.db')
  writeFileSync(file, readFileSync(file).fill(7, 0, 4_096))
  const engine = await world.open()
  await engine.session((s) => s.step === 'signedOut' && s.cause === 'storeDamaged')
  expect(existsSync(file)).toBe(true)
})

it('signed out: the password lies nowhere any more, the next start asks, and signing in finds the same store', async () => {
  await begin('online-unlock')
  const engine = await signedIn()
  const { device } = stolen()
  await engine.value('session.signOut', {})
  expect(stolen().online?.login).not.toHaveProperty('password')
  await world.close()
  const later = await world.open()
  expect(await later.value('session.state', {})).toMatchObject({ step: 'signedOut' })
  await isClosed(later)
  await later.value('session.signIn', credentials())
  expect(await later.names()).toContain('Bob Lin')
  expect(stolen().device).toBe(device)
  // The same from behind the lock, where the store is closed.
  await later.value('session.lock', {})
  await later.value('session.signOut', {})
  expect(stolen().online?.login).not.toHaveProperty('password')
})

it('without a keychain: the passphrase alone opens nothing either', async () => {
  await begin('online-unlock')
  world.secrets.setAvailable(false)
  await signedIn('a long phrase for this machine')
  await world.close()
  await server.stop()
  const engine = await world.open()
  await lockedAs(engine, 'start')
  const unlock = () => engine.call('session.unlock', { secret: 'a long phrase for this machine' })
  expect(await unlock()).toMatchObject({ failure: { kind: 'unreachable' } })
  await lockedAs(engine, 'online')
  await server.start()
  expect(await unlock()).toMatchObject({ value: { step: 'ready' } })
  await online(engine)
})
