import { connect } from 'node:net'
import SqliteFile from 'better-sqlite3-multiple-ciphers'
import { afterEach, describe, expect, it } from 'vitest'
import { smtpClient, tls } from '../mail/testing/mail-harness.ts'
import { rawClient, signedInClient } from '../mail/testing/raw-client.ts'
import { testPassword } from '../testing/harness.ts'
import { type MailServer, startMailServer } from './testing/mail-server.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { proofFor } from './testing/policy-client.ts'
import { domain, startWorld, type World, type WorldOptions } from './testing/world.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function start(options: Partial<WorldOptions> = {}): Promise<{ world: World; next: NextServer }> {
  const world = await startWorld({ users: ['alice', 'bob'], ...options })
  closers.push(() => world.close())
  await world.list('alice', [{ address: 'bob@kith.test' }])
  const next = await startNextServer(world.spool.doors.next)
  closers.push(() => next.close())
  return { world, next }
}

async function withPostfix(world: World): Promise<MailServer> {
  const { passwords, path: data } = world
  const mail = await startMailServer({ data, domain, passwords, instead: true, spool: world.spool })
  closers.push(() => mail.close())
  return mail
}

const raw = 'From: alice@kith.test\r\nTo: bob@kith.test\r\n\r\nhi\r\n'
const login = { user: 'alice@kith.test', password: testPassword }

/** The store without what every judgement reads: whoever asks gets an error, whatever is still in memory. */
function breakStore({ path }: World): void {
  const database = new SqliteFile(`${path}/kith.sqlite`)
  for (const table of ['users', 'lists', 'manifests']) database.exec(`alter table ${table} rename to gone_${table}`)
  database.close()
}

describe('fails closed', () => {
  it('puts everything off (451) when the gateway is down', async () => {
    const { world, next } = await start()
    const mail = await withPostfix(world)
    const client = await signedInClient(mail.submission, tls.cert, login)
    await world.stopGateway()
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('RCPT TO:<bob@kith.test>')).toMatch(/^451 4\.3\.[05] /)
    client.close()
    const outside = await rawClient(mail.mx)
    await outside.reply()
    await outside.ask('EHLO outside.test')
    const answers = [
      await outside.ask('MAIL FROM:<x@outside.test>'),
      await outside.ask('RCPT TO:<bob@kith.test>'),
      await outside.ask('DATA'),
    ]
    expect(answers.at(-1)).not.toMatch(/^354/)
    expect(answers.filter((answer) => answer.startsWith('451')).length).toBeGreaterThan(0)
    outside.close()
    expect(next.taken()).toEqual([])
  })

  it('puts everything off (451) when the store cannot be read', async () => {
    const { world, next } = await start()
    const mail = await withPostfix(world)
    const client = await signedInClient(mail.submission, tls.cert, login)
    breakStore(world)
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('RCPT TO:<bob@kith.test>')).toMatch(/^451 4\.3\.0 /)
    client.close()
    const outside = await rawClient(mail.mx)
    await outside.reply()
    await outside.ask('EHLO outside.test')
    await outside.ask('MAIL FROM:<x@outside.test>')
    expect(await outside.ask('RCPT TO:<bob@kith.test>')).toMatch(/^451 4\.3\.0 /)
    outside.close()
    expect(next.taken()).toEqual([])
    expect((await fetch(`http://127.0.0.1:${world.ready().metrics}/health`)).status).toBe(503)
  })

  it('puts the message off when the next server is away, and passes its refusal on', async () => {
    const { world, next } = await start()
    const mail = await withPostfix(world)
    const send = () => {
      const transport = smtpClient(mail.submission, { user: login.user, pass: login.password })
      const envelope = { from: 'alice@kith.test', to: ['bob@kith.test'] }
      return transport.sendMail({ envelope, raw }).finally(() => transport.close())
    }
    next.refusing.set('bob@kith.test', 552)
    await expect(send()).rejects.toMatchObject({ responseCode: 552 })
    next.refusing.set('bob@kith.test', 421)
    await expect(send()).rejects.toMatchObject({ responseCode: 451 })
    next.refusing.clear()
    await next.close()
    await expect(send()).rejects.toMatchObject({ responseCode: 451 })
  })
})

