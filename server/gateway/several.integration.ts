import { once } from 'node:events'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { rawClient } from '../mail/testing/raw-client.ts'
import { configSchema } from '../settings/config.ts'
import { openContext } from '../settings/context.ts'
import { startCommand, type TestFolder, testFolder } from '../testing/harness.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'
import { sendDigests } from './digest.ts'
import { gatewayParts } from './parts.ts'
import { startMailServer } from './testing/mail-server.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { deliver, partnerDns } from './testing/outside.ts'
import { makeSpool, type Spool } from './testing/spool.ts'
import { domain } from './testing/world.ts'

const elsewhere = { host: '127.0.0.1', port: 993, security: 'tls' } as const

let postgres: TestPostgres
let database = ''
let folder: TestFolder
let second: string
let spool: Spool
let next: NextServer
const nodes: Node[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  spool = makeSpool()
  const gateway = configSchema.shape.gateway.parse({ ...spool.settings, metricsPort: 0, held: 'quarantine' })
  const store = await postgres.createDatabase()
  database = store.database
  const mail = { kind: 'external', imap: elsewhere, smtp: elsewhere } as const
  folder = await testFolder(['alice', 'bob'], { domain, gateway, store, mail })
  // As an administrator sets up a second machine: settings and keys are copied.
  second = `${folder.path}-second`
  await cp(folder.path, second, { recursive: true })
  const file = join(second, 'config.json')
  const config = JSON.parse(await readFile(file, 'utf8'))
  const sockets = spool.another('second')
  await writeFile(file, JSON.stringify({ ...config, gateway: { ...config.gateway, sockets } }))
})
afterAll(async () => {
  await folder.close()
  await rm(second, { recursive: true })
  spool.remove()
  await postgres.close()
})
beforeEach(async () => {
  next = await startNextServer(spool.doors.next)
})
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.kill()
  await next.close()
})

/** A gateway process. */
type Node = { readonly policy: string; readonly incoming: string; kill(): Promise<void> }

async function startNode(path: string): Promise<Node> {
  const { child, finished } = startCommand(path, ['gateway'])
  if (!child.stdout) throw new Error('no output')
  const ended = finished.then(({ err }) => {
    throw new Error(`it does not serve: ${err}`)
  })
  ended.catch(() => undefined)
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])
  const { sockets } = JSON.parse(String(line))
  const node = {
    policy: `${sockets}/policy`,
    incoming: `${sockets}/incoming`,
    async kill() {
      child.kill('SIGKILL')
      await finished
    },
  }
  nodes.push(node)
  return node
}

const raw = ['From: Zoe <zoe@else.test>', 'Subject: Offer', 'Message-ID: <z@else.test>', '', 'hello', ''].join('\r\n')
const rows = (user: string) => folder.administration.store.quarantine.ofUser(user)

/** What Postfix hears when alice, signed in, wants to write to this address. */
async function asked(door: string, recipient: string): Promise<string> {
  const socket = connect(door)
  const fields = ['request=smtpd_access_policy', 'protocol_state=RCPT', 'sasl_username=alice', 'instance=1']
  socket.write(`${[...fields, 'sender=alice@kith.test', `recipient=${recipient}`].join('\n')}\n\n`)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

it('each refuses from the next message on whom an administrator has removed', async () => {
  const doors = [(await startNode(folder.path)).policy, (await startNode(second)).policy]
  const { editor } = folder.administration
  const both = () => Promise.all(doors.map((door) => asked(door, 'petra@partner.test')))
  for (let round = 0; round < 3; round++) {
    await editor.change('alice', [{ op: 'add', contact: { address: 'petra@partner.test', name: 'P' } }], 'test')
    expect(await both()).toEqual(['action=DUNNO\n\n', 'action=DUNNO\n\n'])
    await editor.change('alice', [{ op: 'remove', address: 'petra@partner.test' }], 'test')
    for (const answer of await both()) expect(answer).toMatch(/^action=550 5\.7\.1 .*O1/)
  }
})

it('each message in quarantine is told of once, whoever tells', async () => {
  const node = await startNode(folder.path)
  const contexts = [await openContext(folder.path), await openContext(second)]
  const tellers: Parameters<typeof sendDigests>[0][] = []
  for (const context of contexts) {
    if (!context.ok) throw new Error(context.why)
    const failed = (error: unknown) => expect(error).toBeUndefined()
    tellers.push({ ...(await gatewayParts(context.value, partnerDns)), store: context.value.store, failed })
  }
  for (let round = 0; round < 3; round++) {
    expect(await deliver(node.incoming, raw, ['alice@kith.test', 'bob@kith.test'])).toMatch(/^250 /)
    const told = await Promise.all(tellers.flatMap((teller) => [sendDigests(teller), sendDigests(teller)]))
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(2)
    const recipients = next.taken().flatMap(({ to }) => to)
    expect(recipients.toSorted()).toEqual(['alice@kith.test', 'bob@kith.test'])
  }
  for (const context of contexts) if (context.ok) await context.value.store.close()
})

it('one is killed in mid-message: the sender is told to try again, and by the other nothing is lost', async () => {
  await startNode(folder.path)
  const other = await startNode(second)
  const passwords = { 'alice@kith.test': 'x', 'nobody@kith.test': 'x' }
  const mail = await startMailServer({ data: folder.path, domain, passwords, spool, instead: true })
  try {
    // Alice's copy is kept back, somebody's without an account goes on.
    const to = ['alice@kith.test', 'nobody@kith.test']
    const before = (await rows('alice')).length
    const stalled = next.stall()
    const client = await rawClient(mail.mx)
    await client.reply()
    await client.ask('EHLO outside.test')
    await client.ask('MAIL FROM:<zoe@else.test>')
    for (const address of to) expect(await client.ask(`RCPT TO:<${address}>`)).toMatch(/^250 /)
    expect(await client.ask('DATA')).toMatch(/^354 /)
    const answer = client.ask(`${raw}.`)
    await stalled
    await nodes[0]?.kill()
    expect(await answer).toMatch(/^451 4\.3\.0 /)
    client.close()
    expect(next.taken()).toEqual([])
    expect(await deliver(other.incoming, raw, to)).toMatch(/^250 /)
    expect(next.taken().map((one) => one.to)).toEqual([['nobody@kith.test']])
    // Kept twice rather than not at all.
    expect((await rows('alice')).length).toBe(before + 2)
  } finally {
    await mail.close()
  }
})

it('one is killed while it sends what was released: another sends it once its turn is over', async () => {
  const first = await startNode(folder.path)
  expect(await deliver(first.incoming, raw, ['bob@kith.test'])).toMatch(/^250 /)
  const [kept] = await rows('bob')
  const stalled = next.stall()
  await folder.administration.run([{ op: 'quarantine.release', user: 'bob', message: kept?.id ?? 0 }])
  await stalled
  await first.kill()
  expect((await rows('bob')).find(({ id }) => id === kept?.id)).toMatchObject({ state: 'released' })
  expect(next.taken()).toEqual([])
  // Time passes.
  postgres.sql(database, `update quarantine set due = 1 where id = ${kept?.id}`)
  await startNode(second)
  expect((await next.arrived()).to).toEqual(['bob@kith.test'])
})
