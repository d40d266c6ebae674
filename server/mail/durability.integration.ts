import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { imapClient, password, smtpClient } from './testing/mail-harness.ts'

const readySchema = z.object({ smtp: z.number(), imap: z.number(), cert: z.string() })
const script = join(import.meta.dirname, 'testing', 'serve.ts')
const children: ChildProcess[] = []
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-kill-'))
})
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function serve() {
  const child = spawn(process.execPath, [script, join(folder, 'kith.sqlite')], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, ready: readySchema.parse(JSON.parse(String(line))) }
}

it('a message that was answered with 250 survives kill -9, and its retry stores nothing again', async () => {
  const envelope = { from: 'bob@kith.test', to: ['alice@kith.test'] }
  const raw = (at: number) =>
    `From: bob@kith.test\r\nTo: alice@kith.test\r\nMessage-ID: <${at}@kith.test>\r\nSubject: number ${at}\r\n\r\nhi\r\n`
  let sent = 0
  for (let round = 0; round < 3; round += 1) {
    const { child, ready } = await serve()
    const transport = smtpClient(ready.smtp, { user: 'bob', pass: password }, ready.cert)
    if (sent > 0) await transport.sendMail({ envelope, raw: raw(sent) })
    sent += 1
    await transport.sendMail({ envelope, raw: raw(sent) })
    child.kill('SIGKILL')
    await once(child, 'exit')
    transport.close()
  }
  const { ready } = await serve()
  const client = imapClient(ready.imap, { user: 'alice', pass: password }, ready.cert)
  await client.connect()
  await client.mailboxOpen('INBOX')
  const subjects: (string | undefined)[] = []
  for await (const found of client.fetch('1:*', { envelope: true })) subjects.push(found.envelope?.subject)
  await client.logout()
  expect(subjects).toEqual(['number 1', 'number 2', 'number 3'])
})
