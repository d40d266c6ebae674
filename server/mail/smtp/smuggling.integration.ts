import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { password, startTestMail, type TestMail, tls } from '../testing/mail-harness.ts'
import { type RawClient, rawClient, signedInClient } from '../testing/raw-client.ts'

let mail: TestMail
let before: number
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())
beforeEach(async () => {
  before = await count()
})

const header = 'From: alice@kith.test\r\nTo: bob@kith.test\r\nSubject: x\r\n\r\n'
const second = 'MAIL FROM:<alice@kith.test>\r\nRCPT TO:<bob@kith.test>\r\nDATA\r\n'

async function count(): Promise<number> {
  const opened = await mail.store().mail.open('bob', 'INBOX')
  return opened?.uids.length ?? 0
}

const signedIn = () => signedInClient(mail.server().smtpPort, tls.cert, { user: 'alice', password })

async function inData(): Promise<RawClient> {
  const client = await signedIn()
  await client.ask('MAIL FROM:<alice@kith.test>')
  await client.ask('RCPT TO:<bob@kith.test>')
  expect(await client.ask('DATA')).toMatch(/^354/)
  return client
}

describe('before the login', () => {
  it('refuses mail with 530', async () => {
    const client = await rawClient(mail.server().smtpPort, { ca: tls.cert })
    await client.reply()
    await client.ask('EHLO test')
    expect(await client.ask('MAIL FROM:<alice@kith.test>')).toMatch(/^530 5\.7\.0/)
    client.close()
  })

  it('speaks nothing without TLS', async () => {
    const client = await rawClient(mail.server().smtpPort)
    client.send('EHLO test\r\n')
    expect(await client.closed).not.toMatch(/250|220/)
  })

  it('ends the connection of a client that talks before the greeting', async () => {
    const client = await rawClient(mail.server().smtpPort, { ca: tls.cert })
    client.send('EHLO early\r\n')
    expect(await client.reply()).toMatch(/^421 .*too soon/)
    await client.closed
  })

  it('lets nobody act as somebody else (RFC 4616)', async () => {
    const client = await rawClient(mail.server().smtpPort, { ca: tls.cert })
    await client.reply()
    await client.ask('EHLO test')
    const acting = Buffer.from(`bob\0alice\0${password}`).toString('base64')
    expect(await client.ask(`AUTH PLAIN ${acting}`)).toMatch(/^535 /)
    client.close()
  })

  it('knows AUTH LOGIN too', async () => {
    const client = await rawClient(mail.server().smtpPort, { ca: tls.cert })
    await client.reply()
    await client.ask('EHLO test')
    await client.ask('AUTH LOGIN')
    await client.ask(Buffer.from('alice').toString('base64'))
    expect(await client.ask(Buffer.from(password).toString('base64'))).toMatch(/^235 /)
    client.close()
  })
})

describe('the end of a message', () => {
  it.each([
    ['LF', 'one\ntwo'],
    ['CR', 'one\rtwo'],
  ])('refuses a bare %s in the body with 550 5.6.0', async (_name, body) => {
    const client = await inData()
    expect(await client.ask(`${header}${body}\r\n.`)).toMatch(/^550 5\.6\.0/)
    expect(await count()).toBe(before)
    client.close()
  })

  it('unstuffs dots and finds the end where it is split over packets', async () => {
    const client = await inData()
    for (const part of [header, '..one\r', '\n.', '.two\r\n', '.', '\r']) {
      client.send(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    client.send('\n')
    expect(await client.reply()).toMatch(/^250 /)
    const opened = await mail.store().mail.open('bob', 'INBOX')
    const [stored] = await mail.store().mail.messages(opened?.folder.id ?? 0, opened?.uids.slice(-1) ?? [])
    const raw = await mail.store().mail.raw(stored?.content ?? 0)
    expect(Buffer.from(raw ?? []).toString()).toMatch(/\r\n\r\n\.one\r\n\.two\r\n$/)
    client.close()
  })
})

describe('pipelining (RFC 2920)', () => {
  it('judges each pipelined recipient, and one refused stops the message', async () => {
    const client = await signedIn()
    client.send('MAIL FROM:<alice@kith.test>\r\nRCPT TO:<bob@kith.test>\r\nRCPT TO:<bo@elsewhere.test>\r\nDATA\r\n')
    expect(await client.reply()).toMatch(/^250 2\.1\.0/)
    expect(await client.reply()).toMatch(/^250 2\.1\.5/)
    expect(await client.reply()).toMatch(/^550 5\.7\.1 O1 bo@elsewhere\.test is not in your whitelist/)
    expect(await client.reply()).toMatch(/^354/)
    expect(await client.ask(`${header}x\r\n.`)).toMatch(/^550 5\.7\.1 O1 bo@elsewhere\.test/)
    expect(await count()).toBe(before)
    client.close()
  })

  it('forgets a refusal with the transaction that it was in', async () => {
    const client = await signedIn()
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('RCPT TO:<bo@elsewhere.test>')).toMatch(/^550/)
    await client.ask('RSET')
    client.send(second)
    await client.until(/354 .*\r\n/)
    expect(await client.ask(`${header}x\r\n.`)).toMatch(/^250 /)
    expect(await count()).toBe(before + 1)
    client.close()
  })

  it('does not carry recipients over into the next message', async () => {
    const client = await signedIn()
    client.send(second)
    await client.until(/354 .*\r\n/)
    expect(await client.ask(`${header}x\r\n.`)).toMatch(/^250 /)
    await client.ask('MAIL FROM:<alice@kith.test>')
    expect(await client.ask('DATA')).toMatch(/^503 /)
    client.close()
  })
})

describe('limits', () => {
  it('refuses by SIZE before DATA and by count after it, with 552', async () => {
    const client = await signedIn()
    expect(await client.ask('MAIL FROM:<alice@kith.test> SIZE=26214401')).toMatch(/^552 /)
    await client.ask('MAIL FROM:<alice@kith.test>')
    await client.ask('RCPT TO:<bob@kith.test>')
    await client.ask('DATA')
    client.send(header)
    const line = `${'x'.repeat(998)}\r\n`.repeat(1_000)
    for (let at = 0; at < 27; at += 1) client.send(line)
    expect(await client.ask('.')).toMatch(/^552 5\.3\.4/)
    expect(await count()).toBe(before)
    client.close()
  })
})
