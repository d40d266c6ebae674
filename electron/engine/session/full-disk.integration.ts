/**
 * A disk that takes no byte any more, by the kernel's own limit for this process: whoever sits there can still lock, sign
 * out, read and start, and an administrator can still lock and wipe.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Enrolment } from '../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let provisioned: Enrolment
let world: EngineWorld

beforeAll(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob Lin'])
  await server.start()
  const { enrolment } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
  const { secret: _oneTime, ...known } = enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(() => {
  world = engineWorld([provisioned])
})
afterEach(async () => {
  diskTakes('everything')
  await world.remove()
})

/** The soft limit for what this process may write into files; nothing is closed or lost by it. */
function diskTakes(what: 'nothing' | 'everything'): void {
  const limit = what === 'nothing' ? '0:' : 'unlimited:'
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}`])
}

/** The command's own process begins before the limit, which children inherit. */
async function orderedMeanwhile(words: readonly string[]): Promise<void> {
  const ordered = server.admin(['device', ...words])
  diskTakes('nothing')
  await ordered
}

async function signedIn(): Promise<TestEngine> {
  const engine = await world.open()
  const given = { server: server.url(), user: 'alice', password }
  expect(await engine.call('session.signIn', given)).toMatchObject({ ok: true, value: { step: 'ready' } })
  await online(engine)
  return engine
}

const online = (engine: TestEngine) => engine.session((s) => s.step === 'ready' && s.connection === 'online')
const reading = (engine: TestEngine) => engine.call('contacts.query', { search: '', from: 0, count: 10 })
const accounts = () => (existsSync(folder()) ? readdirSync(folder()) : [])
const folder = () => join(world.profile, 'accounts')

it('the limit is one: a file takes nothing', () => {
  diskTakes('nothing')
  expect(() => writeFileSync(join(world.profile, 'probe'), 'x')).toThrow(/EFBIG/)
})

describe('with the disk full', () => {
  it('locking closes at once, and the next start is locked, too', async () => {
    const engine = await signedIn()
    diskTakes('nothing')
    expect(await engine.call('session.lock', {})).toMatchObject({ ok: true, value: { step: 'locked' } })
    expect(await reading(engine)).toMatchObject({ failure: { kind: 'locked' } })
    await world.close()
    const later = await world.open()
    expect(await later.value('session.state', {})).toMatchObject({ step: 'locked', reason: 'user', user: 'alice' })
    expect(await later.call('session.unlock', { secret: password })).toMatchObject({ ok: true })
    expect(await later.names()).toEqual(['Bob Lin'])
  })

  it('signing out closes at once, and the next start opens nothing by itself', async () => {
    const engine = await signedIn()
    diskTakes('nothing')
    expect(await engine.call('session.signOut', {})).toMatchObject({ ok: true, value: { step: 'signedOut' } })
    expect(await reading(engine)).toMatchObject({ failure: { kind: 'notSignedIn' } })
    await world.close()
    const later = await world.open()
    expect((await later.value('session.state', {})).step).not.toBe('ready')
    expect(await reading(later)).toMatchObject({ ok: false })
  })

  it('a start lets one read, and nothing is put aside', async () => {
    await signedIn()
    await world.close()
    diskTakes('nothing')
    const engine = await world.open()
    expect(await engine.value('session.state', {})).toMatchObject({ step: 'ready' })
    expect(await engine.names()).toEqual(['Bob Lin'])
    expect(readdirSync(join(world.profile, 'accounts', accounts()[0] ?? '')).sort()).toEqual(
      expect.not.arrayContaining([expect.stringContaining('unreadable')]),
    )
  })

  it('a wipe that the administrator signed arrives and destroys keys and list', async () => {
    const engine = await signedIn()
    const { device } = await engine.value('app.about', {})
    await orderedMeanwhile(['revoke', device, '--wipe', 'all'])
    await engine.session((s) => s.step === 'signedOut')
    expect(await reading(engine)).toMatchObject({ ok: false })
    expect(accounts()).toEqual([])
    expect(world.secrets.items.size).toBe(0)
    expect(existsSync(join(world.profile, 'profile.json'))).toBe(false)
  })

  it('a wipe that finds the disk full at the start is carried out before anything is shown', async () => {
    const { device } = await (await signedIn()).value('app.about', {})
    await world.close()
    await server.admin(['device', 'revoke', device, '--wipe', 'all'])
    diskTakes('nothing')
    const engine = await world.open()
    await engine.session((s) => s.step === 'signedOut')
    expect(accounts()).toEqual([])
    expect(world.secrets.items.size).toBe(0)
  })

  it('a lock by the administrator closes', async () => {
    const engine = await signedIn()
    const { device } = await engine.value('app.about', {})
    await orderedMeanwhile(['lock', device])
    expect(await engine.session((s) => s.step === 'locked')).toMatchObject({ reason: 'revoked' })
    await world.close()
    expect(await (await world.open()).value('session.state', {})).toMatchObject({ step: 'locked' })
  })

  it('a first sign-in fails before the server hears of the device, says why, and leaves nothing', async () => {
    const engine = await world.open()
    diskTakes('nothing')
    const answer = await engine.call('session.signIn', { server: server.url(), user: 'alice', password })
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'diskFailing' } })
    diskTakes('everything')
    expect(accounts()).toEqual([])
    expect(world.secrets.items.size).toBe(0)
  })
})

it('a store that can not be read for a while is no damage: nothing is put aside, and it opens again', async () => {
  await signedIn()
  await world.close()
  const file = join(world.profile, 'accounts', accounts()[0] ?? '', 'kith.db')
  renameSync(file, `${file}.elsewhere`)
  mkdirSync(file)
  const engine = await world.open()
  expect(await engine.value('session.state', {})).toMatchObject({ step: 'signedOut', cause: 'diskFailing' })
  for (let n = 0; n < 2; n += 1) {
    const answer = await engine.call('session.signIn', { server: server.url(), user: 'alice', password })
    expect(answer).toMatchObject({ failure: { kind: 'diskFailing' } })
  }
  await world.close()
  rmdirSync(file)
  renameSync(`${file}.elsewhere`, file)
  expect(await (await world.open()).value('session.state', {})).toMatchObject({ step: 'ready' })
})
