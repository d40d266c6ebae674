/** The keys file wrapped anew across power cuts: the client's process ends at every step (protocol.md section 9). */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { enrolmentOf } from '../../testing/engine-world.ts'
import { type KilledProfile, killedProfile, type SignIn } from '../../testing/killed-client.ts'
import { type RealServer, realServer } from '../../testing/real-server.ts'

const password = 'correct-horse-battery'
let server: RealServer
let profile: KilledProfile
let signIn: SignIn
let changes = 0

beforeAll(async () => {
  server = await realServer()
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
})
afterAll(() => server.remove())
beforeEach(async () => {
  await switchTo('local')
  const printed = await server.admin(['enrol', '--user', 'alice', '--url', server.url()])
  const { secret: _oneTime, ...known } = enrolmentOf(printed).enrolment
  profile = killedProfile(known)
  signIn = { server: server.url(), user: 'alice', password }
})
afterEach(() => profile.remove())

async function switchTo(store: 'local' | 'online-unlock'): Promise<void> {
  await server.stop()
  server.setStore(store)
  await server.start()
  changes += 1
  await server.admin(['contact', 'add', `p${changes}@partner.example`, '--user', 'alice', '--name', 'P'])
}

/** What a client started now comes to; then it is killed. */
async function comesTo(...words: readonly string[]): Promise<void> {
  const client = profile.start()
  for (const word of words) await client.says(word)
  client.kill()
  await client.ended
}

async function signedIn(): Promise<void> {
  const client = profile.start({ signIn })
  await client.says('session:ready:online')
  client.kill()
  await client.ended
}

it.each([
  ['begun', false],
  ['beside', false],
  ['renamed', true],
  ['kept', true],
])(
  'local to online-unlock and back, cut off after "%s": what is there opens, and the next login goes on (in force at once: %s)',
  async (step, inForce) => {
    await signedIn()
    for (const [store, offline, before] of [
      ['online-unlock', 'session:locked:online', 'session:ready:offline'],
      ['local', 'session:ready:offline', 'session:locked:online'],
    ] as const) {
      await switchTo(store)
      const cut = profile.start({ killAt: `rewrap:${step}` })
      expect(await cut.ended).toBe('SIGKILL')
      await server.stop()
      await comesTo(inForce ? offline : before)
      await server.start()
      await comesTo(...(inForce ? [] : ['rewrap:kept']), 'session:ready:online')
      await server.stop()
      await comesTo(offline)
      await server.start()
    }
  },
  240_000,
)

it.each(['made', 'told', 'kept'])(
  'new keys of the device cut off after "%s" in online-unlock: the next login finds which pair the server knows',
  async (step) => {
    await signedIn()
    await switchTo('online-unlock')
    const first = profile.start({ killAt: `rotate:${step}` })
    await first.says('rewrap:kept')
    const listed = await server.admin(['device', 'list', '--user', 'alice'])
    const { devices } = z.object({ devices: z.array(z.object({ device: z.string(), seen: z.string() })) }).parse(listed)
    const id = devices.toSorted((a, b) => (a.seen < b.seen ? 1 : -1))[0]?.device ?? ''
    await server.admin(['device', 'rotate', id])
    await server.admin(['contact', 'add', `${step}@partner.example`, '--user', 'alice', '--name', 'P'])
    expect(await first.ended).toBe('SIGKILL')
    await comesTo('session:ready:online')
    await comesTo('session:ready:online')
    await server.stop()
    await comesTo('session:locked:online')
    await server.start()
  },
  240_000,
)
