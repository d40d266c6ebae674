/** The administrator's commands against real clients: lost devices, across power cuts at every step (protocol.md section 9). */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Enrolment } from '../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

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
      seen: z.string(),
      commands: z.array(z.object({ command: z.string(), scope: z.string(), state: z.string() })),
    }),
  ),
})
const devices = async () => devicesSchema.parse(await server.admin(['device', 'list', '--user', 'alice'])).devices
const theDevice = async (id: string) => (await devices()).find(({ device }) => device === id)
const newest = async () => (await devices()).toSorted((a, b) => (a.seen < b.seen ? 1 : -1))[0]?.device ?? ''

const child = fileURLToPath(new URL('../testing/engine-child.ts', import.meta.url))

type Client = {
  readonly process: ChildProcess
  /** Resolves when the client has said this. */
  readonly says: (word: string) => Promise<void>
  readonly ended: Promise<void>
}

describe('a wipe, the client killed', () => {
  let folder: string
  const running: Client[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kith-killed-'))
  })
  afterEach(async () => {
    for (const { process: one, ended } of running.splice(0)) {
      one.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  })
  const profile = () => join(folder, 'profile')
  const secrets = () => join(folder, 'keychain.json')

  function start(orders: { readonly signIn?: boolean; readonly killAt?: string }): Client {
    const { signIn = false, killAt = '' } = orders
    const started = spawn(process.execPath, [child], { stdio: ['pipe', 'pipe', 'inherit'] })
    const asked = signIn ? { signIn: { server: server.url(), user: 'alice', password } } : {}
    started.stdin.end(
      JSON.stringify({ profile: profile(), secrets: secrets(), provisioned: [provisioned], killAt, ...asked }),
    )
    const said: string[] = []
    const listeners = new Set<() => void>()
    const tellAll = () => {
      for (const listener of listeners) listener()
    }
    createInterface({ input: started.stdout }).on('line', (line) => {
      said.push(line)
      tellAll()
    })
    const ended = new Promise<void>((resolve) => {
      started.once('close', () => {
        resolve()
        tellAll()
      })
    })
    const says = (word: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (said.includes(word)) resolve()
          else if (started.exitCode !== null || started.signalCode !== null)
            reject(new Error(`ended after ${said.join(' ')}`))
        }
        listeners.add(look)
        look()
      })
    const client = { process: started, says, ended }
    running.push(client)
    return client
  }

  const leftOver = () => [
    ...(existsSync(join(profile(), 'accounts')) ? readdirSync(join(profile(), 'accounts')) : []),
    ...Object.keys(JSON.parse(readFileSync(secrets(), 'utf8'))),
  ]

  it.each([
    // Until the keys are gone the next start can still sign its last word.
    ['noted', 'done'],
    ['stopped', 'done'],
    ['told', 'done'],
    ['keys', 'started'],
    ['closed', 'started'],
    ['files', 'started'],
    ['done', 'done'],
  ])('after "%s": the next start completes it, and the server knows "%s"', async (step, known) => {
    const first = start({ signIn: true, killAt: `wipe:${step}` })
    await first.says('session:ready:online')
    const id = await newest()
    await server.admin(['device', 'revoke', id, '--wipe', 'all'])
    await first.ended
    expect(first.process.signalCode).toBe('SIGKILL')
    const second = start({})
    await second.says('session:signedOut')
    expect(leftOver()).toEqual([])
    expect(await theDevice(id)).toMatchObject({
      state: 'revoked',
      commands: [{ command: 'wipe', scope: 'all', state: known }],
    })
  })

  it('at random moments, again and again: in the end nothing is left', async () => {
    const first = start({ signIn: true })
    await first.says('session:ready:online')
    const id = await newest()
    await server.admin(['device', 'revoke', id, '--wipe', 'all'])
    let state = 20_260_102
    for (let n = 0; n < 4; n += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      const one = n === 0 ? first : start({})
      const timer = setTimeout(() => one.process.kill('SIGKILL'), (state / 2 ** 32) * 600)
      await one.ended
      clearTimeout(timer)
    }
    await start({}).says('session:signedOut')
    expect(leftOver()).toEqual([])
  })
})

describe('a device that is lost and found', () => {
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
    for (const words of [['--wipe', 'all'], ['--wipe', 'all'], []])
      await server.admin(['device', 'revoke', id, ...words])
    expect((await theDevice(id))?.commands).toEqual([{ command: 'wipe', scope: 'all', state: 'open' }])
    const later = await world.open()
    await later.session((s) => s.step === 'signedOut')
    await tells(id, done('wipe'))
  })
})
