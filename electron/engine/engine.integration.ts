/** The engine against a real server: signing in, updates, restart, and what lies on the disk. */
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Enrolment } from '../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from './testing/engine-world.ts'
import { type RealServer, realServer } from './testing/real-server.ts'

const password = 'correct-horse-battery'
const otherPassword = 'another-staple-entirely'
let server: RealServer
let provisioned: Enrolment
let world: EngineWorld

beforeAll(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['user', 'add', 'bob', '--name', 'Bob Lin'], otherPassword)
  await server.admin([
    'contact',
    'add',
    'bob@corp.example',
    '--user',
    'alice',
    '--name',
    'Markerbob Lin',
    '--group',
    'Team',
  ])
  await server.admin([
    'contact',
    'add',
    'mei@partner.example',
    '--user',
    'alice',
    '--name',
    '林標記',
    '--remark',
    '供應商',
  ])
  await server.start()
  const { secret: _oneTime, ...known } = enrolmentOf(
    await server.admin(['enrol', '--user', 'alice', '--url', server.url()]),
  ).enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(async () => {
  world = engineWorld([provisioned])
  await server.start()
})
afterEach(() => world.remove())

function signIn(engine: TestEngine, user = 'alice', secret = password) {
  return engine.call('session.signIn', { server: server.url(), user, password: secret })
}

async function signedIn(): Promise<TestEngine> {
  const engine = await world.open()
  expect(await signIn(engine)).toMatchObject({ ok: true, value: { step: 'ready', name: 'Alice Chen' } })
  return engine
}

const accountFolder = () => join(world.profile, 'accounts', readdirSync(join(world.profile, 'accounts'))[0] ?? '')

describe('signing in', () => {
  it('protocol 5: the right password brings the list, sealed to this device', async () => {
    const engine = await signedIn()
    expect(await engine.names()).toEqual(['Markerbob Lin', '林標記'])
    expect(await engine.value('whitelist.status', {})).toMatchObject({ count: 2, epoch: 1 })
    const card = await engine.value('contacts.get', { address: 'BOB@corp.example' })
    expect(card).toMatchObject({ name: 'Markerbob Lin', scope: 'internal', proof: 'login', groups: ['Team'] })
    expect(await engine.value('session.protection', {})).toEqual({ kind: 'keychain', keychainAvailable: true })
  })

  it('wrong password and unknown user look the same, and leave nothing on disk', async () => {
    const engine = await world.open()
    const wrong = await signIn(engine, 'alice', 'not-the-password')
    const unknown = await signIn(engine, 'nobody-here', 'not-the-password')
    expect(wrong).toEqual({ ok: false, failure: { kind: 'authFailed' } })
    expect(unknown).toEqual(wrong)
    expect(readdirSync(world.profile)).not.toContain('accounts')
    expect(world.secrets.items.size).toBe(0)
  })

  it('protocol 5.3: after too many tries the wait is told', async () => {
    const engine = await world.open()
    let last = await signIn(engine, 'bob', 'guess-number-0')
    for (let n = 1; n < 8 && !last.ok && last.failure.kind === 'authFailed'; n += 1)
      last = await signIn(engine, 'bob', `guess-number-${n}`)
    expect(last).toMatchObject({ ok: false, failure: { kind: 'tooManyAttempts' } })
    if (last.ok) throw new Error('unreachable')
    expect(last.failure.detail?.retryAfter).toBeGreaterThan(0)
  })

  it('a server that nobody vouched for is named by its certificate and sent nothing', async () => {
    const engine = await world.open({ provisioned: [] })
    expect(await signIn(engine)).toMatchObject({
      ok: false,
      failure: { kind: 'certificateUntrusted', detail: { fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/) } },
    })
  })

  it('protocol 5.1: an enrolment code is enough to trust the server', async () => {
    const { text } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
    const engine = await world.open({ provisioned: [] })
    const result = await engine.call('session.signIn', { server: text, user: 'alice', password })
    expect(result).toMatchObject({ ok: true, value: { step: 'ready' } })
    await world.close()
    const again = await world.open({ provisioned: [] })
    await again.session((s) => s.step === 'ready' && s.connection === 'online')
  })

  it('protocol 5.1: another root than the pinned one is refused', async () => {
    const engine = await world.open({ provisioned: [{ ...provisioned, root: 'ab'.repeat(32) }] })
    expect(await signIn(engine)).toEqual({ ok: false, failure: { kind: 'untrustedServer' } })
  })

  it('a new server is met only when the person allows it, and one on this machine only by a start option', async () => {
    const asked: string[] = []
    const confirm = async (origin: string) => {
      asked.push(origin)
      return false
    }
    const { port } = new URL(server.url())
    const engine = await world.open({ provisioned: [], consent: { confirm, loopback: 'refused' } })
    const here = [server.url(), `localhost:${port}`, `kith.localhost:${port}`, `[::1]:${port}`, `2130706433:${port}`]
    const { text: code } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
    for (const named of [...here, `[::ffff:127.0.0.1]:${port}`, `0.0.0.0:${port}`, `localhost.:${port}`, code])
      expect(await engine.call('session.signIn', { server: named, user: 'alice', password })).toEqual({
        ok: false,
        failure: { kind: 'serverUnconfirmed' },
      })
    expect(asked).toEqual([])
    const elsewhere = { server: 'kith.example.org', user: 'alice', password }
    expect(await engine.call('session.signIn', elsewhere)).toMatchObject({ failure: { kind: 'serverUnconfirmed' } })
    expect(asked).toEqual(['https://kith.example.org'])
  })

  it('the server of an account that lies in the profile needs no asking', async () => {
    await signedIn()
    await world.close()
    const confirm = async () => false
    const engine = await world.open({ provisioned: [], consent: { confirm, loopback: 'refused' } })
    await engine.value('session.signOut', {})
    expect(await signIn(engine)).toMatchObject({ ok: true, value: { step: 'ready' } })
  })

  it('text that is no server is a bad request, nobody there is unreachable', async () => {
    const engine = await world.open()
    const nonsense = { server: 'http://mail.example.org', user: 'alice', password }
    expect(await engine.call('session.signIn', nonsense)).toMatchObject({ failure: { kind: 'badRequest' } })
    await server.stop()
    expect(await signIn(engine)).toEqual({ ok: false, failure: { kind: 'unreachable' } })
  })
})

