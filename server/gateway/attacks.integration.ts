import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryAttacks } from '../mail/testing/attack-suite.ts'
import { tls } from '../mail/testing/mail-harness.ts'
import { rawClient, signedInClient } from '../mail/testing/raw-client.ts'
import { testPassword } from '../testing/harness.ts'
import { type MailServer, startMailServer } from './testing/mail-server.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { domain, startWorld, type World } from './testing/world.ts'

let world: World
let next: NextServer
let mail: MailServer

beforeAll(async () => {
  world = await startWorld({ users: ['alice', 'bob', 'carol'], settings: { submission: 0 } })
  await world.list('alice', [{ address: 'bob@kith.test' }, { address: 'carol@kith.test' }])
  await world.list('bob', [{ address: 'alice@kith.test' }])
  const { path: data, passwords, spool } = world
  next = await startNextServer(spool.doors.next)
  mail = await startMailServer({ data, domain, passwords, spool, instead: true })
})
afterAll(async () => {
  await mail?.close()
  await next?.close()
  await world?.close()
})

tryAttacks('Postfix with the gateway', () => ({
  signedIn: () => signedInClient(mail.submission, tls.cert, { user: 'alice@kith.test', password: testPassword }),
  let: async () => next.taken(),
}))

tryAttacks('the gateway’s own submission', () => ({
  async signedIn() {
    const ca = await readFile(`${world.path}/tls/cert.pem`, 'utf8')
    return signedInClient(world.ready().submission ?? 0, ca, { user: 'alice', password: testPassword })
  },
  let: async () => next.taken(),
}))

describe('the printed configuration', () => {
  it('takes nothing before the login', async () => {
    const client = await rawClient(mail.submission, { ca: tls.cert })
    await client.reply()
    await client.ask('EHLO test')
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('RCPT TO:<bob@kith.test>')).toMatch(/^5\d\d /)
    client.close()
  })

  it('takes nothing from a client that talks before the greeting', async () => {
    const client = await rawClient(mail.mx)
    client.send('EHLO early\r\nMAIL FROM:<x@outside.test>\r\nRCPT TO:<bob@kith.test>\r\nDATA\r\n')
    expect(await client.closed).not.toMatch(/^354/m)
    expect(next.taken()).toEqual([])
  })

  it('does not relay, and knows no login, on the port for the world', async () => {
    const client = await rawClient(mail.mx)
    await client.reply()
    expect(await client.ask('EHLO outside.test')).not.toMatch(/AUTH|DSN|CHUNKING/)
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('RCPT TO:<bo@elsewhere.test>')).toMatch(/^[45]54 /)
    client.close()
  })
})
