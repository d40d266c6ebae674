/** The demo as whoever tries it finds it: the real demo server, and an engine that signs in to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { demoSchema } from '../../../shared/session.ts'
import { parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, type TestEngine } from '../testing/engine-world.ts'

const offerSchema = demoSchema.extend({ enrolment: z.string() })
type Offer = z.infer<typeof offerSchema>
const main = new URL('../../../server/main.ts', import.meta.url).pathname

let folder = ''
let server: ChildProcess
let offer: Offer
let world: EngineWorld

async function start(): Promise<Offer> {
  server = spawn(process.execPath, [main, 'demo', '--data', folder, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const { stdout } = server
  if (!stdout) throw new Error('no output')
  const line = await new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve))
  return z.object({ demo: offerSchema }).parse(JSON.parse(line)).demo
}

async function stop(): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill()
  await ended
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kith-full-demo-'))
  offer = await start()
})
afterAll(async () => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  const enrolment = parseEnrolment(offer.enrolment)
  world = engineWorld(enrolment ? [enrolment] : [])
})
afterEach(() => world.remove())

/** As the form does with one press. */
async function choose(user: string): Promise<TestEngine> {
  const engine = await world.open({ demo: offer })
  const account = offer.accounts.find((one) => one.user === user)
  await engine.value('session.signIn', { server: offer.server, user, password: account?.password ?? '' })
  await engine.session((s) => s.step === 'ready' && s.mail === 'online')
  return engine
}

async function chatsOf(engine: TestEngine) {
  return (await engine.value('conversations.list', { from: 0, count: 50 })).conversations
}

/** The mailbox is read in steps; resolves when this many are held. */
async function untilHeld(engine: TestEngine, total: number): Promise<void> {
  const seen = engine.next('held.changed', (value) => z.object({ total: z.number() }).parse(value).total === total)
  if ((await engine.value('held.list', { from: 0, count: 10 })).total === total) seen.catch(() => undefined)
  else await seen
}

describe('the demo begins full', () => {
  it('Alice has conversations in English and Chinese over several days, a thread with quotes, a forgery in Held, and a request', async () => {
    const engine = await choose('alice')
    await untilHeld(engine, 2)
    const chats = await chatsOf(engine)
    const unread = Object.fromEntries(chats.map(({ id, unread: count }) => [id.split('@')[0], count]))
    expect(unread).toMatchObject({ bob: 2, carol: 1, mei: 0, han: 0 })
    const { messages } = await engine.value('messages.list', { conversation: 'bob@kith.example', count: 50 })
    const days = new Set(messages.map(({ at }) => Math.floor(at / 86_400_000)))
    expect(days.size).toBeGreaterThan(1)
    expect(messages.map(({ direction }) => direction)).toContain('out')
    expect(messages.map(({ text }) => text).join('\n')).toMatch(/4,200 contacts[\s\S]*太好了/)
    const mail = await engine.value('mail.list', { search: '', from: 0, count: 50 })
    expect(mail.messages.filter(({ read }) => !read)).toHaveLength(2)
    const fair = mail.messages.filter(({ subject }) => subject.includes('trade fair'))
    expect(fair).toHaveLength(3)
    expect(fair[0]?.text).toMatch(/^>> /m)
    const { held } = await engine.value('held.list', { from: 0, count: 10 })
    expect(held).toMatchObject([
      { claimedAddress: 'vincent@kith.example', reason: 'notProven' },
      { claimedAddress: 'chen-wei@kith-example.test' },
    ])
    const requests = await engine.value('requests.list', {})
    expect(requests.incoming).toMatchObject([{ from: { address: 'noah@kith.example' } }])
  })

  it('Ada is the administrator: she opens the administration with one press and answers the request of Bob', async () => {
    const engine = await choose('admin')
    const session = await engine.session((s) => s.step === 'ready' && s.role === 'administrator')
    expect(session).toMatchObject({ demo: { name: 'Ada Kwan 關雅達' } })
    const password = session.step === 'ready' ? (session.demo?.password ?? '') : ''
    expect(await engine.value('admin.open', { password })).toMatchObject({ step: 'open' })
    const { requests } = await engine.value('admin.requests', {})
    const [petra] = requests.filter(({ waits }) => waits === 'administrator')
    expect(petra).toMatchObject({ user: 'bob', address: 'petra@printhouse.test' })
    const changes = [{ op: 'request.link' as const, id: petra?.id ?? '', scope: 'external' as const }]
    expect(await engine.value('admin.change', { changes, why: '', dry: false })).toMatchObject({ state: 'done' })
  })

  it('a second start fills nothing twice; what was locked opens with what the screen says', async () => {
    await stop()
    expect(await start()).toEqual(offer)
    const engine = await choose('alice')
    await untilHeld(engine, 2)
    const bob = (await chatsOf(engine)).find(({ id }) => id === 'bob@kith.example')
    expect(bob?.unread).toBe(2)
    const locked = await engine.value('session.lock', {})
    expect(locked).toMatchObject({ step: 'locked', secret: 'password', demo: { name: 'Alice Chen' } })
    const secret = locked.step === 'locked' ? (locked.demo?.password ?? '') : ''
    expect(await engine.value('session.unlock', { secret })).toMatchObject({ step: 'ready' })
  })
})
