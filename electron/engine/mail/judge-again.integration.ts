/** I6: a change of the list judges again at once what is held, against the real server with its embedded mail. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'correct-horse-battery'
const bob = 'bob@corp.example'
let server: RealServer
let worlds: EngineWorld[] = []

beforeAll(async () => {
  server = await realServer()
  for (const user of ['alice', 'bob']) await server.admin(['user', 'add', user, '--name', user], password)
  await server.admin(['contact', 'add', 'alice@corp.example', '--user', 'bob', '--name', 'Alice'])
  await server.start()
})
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.remove()))
  await server.remove()
})

async function signedIn(user: string): Promise<TestEngine> {
  const { enrolment } = enrolmentOf(await server.admin(['enrol', '--user', user, '--url', server.url()]))
  const { secret: _oneTime, ...known } = enrolment
  const world = engineWorld([known])
  worlds = [...worlds, world]
  const engine = await world.open()
  await engine.value('session.signIn', { server: server.url(), user, password })
  return engine
}

it('I6 a colleague who is listed later: what he wrote moves to the conversation, without a restart', async () => {
  const [alice, from] = [await signedIn('alice'), await signedIn('bob')]
  const held = alice.next('held.changed')
  await from.value('outbox.submit', { kind: 'chat', to: ['alice@corp.example'], text: 'are you there?' })
  await held
  const { held: before } = await alice.value('held.list', { from: 0, count: 10 })
  expect(before).toMatchObject([{ claimedAddress: bob, reason: 'notListed' }])
  const empty = alice.next('held.changed')
  await server.admin(['contact', 'add', bob, '--user', 'alice', '--name', 'Bob Lin'])
  await empty
  console.log(JSON.stringify(await alice.value('held.list', { from: 0, count: 10 })))
  const { messages } = await alice.value('messages.list', { conversation: bob, count: 10 })
  expect(messages).toMatchObject([{ text: 'are you there?' }])
})