describe('the filter by itself', () => {
  async function filtered(world: World, message: string, to = ['bob@kith.test']): Promise<string> {
    const client = await rawClient(world.spool.doors.outgoing)
    await client.reply()
    await client.ask('EHLO postfix')
    await client.ask('MAIL FROM:<alice@kith.test>')
    for (const address of to) await client.ask(`RCPT TO:<${address}>`)
    await client.ask('DATA')
    const answer = await client.ask(`${message}.`)
    client.close()
    return answer
  }

  it('passes no message on whose login nobody proves', async () => {
    const { world, next } = await start()
    await proofFor(world.spool.doors.policy, ['bob@kith.test'])
    const forged = ['', 'X-Kith-Login: alice\r\n', `X-Kith-Login: i1 ${'0'.repeat(64)}\r\n`, 'X-Kith-Login: i1 00\r\n']
    for (const field of forged) expect(await filtered(world, `${field}${raw}`)).toMatch(/^451 4\.3\.5 /)
    expect(next.taken()).toEqual([])
  })

  it('a proof is for its recipients, for its sender, once, and for minutes', async () => {
    const { world, next } = await start({ users: ['alice', 'bob', 'carol'] })
    await world.list('alice', [{ address: 'carol@kith.test' }])
    await world.list('bob', [{ address: 'carol@kith.test' }])
    const { policy } = world.spool.doors
    const [bob, carol] = ['bob@kith.test', 'carol@kith.test']
    // Not for others than Postfix was told of.
    expect(await filtered(world, `${await proofFor(policy, [bob])}\r\n${raw}`, [carol])).toMatch(/^451 4\.3\.5 /)
    expect(await filtered(world, `${await proofFor(policy, [bob])}\r\n${raw}`, [bob, carol])).toMatch(/^451 4\.3\.5 /)
    // Postfix refused one of them itself: nobody gets it (O1).
    expect(await filtered(world, `${await proofFor(policy, [bob, carol])}\r\n${raw}`, [bob])).toMatch(
      /^550 5\.7\.1 O1 /,
    )
    // A new proof for a transaction ends the one before.
    const first = await proofFor(policy, [bob])
    const second = await proofFor(policy, [bob])
    expect(await filtered(world, `${first}\r\n${raw}`)).toMatch(/^451 4\.3\.5 /)
    expect(next.taken()).toEqual([])
    expect(await filtered(world, `${second}\r\n${raw}`)).toMatch(/^250 /)
    expect(await filtered(world, `${second}\r\n${raw}`)).toMatch(/^451 4\.3\.5 /)
    const late = await proofFor(policy, [bob])
    world.pass(11 * 60_000)
    expect(await filtered(world, `${late}\r\n${raw}`)).toMatch(/^451 4\.3\.5 /)
    expect(next.taken()).toHaveLength(1)
  })

  it('one refused recipient refuses all copies before any goes', async () => {
    const { world, next } = await start({ users: ['alice', 'bob', 'carol'] })
    next.refusing.set('carol@kith.test', 550)
    const client = await rawClient(world.spool.doors.incoming)
    await client.reply()
    await client.ask('EHLO postfix')
    await client.ask('MAIL FROM:<x@outside.test>')
    for (const user of ['bob', 'carol']) await client.ask(`RCPT TO:<${user}@kith.test>`)
    await client.ask('DATA')
    expect(await client.ask('From: x@outside.test\r\n\r\nhi\r\n.')).toMatch(/^550 /)
    expect(next.taken()).toEqual([])
    client.close()
  })

  it('is no relay', async () => {
    const { world } = await start()
    const client = await rawClient(world.spool.doors.incoming)
    await client.reply()
    await client.ask('EHLO postfix')
    await client.ask('MAIL FROM:<x@outside.test>')
    expect(await client.ask('RCPT TO:<bo@elsewhere.test>')).toMatch(/^550 5\.1\.1/)
    expect(await client.ask('RCPT TO:<somebody@kith.test>')).toMatch(/^250 /)
    client.close()
  })

  it('ends the connection of a peer that is not Postfix', async () => {
    const { world } = await start()
    const socket = connect(world.spool.doors.policy)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('data', () => undefined)
    socket.write('GET / HTTP/1.1\r\n\n\n')
    await closed
    expect(await world.metrics()).toContain('kith_gateway_decisions_total')
  })
})
