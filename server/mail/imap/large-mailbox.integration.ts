import { afterAll, beforeAll, expect, it } from 'vitest'
import { summarise } from '../summary.ts'
import { startTestMail, type TestMail } from '../testing/mail-harness.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

it('lists 2,000 messages whole and in order', async () => {
  const [folder] = await mail.store().mail.folders('alice', 0)
  if (!folder) throw new Error('the folder is missing')
  await mail.store().transaction(async (inside) => {
    for (let at = 1; at <= 2_000; at += 1) {
      const raw = Buffer.from(`From: bob@kith.test\r\nSubject: number ${at}\r\n\r\ntext ${at}\r\n`)
      await inside.mail.append(folder.id, { raw, summary: summarise(raw), flags: [], received: at * 1_000 })
    }
  })
  const client = await mail.imap('alice')
  await client.mailboxOpen('INBOX')
  const listed: (string | undefined)[] = []
  for await (const found of client.fetch('1:*', { envelope: true, flags: true, uid: true, bodyStructure: true })) {
    listed.push(found.envelope?.subject)
  }
  expect(listed).toEqual(Array.from({ length: 2_000 }, (_, at) => `number ${at + 1}`))
  let bytes = 0
  for await (const found of client.fetch('1:*', { source: true })) bytes += found.source?.length ?? 0
  expect(bytes).toBe(
    await client.fetchAll('1:*', { size: true }).then((all) => all.reduce((sum, { size = 0 }) => sum + size, 0)),
  )
  expect(await client.search({ body: 'text 1999' })).toEqual([1_999])
})
