import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitMessage } from '../../../shared/header.ts'
import { readVerdict } from '../../../shared/whitelist/verdict.ts'
import { primitives } from '../../ground/primitives.ts'
import { contact, gatewayPublic, startTestMail, type TestMail } from '../testing/mail-harness.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

type Mail = {
  readonly from?: string
  readonly to?: readonly string[]
  readonly header?: string
  readonly body?: string
}

function message({
  from = 'Alice <alice@kith.test>',
  to = ['bob@kith.test'],
  header = '',
  body = 'hello',
}: Mail): string {
  return `From: ${from}\r\nTo: ${to.join(', ')}\r\nSubject: x\r\n${header}MIME-Version: 1.0\r\n\r\n${body}\r\n`
}

async function submit(
  given: Mail & { readonly user?: string; readonly envelope?: readonly string[]; readonly sender?: string },
) {
  const transport = mail.smtp(given.user ?? 'alice')
  const envelope = {
    from: given.sender ?? 'alice@kith.test',
    to: [...(given.envelope ?? given.to ?? ['bob@kith.test'])],
  }
  return transport.sendMail({ envelope, raw: message(given) })
}

async function newest(user: string): Promise<Buffer> {
  const client = await mail.imap(user)
  await client.mailboxOpen('INBOX')
  const found = await client.fetchOne('*', { source: true })
  await client.logout()
  if (!found) throw new Error('no message')
  return found.source ?? Buffer.alloc(0)
}

async function count(user: string): Promise<number> {
  const client = await mail.imap(user)
  const status = await client.status('INBOX', { messages: true })
  await client.logout()
  return status ? (status.messages ?? 0) : 0
}

describe('login', () => {
  it('refuses a wrong password with 535 and says nothing about the user', async () => {
    const wrong = mail.smtp('alice', { password: 'wrong' }).verify()
    await expect(wrong).rejects.toMatchObject({ responseCode: 535 })
    const unknown = mail.smtp('nobody', { password: 'wrong' }).verify()
    await expect(unknown).rejects.toMatchObject({ responseCode: 535 })
  })

  it('passes a lock-out on as temporary, with the time to wait', async () => {
    const locked = mail.smtp('alice', { password: 'locked out' }).verify()
    await expect(locked).rejects.toMatchObject({ responseCode: 454, message: expect.stringContaining('90 s') })
    const crowded = mail.smtp('alice', { password: 'too many at once' }).verify()
    await expect(crowded).rejects.toMatchObject({
      responseCode: 454,
      message: expect.stringContaining('Too many logins'),
    })
  })

  it('fails closed when accounts cannot be checked', async () => {
    mail.failing('accounts', true)
    await expect(mail.smtp('alice').verify()).rejects.toMatchObject({ responseCode: 454 })
    mail.failing('accounts', false)
  })

  it('accepts a login by address, and a partner', async () => {
    await expect(mail.smtp('alice@kith.test').verify()).resolves.toBe(true)
    await expect(mail.smtp('petra').verify()).resolves.toBe(true)
  })
})

describe('recipients', () => {
  it('delivers to a listed recipient', async () => {
    await submit({ body: 'first words' })
    expect((await newest('bob')).toString()).toContain('first words')
  })

  it('lets a partner send and be sent to likewise', async () => {
    await submit({ to: ['petra@partner.test'], body: 'to a partner' })
    expect((await newest('petra')).toString()).toContain('to a partner')
    const petra = { user: 'petra', sender: 'petra@partner.test', from: 'petra@partner.test', to: ['alice@kith.test'] }
    await submit({ ...petra, body: 'from a partner' })
    expect((await newest('alice')).toString()).toContain('from a partner')
  })

  it('O1 refuses an envelope recipient outside the whitelist and names the rule', async () => {
    const sent = submit({ to: ['bo@elsewhere.test'] })
    await expect(sent).rejects.toMatchObject({
      responseCode: 550,
      response: expect.stringContaining('550 5.7.1 O1 bo@elsewhere.test is not in your whitelist'),
    })
  })

  it('O1 one refused recipient stops the whole message, also when the client goes on', async () => {
    const before = await count('bob')
    const sent = submit({ to: ['bob@kith.test'], envelope: ['bob@kith.test', 'bo@elsewhere.test'] })
    await expect(sent).rejects.toMatchObject({
      responseCode: 550,
      response: expect.stringContaining('O1 bo@elsewhere.test'),
    })
    expect(await count('bob')).toBe(before)
  })
})