describe('updates', () => {
  it('protocol 7: the button brings a change, at most every two seconds', async () => {
    const engine = await signedIn()
    await server.admin(['contact', 'add', 'new@partner.example', '--user', 'alice', '--name', 'Newcomer'])
    const first = await engine.call('contacts.refresh', {})
    expect(first.ok).toBe(true)
    expect(await engine.names()).toContain('Newcomer')
    expect(await engine.call('contacts.refresh', {})).toMatchObject({ failure: { kind: 'rateLimited' } })
    await server.admin(['contact', 'remove', 'new@partner.example', '--user', 'alice'])
  })

  it("protocol 7: an administrator's change arrives by itself", async () => {
    const engine = await signedIn()
    await engine.session((s) => s.step === 'ready' && s.connection === 'online')
    const arrived = engine.next('contacts.changed')
    await server.admin(['contact', 'set', 'bob@corp.example', '--user', 'alice', '--name', 'Markerbob Renamed'])
    expect(await arrived).toMatchObject({ change: { added: 0, changed: 1, removed: 0 } })
    expect(await engine.names('renamed')).toEqual(['Markerbob Renamed'])
    await server.admin(['contact', 'set', 'bob@corp.example', '--user', 'alice', '--name', 'Markerbob Lin'])
  })

  it('protocol 10: an ended session is opened again silently', async () => {
    const engine = await signedIn()
    await server.endSessions()
    expect(await engine.call('contacts.refresh', {})).toMatchObject({ ok: true })
    expect(await engine.session((s) => s.step === 'ready' && s.connection === 'online')).toMatchObject({
      step: 'ready',
    })
  })

  it('a changed password asks to sign in again; reading goes on; the new one brings it back', async () => {
    const engine = await signedIn()
    await server.admin(['user', 'password', 'alice'], otherPassword)
    await engine.session((s) => s.step === 'ready' && s.connection === 'signInAgain')
    expect(await engine.names()).toHaveLength(2)
    expect(await signIn(engine, 'alice', otherPassword)).toMatchObject({ ok: true })
    await engine.session((s) => s.step === 'ready' && s.connection === 'online')
    await server.admin(['user', 'password', 'alice'], password)
  })
})

