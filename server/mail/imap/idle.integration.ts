import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { password, startTestMail, type TestMail, tls } from '../testing/mail-harness.ts'
import { type RawClient, rawClient } from '../testing/raw-client.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

async function send(body: string): Promise<void> {
  const envelope = { from: 'bob@kith.test', to: ['alice@kith.test'] }
  const raw = `From: bob@kith.test\r\nTo: alice@kith.test\r\nSubject: x\r\n\r\n${body}\r\n`
  await mail.smtp('bob').sendMail({ envelope, raw })
}

async function signedIn(mailbox: string): Promise<RawClient> {
  const client = await rawClient(mail.server().imapPort, { ca: tls.cert })
  await client.until(/^\* OK .*\r\n/)
  client.send(`a LOGIN alice "${password}"\r\n`)
  await client.until(/a OK .*\r\n/)
  client.send(`b SELECT ${mailbox}\r\n`)
  await client.until(/b OK .*\r\n/)
  return client
}

async function idle(client: RawClient): Promise<void> {
  client.send('c IDLE\r\n')
  await client.until(/\+ idling\r\n/)
}

async function exists(): Promise<number> {
  const opened = await mail.store().mail.open('alice', 'INBOX')
  return opened?.uids.length ?? 0
}

let before: number
beforeEach(async () => {
  before = await exists()
})

describe('IDLE', () => {
  it('wakes at new mail, without another command', async () => {
    const client = await signedIn('INBOX')
    await idle(client)
    await send('wake up')
    expect(await client.until(/\* \d+ EXISTS\r\n/)).toBe(`* ${before + 1} EXISTS\r\n`)
    client.send('DONE\r\n')
    await client.until(/c OK/)
    client.send(`d FETCH ${before + 1} BODY.PEEK[TEXT]\r\n`)
    await client.until(/wake up/)
    client.close()
  })

  it('tells of every message of a burst, each once', async () => {
    const client = await signedIn('INBOX')
    await idle(client)
    for (let at = 0; at < 5; at += 1) await send(`burst ${at}`)
    await client.until(new RegExp(`\\* ${before + 5} EXISTS\r\n`))
    client.send('DONE\r\n')
    await client.until(/c OK/)
    client.send('d UID SEARCH ALL\r\n')
    const found = await client.until(/\* SEARCH [\d ]+\r\n/)
    expect(found.trim().split(' ').slice(2)).toHaveLength(before + 5)
    client.close()
  })

  it('two connections see each other’s flags and removals', async () => {
    await send('shared')
    const [one, two] = [await signedIn('INBOX'), await signedIn('INBOX')]
    await idle(one)
    const last = before + 1
    two.send(`d STORE ${last} +FLAGS (\\Flagged \\Deleted)\r\n`)
    await two.until(/d OK/)
    expect(await one.until(/\* \d+ FETCH .*\r\n/)).toContain(`* ${last} FETCH (FLAGS (\\Flagged \\Deleted)`)
    two.send('e EXPUNGE\r\n')
    await two.until(new RegExp(`\\* ${last} EXPUNGE\r\n`))
    expect(await one.until(/\* \d+ EXPUNGE\r\n/)).toBe(`* ${last} EXPUNGE\r\n`)
    one.close()
    two.close()
  })

  it('tells what came between reading a mailbox and selecting it', async () => {
    const client = await signedIn('Drafts')
    // SELECT and a delivery race; whichever comes first, the connection learns of the message.
    client.send('d SELECT INBOX\r\ne IDLE\r\n')
    await send('in between')
    expect(await client.until(new RegExp(`\\* ${before + 1} EXISTS\r\n`))).toContain('EXISTS')
    client.close()
  })

  it('ends with BYE when the account is dropped, and the socket closes', async () => {
    const client = await signedIn('INBOX')
    await idle(client)
    mail.server().drop('alice')
    expect(await client.until(/\* BYE .*\r\n/)).toBe('* BYE Sign in again\r\n')
    await client.closed
  })
})

describe('the protocol', () => {
  it('offers UIDPLUS, MOVE, CONDSTORE, IDLE, SPECIAL-USE and greets without a look-up or a version', async () => {
    const client = await rawClient(mail.server().imapPort, { ca: tls.cert })
    expect(await client.until(/^\* OK .*\r\n/)).toBe('* OK Kith IMAP ready\r\n')
    client.send('a CAPABILITY\r\n')
    const offered = await client.until(/\* CAPABILITY .*\r\n/)
    for (const name of ['IMAP4rev1', 'UIDPLUS', 'MOVE', 'CONDSTORE', 'IDLE', 'SPECIAL-USE', 'AUTH=PLAIN']) {
      expect(offered).toContain(name)
    }
    client.close()
  })

  it('speaks nothing without TLS', async () => {
    const client = await rawClient(mail.server().imapPort)
    client.send('a LOGIN alice x\r\n')
    expect(await client.closed).not.toContain('a ')
  })

  it('closing ends clients, silent sockets and half-done handshakes', async () => {
    const other = await startTestMail()
    const silent = await rawClient(other.server().imapPort)
    const half = await rawClient(other.server().smtpPort)
    // The first bytes of a ClientHello, and no more.
    half.send(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
    const halfImap = await rawClient(other.server().imapPort)
    halfImap.send(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
    const idling = await other.imap('alice')
    const gone = new Promise((resolve) => idling.once('close', resolve))
    await other.close()
    expect(await Promise.all([silent.closed, half.closed, halfImap.closed, gone])).toHaveLength(4)
  })
})
