import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitMessage } from '../../shared/header.ts'
import { readVerdict } from '../../shared/whitelist/verdict.ts'
import { primitives } from '../ground/primitives.ts'
import { readKey } from '../keys/key-files.ts'
import { smtpClient } from '../mail/testing/mail-harness.ts'
import { rawClient } from '../mail/testing/raw-client.ts'
import { folderAt } from '../settings/folder.ts'
import { type MailServer, startMailServer } from './testing/mail-server.ts'
import { mailboxOf, newestOf } from './testing/mailbox.ts'
import { domain, startWorld, type World } from './testing/world.ts'

let world: World
let mail: MailServer
let gatewayKey: Uint8Array

beforeAll(async () => {
  world = await startWorld({ users: ['alice', 'bob', 'carol'] })
  await world.list('alice', [
    { address: 'bob@kith.test' },
    { address: 'carol@kith.test' },
    { address: 'petra@partner.test', scope: 'external' },
  ])
  await world.list('bob', [{ address: 'alice@kith.test' }])
  mail = await startMailServer({ data: world.path, domain, passwords: world.passwords, spool: world.spool })
  gatewayKey = (await readKey(folderAt(world.path), 'gateway')).public
})
afterAll(async () => {
  await mail?.close()
  await world?.close()
})

function send(user: string, to: readonly string[], header = '') {
  const address = `${user}@${domain}`
  const transport = smtpClient(mail.submission, { user: address, pass: world.passwords[address] ?? '' })
  const raw = `From: ${address}\r\nTo: ${to.join(', ')}\r\nSubject: x\r\n${header}MIME-Version: 1.0\r\n\r\nhello\r\n`
  return transport.sendMail({ envelope: { from: address, to: [...to] }, raw }).finally(() => transport.close())
}

function verdictIn(raw: Uint8Array) {
  const message = splitMessage(raw)
  const values = message.fields.filter(({ name }) => name === 'x-kith-verdict').map(({ value }) => value)
  expect(values).toHaveLength(1)
  return readVerdict(primitives, values[0] ?? '', message, [gatewayKey])
}

describe('from user to user through Postfix and Dovecot', () => {
  it('I5 each recipient gets the verdict by the own list, valid over the bytes that IMAP gives', async () => {
    const forged =
      'X-Kith-Verdict: forged\r\nX-Kith-Login: alice 1 00\r\nAuthentication-Results: kith.test; auth=pass\r\n'
    await send('alice', ['bob@kith.test', 'carol@kith.test'], forged)
    const [bob, carol] = [await mailboxOf(world, mail, 'bob'), await mailboxOf(world, mail, 'carol')]
    const raw = await newestOf(bob, 1)
    expect(verdictIn(raw)).toMatchObject({
      verdict: 'pass',
      level: 'login',
      from: 'alice@kith.test',
      to: 'bob@kith.test',
      lst: 'L-bob',
    })
    const carols = { verdict: 'hold', to: 'carol@kith.test', lst: 'L-carol' }
    expect(verdictIn(await newestOf(carol, 1))).toMatchObject(carols)
    const names = splitMessage(raw).fields.map(({ name }) => name)
    expect(names).not.toContain('x-kith-login')
    expect(names).not.toContain('authentication-results')
    expect(raw.toString()).not.toContain('forged')
    await bob.logout()
    await carol.logout()
  })

  it('O1 refuses in the session, with the rule', async () => {
    await expect(send('alice', ['bo@elsewhere.test'])).rejects.toThrow(
      /550 5\.7\.1 .*O1 bo@elsewhere\.test is not in your whitelist/,
    )
  })

  it('O1 a contact who was removed is refused at once', async () => {
    await send('alice', ['petra@partner.test'])
    await world.unlist('alice', 'petra@partner.test')
    await expect(send('alice', ['petra@partner.test'])).rejects.toThrow('O1 petra@partner.test')
  })

  it('I3 own domain from outside: delivered, held by the verdict', async () => {
    const client = await rawClient(mail.mx)
    await client.reply()
    await client.ask('EHLO outside.test')
    await client.ask('MAIL FROM:<alice@kith.test>')
    await client.ask('RCPT TO:<bob@kith.test>')
    await client.ask('DATA')
    expect(await client.ask('From: alice@kith.test\r\nSubject: forged\r\n\r\nx\r\n.')).toMatch(/^250 /)
    const bob = await mailboxOf(world, mail, 'bob')
    expect(verdictIn(await newestOf(bob, 2))).toMatchObject({ verdict: 'hold', level: 'login' })
    await bob.logout()
    client.close()
  })
})