describe('recipients by the state of the list', () => {
  it('O1 refuses expired and closed entries, O7 a lease that is over', async () => {
    mail.list('carol', [contact('bob@kith.test', { expiresAt: 1 }), contact('alice@kith.test', { send: false })])
    const carol = { user: 'carol', sender: 'carol@kith.test', from: 'carol@kith.test' }
    await expect(submit({ ...carol, to: ['bob@kith.test'] })).rejects.toThrow('O1 bob@kith.test has expired')
    await expect(submit({ ...carol, to: ['alice@kith.test'] })).rejects.toThrow('O1 alice@kith.test is not open')
    mail.list('carol', [contact('bob@kith.test')], { lease: 'over' })
    await expect(submit({ ...carol, to: ['bob@kith.test'] })).rejects.toMatchObject({
      responseCode: 451,
      message: expect.stringContaining('4.7.1 O7 bob@kith.test'),
    })
    mail.list('carol', [contact('bob@kith.test')], { lease: 'over', onExpiry: 'internal' })
    await expect(submit({ ...carol, to: ['bob@kith.test'] })).resolves.toMatchObject({ accepted: ['bob@kith.test'] })
  })

  it('O6 always allows the own address, even without a list', async () => {
    mail.list('carol', undefined)
    const carol = { user: 'carol', sender: 'carol@kith.test', from: 'carol@kith.test' }
    await expect(submit({ ...carol, to: ['carol@kith.test'] })).resolves.toMatchObject({
      accepted: ['carol@kith.test'],
    })
    await expect(submit({ ...carol, to: ['bob@kith.test'] })).rejects.toMatchObject({ responseCode: 550 })
  })

  it('F1 fails closed with 451 while lists cannot be read', async () => {
    mail.failing('whitelists', true)
    const sent = submit({})
    await expect(sent).rejects.toMatchObject({ responseCode: 451, response: expect.stringContaining('4.3.0') })
    mail.failing('whitelists', false)
  })

  it('says 550 5.1.1 where a listed recipient has no mailbox', async () => {
    mail.list('alice', [
      contact('bob@kith.test'),
      contact('carol@kith.test'),
      contact('petra@partner.test'),
      contact('gone@kith.test'),
    ])
    await expect(submit({ to: ['gone@kith.test'] })).rejects.toThrow('550 5.1.1')
  })
})

describe('the sender', () => {
  it('binds MAIL FROM to the login', async () => {
    await expect(submit({ sender: 'bob@kith.test' })).rejects.toThrow('550 5.7.1 I2')
    await expect(submit({ sender: '' })).rejects.toThrow('550 5.7.1 I2')
  })

  it('refuses two From fields and other fields that stand twice', async () => {
    for (const field of ['From: alice@kith.test', 'Subject: y', 'To: bob@kith.test']) {
      await expect(submit({ header: `${field}\r\n` })).rejects.toThrow('550 5.6.0')
    }
  })

  it('A3 knows its own address in any ASCII case', async () => {
    await expect(submit({ from: 'ALICE@Kith.Test', sender: 'Alice@KITH.test' })).resolves.toBeTruthy()
  })

  it('refuses SMTPUTF8 unless the policy allows it', async () => {
    const raw = message({ from: 'alice@kith.test', to: ['bob@kith.test'] })
    const envelope = {
      from: 'alice@kith.test',
      to: ['bob@kith.test'],
      use8BitMime: false,
      requireTLSExtensionEnabled: false,
    }
    const sent = mail.smtp('alice').sendMail({ envelope: { ...envelope, to: ['林@kith.test'] }, raw })
    await expect(sent).rejects.toMatchObject({ responseCode: 550, response: expect.stringContaining('5.6.7 A2') })
  })
})

