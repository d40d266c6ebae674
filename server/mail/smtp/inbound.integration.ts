import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitMessage } from '../../../shared/header.ts'
import { readVerdict } from '../../../shared/whitelist/verdict.ts'
import { primitives } from '../../ground/primitives.ts'
import { gatewayPublic, startTestMail, type TestMail } from '../testing/mail-harness.ts'
import { type RawClient, rawClient } from '../testing/raw-client.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

async function connected(): Promise<RawClient> {
  const client = await rawClient(mail.server().inboundPort ?? 0)
  await client.reply()
  await client.ask('EHLO outside.test')
  return client
}

async function deliver(client: RawClient, raw: string, to = 'bob@kith.test'): Promise<string> {
  await client.ask('MAIL FROM:<mallory@outside.test>')
  const answer = await client.ask(`RCPT TO:<${to}>`)
  if (!answer.startsWith('250')) return answer
  await client.ask('DATA')
  return client.ask(`${raw}\r\n.`)
}

async function newest(): Promise<Buffer> {
  const opened = await mail.store().mail.open('bob', 'INBOX')
  const [stored] = await mail.store().mail.messages(opened?.folder.id ?? 0, opened?.uids.slice(-1) ?? [])
  return Buffer.from((await mail.store().mail.raw(stored?.content ?? 0)) ?? [])
}

function verdictIn(raw: Uint8Array) {
  const split = splitMessage(raw)
  const value = split.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
  return readVerdict(primitives, value, split, [gatewayPublic])
}

describe('mail from outside', () => {
  it('arrives for a local mailbox, to the byte, without foreign proof, held by the gateway’s verdict', async () => {
    const client = await connected()
    const forged = [
      'Authentication-Results: kith.test; auth=pass smtp.auth=alice',
      'X-Kith-Verdict: forged',
      'From: Alice <alice@kith.test>',
      'To: bob@kith.test',
      'DKIM-Signature: v=1; a=b',
      'Subject:  two  blanks',
    ].join('\r\n')
    expect(await deliver(client, `${forged}\r\n\r\nforged`)).toMatch(/^250 /)
    const raw = await newest()
    const names = splitMessage(raw).fields.map(({ name }) => name)
    expect(names.filter((name) => name === 'x-kith-verdict')).toHaveLength(1)
    expect(raw.toString()).not.toContain('forged\r\nFrom')
    expect(verdictIn(raw)).toMatchObject({ verdict: 'hold', level: 'login', from: 'alice@kith.test' })
    expect(verdictIn(raw)?.proven).toBeUndefined()
    expect(names).not.toContain('authentication-results')
    expect(raw.toString()).toContain('DKIM-Signature: v=1; a=b\r\nSubject:  two  blanks\r\n\r\nforged\r\n')
    client.close()
  })

  it('is not relayed, and there is no login here', async () => {
    const client = await connected()
    expect(await deliver(client, 'From: a@b\r\n\r\nx', 'somebody@outside.test')).toMatch(/^550 5\.1\.1/)
    expect(await client.ask('AUTH PLAIN AGFsaWNlAHg=')).toMatch(/^5/)
    client.close()
  })

  it('is refused with bare newlines or a header that programs read differently', async () => {
    const client = await connected()
    expect(await deliver(client, 'From: a@b.test\r\n\r\none\ntwo')).toMatch(/^550 5\.6\.0/)
    expect(await deliver(client, 'From: a@b.test\r\nX-Kith-Verdict : spaced\r\n\r\nx')).toMatch(/^550 5\.6\.0/)
    client.close()
  })

  it('stops going round in circles', async () => {
    const client = await connected()
    const hops = 'Received: by x\r\n'.repeat(101)
    expect(await deliver(client, `${hops}From: a@b.test\r\n\r\nx`)).toMatch(/^554 5\.4\.6/)
    client.close()
  })
})