describe('restart and offline', () => {
  it('starts without the server, shows the last list with its age, and comes back by itself', async () => {
    await signedIn()
    await world.close()
    await server.stop()
    const engine = await world.open()
    await engine.session((s) => s.step === 'ready' && s.connection === 'offline')
    expect(await engine.names()).toHaveLength(2)
    const { syncedAt, state, failure } = await engine.value('whitelist.status', {})
    expect(syncedAt).toBeGreaterThan(0)
    expect({ state, failure }).toEqual({ state: 'failed', failure: 'unreachable' })
    await server.start()
    // The pauses of the back-off may have grown to a minute while the server was starting (protocol.md section 7).
    await engine.session((s) => s.step === 'ready' && s.connection === 'online')
  }, 180_000)

  it('two engines on one profile: the second is refused', async () => {
    const first = await signedIn()
    const second = await world.open()
    expect(await second.call('session.state', {})).toEqual({ ok: false, failure: { kind: 'profileInUse' } })
    expect(await first.names()).toHaveLength(2)
    await world.close()
    const third = await world.open()
    expect(await third.names()).toHaveLength(2)
  })

  it('signing out forgets the password; signing in again finds store and device as they were', async () => {
    const engine = await signedIn()
    const { device } = await engine.value('app.about', {})
    expect(await engine.call('session.signOut', {})).toMatchObject({ value: { step: 'signedOut', user: 'alice' } })
    expect(await engine.call('contacts.query', { search: '', from: 0, count: 9 })).toEqual({
      ok: false,
      failure: { kind: 'notSignedIn' },
    })
    await world.close()
    const later = await world.open()
    expect(await later.value('session.state', {})).toMatchObject({ step: 'signedOut' })
    expect(await signIn(later)).toMatchObject({ ok: true })
    expect(await later.value('app.about', {})).toMatchObject({ device })
  })

  it('two people take turns on one profile, each with a store of their own', async () => {
    const engine = await signedIn()
    await engine.call('session.signOut', {})
    expect(readdirSync(join(world.profile, 'accounts'))).toHaveLength(1)
    await server.admin(['user', 'add', 'carol', '--name', 'Carol Wang'], otherPassword)
    expect(await signIn(engine, 'carol', otherPassword)).toMatchObject({ value: { name: 'Carol Wang' } })
    expect(await engine.names()).toEqual([])
    expect(await signIn(engine)).toMatchObject({ value: { name: 'Alice Chen' } })
    expect(await engine.names()).toHaveLength(2)
  })
})

describe('what lies on this disk', () => {
  it('protocol 6: an older database put back is noticed, reported and mended by a full list', async () => {
    const engine = await signedIn()
    await world.close()
    const copy = join(world.profile, 'older')
    copyFileSync(join(accountFolder(), 'kith.db'), copy)
    const newer = await world.open()
    await newer.session((s) => s.step === 'ready' && s.connection === 'online')
    await server.admin(['contact', 'add', 'late@partner.example', '--user', 'alice', '--name', 'Latecomer'])
    while (!(await newer.names()).includes('Latecomer')) await newer.next('contacts.changed')
    await world.close()
    for (const end of ['-wal', '-shm']) rmSync(join(accountFolder(), `kith.db${end}`), { force: true })
    copyFileSync(copy, join(accountFolder(), 'kith.db'))
    await server.stop()
    const restored = await world.open()
    expect(await restored.names()).not.toContain('Latecomer')
    expect(world.log.lines.map((line) => line.event)).toContain('store is older than its ratchet')
    await server.start()
    await restored.session((s) => s.step === 'ready' && s.connection === 'online')
    expect(await restored.names()).toContain('Latecomer')
    await server.admin(['contact', 'remove', 'late@partner.example', '--user', 'alice'])
    expect(engine.events.length).toBeGreaterThan(0)
  })

  it('no file of the profile and no log line holds a name, an address or the password', async () => {
    const engine = await signedIn()
    await engine.session((s) => s.step === 'ready' && s.connection === 'online')
    const markers = ['Markerbob', '林標記', 'bob@corp.example', '供應商', password, 'Alice Chen']
    expect(world.files().length).toBeGreaterThan(3)
    expect(world.leaks(markers)).toEqual([])
    await engine.call('session.lock', {})
    expect(world.leaks(markers)).toEqual([])
    expect(JSON.stringify(world.log.lines)).not.toMatch(/Markerbob|標記|@corp|correct-horse|Alice/)
    const { text } = await engine.value('diagnostics.export', {})
    expect(text).not.toMatch(/Markerbob|標記|@|correct-horse|Alice/)
  })
})