describe('what is delivered', () => {
  it('strips Bcc and foreign proof, adds Message-ID and Date, keeps the body to the byte', async () => {
    const header =
      'Bcc: bob@kith.test\r\nAuthentication-Results: kith.test; dkim=pass\r\nX-Kith-Verdict: forged\r\nX-kith-Other:\r\n y\r\n'
    await submit({ header, body: '..dot\r\n.\tline \r\n\r\nlast' })
    const raw = (await newest('bob')).toString('latin1')
    const { fields, body } = splitMessage(Buffer.from(raw, 'latin1'))
    const names = fields.map(({ name }) => name)
    for (const gone of ['bcc', 'authentication-results', 'x-kith-other']) expect(names).not.toContain(gone)
    expect(names.filter((name) => name === 'x-kith-verdict')).toHaveLength(1)
    expect(raw).not.toContain('forged')
    expect(names).toContain('message-id')
    expect(names).toContain('date')
    expect(Buffer.from(body).toString('latin1')).toBe('..dot\r\n.\tline \r\n\r\nlast\r\n')
    expect(raw).not.toContain('127.0.0.1')
  })

  it('I5 the verdict verifies with G over the bytes fetched: pass where the recipient lists the sender', async () => {
    await submit({ body: 'verdict please', header: 'Message-ID: <v1@kith.test>\r\n' })
    const split = splitMessage(await newest('bob'))
    const value = split.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
    const facts = { mid: '<v1@kith.test>', from: 'alice@kith.test', level: 'login', verdict: 'pass', ep: 1, ver: 7 }
    const reader = { to: 'bob@kith.test', lst: 'bob' }
    expect(readVerdict(primitives, value, split, [gatewayPublic])).toMatchObject({ ...facts, ...reader })
    const other = primitives.signPublicKey(new Uint8Array(32).fill(8))
    expect(readVerdict(primitives, value, split, [other])).toBeUndefined()
    const tampered = { ...split, body: Buffer.from('other words') }
    expect(readVerdict(primitives, value, tampered, [gatewayPublic])).toBeUndefined()
  })

  it('I6 says hold where the recipient does not list the sender, and that the author is proven; delivers', async () => {
    mail.list('bob', [])
    await submit({ body: 'are we friends' })
    mail.list('bob', [contact('alice@kith.test')])
    const split = splitMessage(await newest('bob'))
    const value = split.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
    expect(readVerdict(primitives, value, split, [gatewayPublic])).toMatchObject({
      verdict: 'hold',
      from: 'alice@kith.test',
      level: 'login',
      proven: true,
    })
  })

  it('stores a retry with the same Message-ID once, and another one again', async () => {
    const before = await count('bob')
    const header = 'Message-ID: <same@kith.test>\r\n'
    await submit({ header })
    await submit({ header })
    expect(await count('bob')).toBe(before + 1)
    await submit({ header: 'Message-ID: <other@kith.test>\r\n' })
    expect(await count('bob')).toBe(before + 2)
  })

  it('a retry reaches the recipients that the first try left out', async () => {
    const before = await count('carol')
    const header = 'Message-ID: <grown@kith.test>\r\n'
    await submit({ header, to: ['bob@kith.test'] })
    await submit({ header, to: ['bob@kith.test', 'carol@kith.test'] })
    expect(await count('carol')).toBe(before + 1)
  })
})

it('logs neither passwords nor contents nor addresses of recipients', () => {
  const all = mail.logged().join('\n')
  expect(all).toContain('smtp.accepted')
  for (const secret of ['correct horse', 'hello', 'first words', 'elsewhere']) expect(all).not.toContain(secret)
})
