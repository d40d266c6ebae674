/** Signed commands across power cuts: the client's process ends at every step, and at random moments (protocol.md section 9). */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { enrolmentOf } from '../../testing/engine-world.ts'
import { type KilledProfile, killedProfile, type SignIn } from '../../testing/killed-client.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let profile: KilledProfile
let signIn: SignIn

beforeAll(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.start()
})
afterAll(() => server.remove())
beforeEach(async () => {
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  profile = killedProfile(known)
  signIn = { server: server.url(), user: 'alice', password }
})
afterEach(() => profile.remove())

const devicesSchema = z.object({
  devices: z.array(
    z.object({
      device: z.string(),
      state: z.string(),
      seen: z.string(),
      words: z.string(),
      commands: z.array(z.object({ command: z.string(), scope: z.string(), state: z.string() })),
    }),
  ),
})
const devices = async () => devicesSchema.parse(await server.admin(['device', 'list', '--user', 'alice'])).devices
const theDevice = async (id: string) => (await devices()).find(({ device }) => device === id)
const newest = async () => (await devices()).toSorted((a, b) => (a.seen < b.seen ? 1 : -1))[0]?.device ?? ''

/** The same moments in each run. */
function moments(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

it.each([
  // Until the keys are gone the next start can still sign its last word.
  ['noted', 'done'],
  ['stopped', 'done'],
  ['told', 'done'],
  ['keys', 'started'],
  ['closed', 'started'],
  ['files', 'started'],
  ['done', 'done'],
])('a wipe cut off after "%s": the next start completes it, and the server knows "%s"', async (step, known) => {
  const first = profile.start({ signIn, killAt: `wipe:${step}` })
  await first.says('session:ready:online')
  const id = await newest()
  await server.admin(['device', 'revoke', id, '--wipe', 'all'])
  expect(await first.ended).toBe('SIGKILL')
  await profile.start().says('session:signedOut')
  expect(profile.leftOver()).toEqual([])
  const commands = [{ command: 'wipe', scope: 'all', state: known }]
  expect(await theDevice(id)).toMatchObject({ state: 'revoked', commands })
})

it.each(['stopped', 'told', 'list', 'done'])(
  'a wipe of the list cut off after "%s": the next start completes it',
  async (step) => {
    const first = profile.start({ signIn, killAt: `wipe:${step}` })
    await first.says('session:ready:online')
    const id = await newest()
    await server.admin(['device', 'revoke', id, '--wipe', 'list'])
    expect(await first.ended).toBe('SIGKILL')
    const second = profile.start()
    await second.says('session:locked:revoked')
    await second.says('wipe:done')
    const commands = [{ command: 'wipe', scope: 'list', state: 'done' }]
    expect(await theDevice(id)).toMatchObject({ state: 'revoked', commands })
  },
)

it.each(['held', 'told'])(
  'a lock cut off after "%s": the next start is locked, too, until it is unlocked',
  async (step) => {
    const first = profile.start({ signIn, killAt: `lock:${step}` })
    await first.says('session:ready:online')
    const id = await newest()
    await server.admin(['device', 'lock', id])
    expect(await first.ended).toBe('SIGKILL')
    const second = profile.start()
    await second.says('session:locked:user')
    second.kill()
    await second.ended
    await server.admin(['device', 'unlock', id])
    await profile.start({ signIn }).says('session:ready:online')
    expect(await theDevice(id)).toMatchObject({ state: 'active', commands: [{ command: 'lock', state: 'done' }] })
  },
)

it('a wipe cut off at random moments, again and again: in the end nothing is left', async () => {
  const next = moments(20_260_102)
  const first = profile.start({ signIn })
  await first.says('session:ready:online')
  await server.admin(['device', 'revoke', await newest(), '--wipe', 'all'])
  for (let n = 0; n < 4; n += 1) {
    const client = n === 0 ? first : profile.start()
    const timer = setTimeout(client.kill, next() * 600)
    await client.ended
    clearTimeout(timer)
  }
  await profile.start().says('session:signedOut')
  expect(profile.leftOver()).toEqual([])
})

let changes = 0
/** A change of the list: the connected device asks, and gets the command with it. */
async function poke(): Promise<void> {
  changes += 1
  await server.admin(['contact', 'add', `p${changes}@partner.example`, '--user', 'alice', '--name', 'P'])
}

it.each(['made', 'told', 'kept'])(
  'new keys of the device cut off after "%s": the next start has them, the server too',
  async (step) => {
    const first = profile.start({ signIn, killAt: `rotate:${step}` })
    await first.says('session:ready:online')
    const id = await newest()
    const before = (await theDevice(id))?.words
    await server.admin(['device', 'rotate', id])
    await poke()
    expect(await first.ended).toBe('SIGKILL')
    const second = profile.start()
    await second.says('session:ready:online')
    const isDone = { state: 'active', commands: [{ command: 'rotate', scope: 'all', state: 'done' }] }
    await vi.waitFor(async () => expect(await theDevice(id)).toMatchObject(isDone), { timeout: 30_000 })
    const after = (await theDevice(id))?.words
    expect(after).not.toBe(before)
    second.kill()
    await second.ended
    await profile.start().says('session:ready:online')
    expect((await theDevice(id))?.words).toBe(after)
  },
)
