import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { password, startTestMail, type TestMail, tls } from '../testing/mail-harness.ts'
import { type RawClient, rawClient } from '../testing/raw-client.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

async function connected(): Promise<RawClient> {
  const client = await rawClient(mail.server().imapPort, { ca: tls.cert })
  await client.until(/^\* OK .*\r\n/)
  return client
}

async function selected(): Promise<RawClient> {
  const client = await connected()
  client.send(`a LOGIN alice "${password}"\r\nb SELECT INBOX\r\n`)
  await client.until(/b OK .*\r\n/)
  return client
}

/** The server still serves others. */
async function serves(): Promise<string> {
  const client = await selected()
  client.send('y NOOP\r\n')
  const answer = await client.until(/y OK/)
  client.close()
  return answer
}

describe('a hostile client ends its own connection at most', () => {
  it.each(['LOGIN NIL NIL', 'LOGIN (a) (b)', 'ID ("a" ("b"))', 'AUTHENTICATE PLAIN (x)'])(
    'before the login: %s',
    async (command) => {
      const client = await connected()
      client.send(`a ${command}\r\nz NOOP\r\n`)
      expect(await client.until(/(?:z|a|\*) (?:OK|NO|BAD|BYE)[^\r\n]*\r\n/)).not.toBe('')
      expect(await serves()).toBe('y OK')
      client.close()
    },
  )

  it.each([
    'FETCH 1 NIL',
    'FETCH 1 BODY[HEADER.FIELDS (NIL)]',
    'SEARCH NIL',
    'SEARCH HEADER NIL NIL',
    'SEARCH __proto__',
    `SEARCH ${'NOT '.repeat(1_500)}ALL`,
    'APPEND NIL NIL',
    'LIST (NIL) "" "*"',
    `LIST "" "${'*%'.repeat(200)}x"`,
    'STORE 1 FLAGS NIL',
    'COPY 1 (a)',
    `FETCH 1 BODY[${'1.'.repeat(2_000)}1]`,
  ])('after the login: %s', async (command) => {
    const client = await selected()
    client.send(`c ${command}\r\nz NOOP\r\n`)
    expect(await client.until(/(?:z (?:OK|BAD|NO)|\* BYE)[^\r\n]*\r\n/)).not.toBe('')
    expect(await serves()).toBe('y OK')
    client.close()
  })
})

describe('too much', () => {
  it('takes in no large literal before the login, at once or in pieces', async () => {
    const large = await connected()
    large.send('a APPEND INBOX {20000000}\r\n')
    expect(await large.until(/\* BYE[^\r\n]*\r\n/)).toBe('* BYE Too much\r\n')
    await large.closed
    const many = await connected()
    for (let at = 0; at < 5; at += 1) {
      many.send(at === 0 ? 'a LOGIN {1000}\r\n' : ' {1000}\r\n')
      if (at === 4) break
      await many.until(/\+ Go ahead\r\n/)
      many.send('x'.repeat(1_000))
    }
    expect(await many.until(/\* BYE[^\r\n]*\r\n/)).toBe('* BYE Too much\r\n')
    await many.closed
  })

  it('refuses an APPEND above the limit and goes on', async () => {
    const client = await selected()
    client.send('c APPEND INBOX {26214401}\r\n')
    expect(await client.until(/c [^\r\n]*\r\n/)).toContain('c NO [TOOBIG]')
    client.send('d NOOP\r\n')
    expect(await client.until(/d OK/)).toBe('d OK')
    client.close()
  })

  it('a client that leaves in the middle of a FETCH holds nothing up', async () => {
    const [folder] = await mail.store().mail.folders('carol', 0)
    if (!folder) throw new Error('the folder is missing')
    const raw = Buffer.concat([Buffer.from('Subject: big\r\n\r\n'), Buffer.alloc(5_000_000, 'x'), Buffer.from('\r\n')])
    const summary = { envelope: '[]', structure: '[]' }
    for (let at = 0; at < 4; at += 1)
      await mail.store().mail.append(folder.id, { raw, summary, flags: [], received: 0 })
    const client = await connected()
    client.send(`a LOGIN carol "${password}"\r\nb SELECT INBOX\r\nc FETCH 1:* BODY.PEEK[]\r\n`)
    await client.until(/\* 1 FETCH/)
    client.close()
    await mail.restart()
    expect(await serves()).toBe('y OK')
  })
})
