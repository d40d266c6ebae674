/** I6: a change of the list judges again at once what is held, against the real server with its embedded mail. */
import { ImapFlow } from 'imapflow'
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

async function messagesIn(user: string, folder: string): Promise<number> {
  const auth = { user: `${user}@corp.example`, pass: password }
  const place = { host: '127.0.0.1', port: server.imapPort(), secure: true }
  const client = new ImapFlow({ ...place, auth, tls: { rejectUnauthorized: false }, logger: false })
  await client.connect()
  try {
    return (await client.mailboxOpen(folder)).exists
  } finally {
    await client.logout()
  }
}

async function signedIn(user: string): Promise<TestEngine> {
  const { enrolment } = enrolmentOf(await server.admin(['enrol', '--user', user, '--url', server.url()]))
  const { secret: _oneTime, ...known } = enrolment
  const world = engineWorld([known])
  worlds = [...worlds, world]
  const engine = await world.open()
  await engine.value('session.signIn', { server: server.url(), user, password })
  return engine
}

it('I6 a colleague who is listed later: what he wrote moves to the conversation, without a restart; and what is no longer listed', async () => {
  const [alice, from] = [await signedIn('alice'), await signedIn('bob')]
  const held = alice.next('held.changed')
  await from.value('outbox.submit', { kind: 'chat', to: ['alice@corp.example'], text: 'are you there?' })
  await held
  const { held: before, unseen } = await alice.value('held.list', { from: 0, count: 10 })
  expect(before).toMatchObject([{ claimedAddress: bob, reason: 'notListed' }])
  expect(unseen).toBe(1)
  const admitted = alice.next('held.admitted')
  await server.admin(['contact', 'add', bob, '--user', 'alice', '--name', 'Bob Lin'])
  expect(await admitted).toEqual({ conversation: bob, name: 'Bob Lin', count: 1 })
  expect(await alice.value('held.list', { from: 0, count: 10 })).toMatchObject({ total: 0, unseen: 0 })
  const { messages } = await alice.value('messages.list', { conversation: bob, count: 10 })
  expect(messages).toMatchObject([{ text: 'are you there?' }])
  // The other way: what was admitted stays and can only be read, what comes from now on is held.
  const closed = alice.next('conversation.changed')
  await server.admin(['contact', 'remove', bob, '--user', 'alice'])
  await closed
  expect(await alice.value('conversations.get', { id: bob })).toMatchObject({ open: false, closed: 'removed' })
  expect((await alice.value('messages.list', { conversation: bob, count: 10 })).messages).toHaveLength(1)
  const again = alice.next('held.changed')
  await from.value('outbox.submit', { kind: 'chat', to: ['alice@corp.example'], text: 'and now?' })
  await again
  const { held: after } = await alice.value('held.list', { from: 0, count: 10 })
  expect(after).toMatchObject([{ claimedAddress: bob, reason: 'notListed' }])
  // Deleted here, it is off the inbox of every program.
  await alice.value('held.delete', { id: after[0]?.id ?? '', scope: 'message' })
  await expect.poll(() => messagesIn('alice', 'INBOX'), { timeout: 10_000 }).toBe(1)
  expect(await messagesIn('alice', 'Trash')).toBe(1)
})
