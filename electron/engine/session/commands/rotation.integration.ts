/** The organisation's keys are replaced under clients that go on working, and behind one that is away. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Enrolment } from '../../../../shared/whitelist/enrolment.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../../testing/engine-world.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
const passphrase = 'a passphrase for the root key'
let server: RealServer
let provisioned: Enrolment
let alice: EngineWorld
let bob: EngineWorld

beforeAll(async () => {
  server = await realServer()
  for (const [user, other] of [
    ['alice', 'bob'],
    ['bob', 'alice'],
  ] as const) {
    await server.admin(['user', 'add', user, '--name', `The ${user}`], password)
    await server.admin(['contact', 'add', `${other}@corp.example`, '--user', user, '--name', other])
  }
  await server.start()
  const { secret: _oneTime, ...known } = enrolmentOf(
    await server.admin(['enrol', '--user', 'alice', '--url', server.url()]),
  ).enrolment
  provisioned = known
})
afterAll(() => server.remove())
beforeEach(() => {
  alice = engineWorld([provisioned])
  bob = engineWorld([provisioned])
})
afterEach(async () => {
  await alice.remove()
  await bob.remove()
})

const online = (engine: TestEngine) => engine.session((s) => s.step === 'ready' && s.connection === 'online')

async function signedIn(world: EngineWorld, user: string): Promise<TestEngine> {
  const engine = await world.open()
  await engine.value('session.signIn', { server: server.url(), user, password })
  await online(engine)
  return engine
}

/** A line of the diagnostics, such as the manifest that the client holds. */
async function fact(engine: TestEngine, name: string): Promise<string | undefined> {
  const { text } = await engine.value('diagnostics.export', {})
  return new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]
}

const manifestSchema = z.object({ manifest: z.number(), epoch: z.number() })
const key = async (words: readonly string[], input = '') => manifestSchema.parse(await server.admin(words, input))

let added = 0
/** A change of the administrator arrives: the client believes the server's answers. */
async function changeArrives(engine: TestEngine): Promise<void> {
  added += 1
  const name = `Contact ${added}`
  await server.admin(['contact', 'add', `c${added}@partner.example`, '--user', 'alice', '--name', name])
  while (!(await engine.names(name)).includes(name)) await engine.next('contacts.changed')
}

/** Mail from one to the other is admitted: the verdict's signature counts there. */
async function mailArrives(from: TestEngine, to: TestEngine, text: string): Promise<void> {
  const isIt = (value: unknown) => z.object({ text: z.string() }).safeParse(value).data?.text.includes(text) === true
  const arrived = to.next('message.arrived', isIt)
  const recipients = ['alice@corp.example']
  await from.value('outbox.submit', { kind: 'chat', to: recipients, cc: [], bcc: [], subject: '', text })
  await arrived
}

const alarms = (world: EngineWorld) => world.log.lines.filter(({ event }) => event === 'whitelist answer refused')

describe('protocol 1, 3.1 and 9: a client that is connected', () => {
  it('goes on through every rotation, takes each manifest, and refuses nothing', async () => {
    const engine = await signedIn(alice, 'alice')
    for (const words of [
      ['key', 'rotate', 'fresh'],
      ['key', 'rotate', 'server'],
      ['key', 'rotate', 'policy'],
      ['key', 'retire', 'fresh'],
      ['key', 'rotate', 'policy', '--stolen'],
      ['key', 'rotate', 'fresh', '--stolen'],
      ['key', 'rotate', 'server', '--stolen'],
      ['manifest', 'renew'],
    ]) {
      const { manifest, epoch } = await key(words)
      await changeArrives(engine)
      expect(await fact(engine, 'manifest')).toBe(String(manifest))
      expect(await engine.value('whitelist.status', {})).toMatchObject({ epoch })
    }
    // A login by the new S, and an answer by the new F.
    await server.endSessions()
    await changeArrives(engine)
    expect(alarms(alice)).toEqual([])
  }, 180_000)

  it('a stolen policy key: the whole list again by itself, in a new epoch', async () => {
    const engine = await signedIn(alice, 'alice')
    const { epoch: before } = await engine.value('whitelist.status', {})
    const moved = engine.next(
      'whitelist.changed',
      (value) => z.object({ epoch: z.number() }).safeParse(value).data?.epoch === before + 1,
    )
    await key(['key', 'rotate', 'policy', '--stolen'])
    await moved
    expect(await engine.names()).toContain('bob')
    await changeArrives(engine)
    expect(alarms(alice)).toEqual([])
  })

  it('gateway: mail by the old key is admitted until it is retired, mail by the new one afterwards', async () => {
    const receiver = await signedIn(alice, 'alice')
    const sender = await signedIn(bob, 'bob')
    await receiver.session((s) => s.step === 'ready' && s.mail === 'online')
    await mailArrives(sender, receiver, 'before the rotation')
    await key(['key', 'rotate', 'gateway'])
    await mailArrives(sender, receiver, 'by the old key')
    await changeArrives(receiver)
    await key(['key', 'retire', 'gateway'])
    await mailArrives(sender, receiver, 'by the new key')
    expect(await receiver.value('held.list', { from: 0, count: 10 })).toMatchObject({ total: 0 })
  }, 120_000)
})

it('a client that was away follows every manifest on its return: rotations, thefts, and the root itself', async () => {
  const before = await signedIn(alice, 'alice')
  const known = await fact(before, 'manifest')
  await alice.close()
  await key(['key', 'rotate', 'fresh'])
  await key(['key', 'retire', 'fresh'])
  await key(['key', 'rotate', 'policy', '--stolen'])
  await key(['key', 'rotate', 'server', '--stolen'])
  const { root } = await rootRotated()
  // New clients: by a code that names the new root, and, further below, by one that still names the old.
  const { text } = enrolmentOf(await server.admin(['enrol', '--user', 'bob', '--url', server.url()]))
  const newcomer = await bob.open({ provisioned: [] })
  await newcomer.value('session.signIn', { server: text, user: 'bob', password })
  await bob.close()
  const { manifest, epoch } = await key(['key', 'rotate', 'fresh', '--stolen', '--root-key', root], passphrase)
  expect(manifest).toBe(Number(known) + 6)
  const engine = await alice.open()
  await online(engine)
  await changeArrives(engine)
  expect(await fact(engine, 'manifest')).toBe(String(manifest))
  expect(await engine.value('whitelist.status', {})).toMatchObject({ epoch })
  expect(alarms(alice)).toEqual([])
  const late = engineWorld([provisioned])
  expect(await fact(await signedIn(late, 'bob'), 'manifest')).toBe(String(manifest))
  await late.remove()
})

async function rootRotated(): Promise<{ readonly root: string }> {
  const root = `${bob.profile}/root.json`
  await key(['key', 'root', 'rotate', '--to', root], passphrase)
  return { root }
}
