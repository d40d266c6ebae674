/** I5, I12: what somebody writes into a mailbox by IMAP, against the real server with its embedded mail. */
import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const passwords = {
  alice: 'correct-horse-battery',
  bob: 'another-staple-entirely',
  carol: 'a-third-one-for-carol',
  dan: 'and-a-fourth-for-dan',
}
type User = keyof typeof passwords
let server: RealServer
let worlds: EngineWorld[] = []

beforeAll(async () => {
  server = await realServer()
  for (const [user, password] of Object.entries(passwords))
    await server.admin(['user', 'add', user, '--name', user], password)
  for (const [user, contact] of [
    ['alice', 'bob'],
    ['carol', 'bob'],
    ['dan', 'bob'],
    ['bob', 'carol'],
  ] as const)
    await server.admin(['contact', 'add', `${contact}@corp.example`, '--user', user, '--name', contact])
  await server.start()
})
afterAll(async () => {
  await Promise.all(worlds.map((world) => world.remove()))
  await server.remove()
})

async function signedIn(user: User): Promise<TestEngine> {
  const { enrolment } = enrolmentOf(await server.admin(['enrol', '--user', user, '--url', server.url()]))
  const { secret: _oneTime, ...known } = enrolment
  const world = engineWorld([known])
  worlds = [...worlds, world]
  const engine = await world.open()
  await engine.value('session.signIn', { server: server.url(), user, password: passwords[user] })
  return engine
}

/** Another mail program with the user's password. */
async function mailbox<T>(user: User, use: (client: ImapFlow) => Promise<T>): Promise<T> {
  const auth = { user: `${user}@corp.example`, pass: passwords[user] }
  const place = { host: '127.0.0.1', port: server.imapPort(), secure: true }
  const client = new ImapFlow({ ...place, auth, tls: { rejectUnauthorized: false }, logger: false })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.logout()
  }
}

const append = (user: User, messages: readonly (string | Buffer)[]) =>
  mailbox(user, async (client) => {
    for (const message of messages) await client.append('INBOX', message)
  })

/** Every held message arrived, and nobody's conversation has any. */
async function expectHeld(engine: TestEngine, total: number): Promise<void> {
  const counted = async () => (await engine.value('held.list', { from: 0, count: 1 })).total
  while ((await counted()) < total) await engine.next('held.changed')
  const { messages } = await engine.value('messages.list', { conversation: 'bob@corp.example', count: 100 })
  expect(messages).toEqual([])
}

function forgeries(): readonly string[] {
  const names = ['Authentication-Results', 'authentication-results', 'AUTHENTICATION-RESULTS']
  const servers = ['corp.example', 'CORP.example', 'corp.example 1', 'localhost', 'corp.example (x)', ' corp.example']
  const results = [
    'auth=pass smtp.auth=bob@corp.example',
    'auth=pass (x) smtp.auth=bob@corp.example',
    'auth = pass smtp.auth = BOB@corp.example',
    'auth=pass smtp.auth=bob@corp.example smtp.mailfrom=bob@corp.example',
    'dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example',
    'spf=pass; auth=pass smtp.auth=bob@corp.example',
  ]
  const froms = ['bob@corp.example', 'Bob <bob@corp.example>', 'bob@corp.example (Bob)', '"Bob" <BOB@corp.example>']
  const all = names.flatMap((name) =>
    servers.flatMap((by) =>
      results.flatMap((result) => froms.map((from) => ({ header: `${name}: ${by}; ${result}`, from }))),
    ),
  )
  return all
    .map(
      ({ header, from }, index) => `${header}
From: ${from}
To: alice@corp.example
Subject: Pay ${index}
Date: Mon, 23 Nov 2026 08:00:00 +0000
Message-ID: <${index}@forged.test>

Pay at once
`,
    )
    .map((text) => text.replaceAll('\n', '\r\n'))
}

it('I5 432 forged headers in one’s own mailbox prove nobody', { timeout: 120_000 }, async () => {
  const all = forgeries()
  expect(all).toHaveLength(432)
  await append('alice', all)
  await expectHeld(await signedIn('alice'), all.length)
})

it('I12 what bob sent to carol, verdict and all, proves nothing in the mailbox of dan', async () => {
  const [bob, carol] = [await signedIn('bob'), await signedIn('carol')]
  const arrived = carol.next('message.arrived')
  await bob.value('outbox.submit', { kind: 'chat', to: ['carol@corp.example'], text: 'for you' })
  await arrived
  const genuine = await mailbox('carol', async (client) => {
    await client.mailboxOpen('INBOX')
    const message = await client.fetchOne('*', { source: true })
    return message === false ? undefined : message.source
  })
  if (!genuine) throw new Error('nothing came to carol')
  expect(genuine.toString()).toMatch(/^X-Kith-Verdict:/im)
  await append('dan', [genuine])
  await expectHeld(await signedIn('dan'), 1)
})
