import { afterAll, beforeAll } from 'vitest'
import { type Let, tryAttacks } from '../testing/attack-suite.ts'
import { contact, password, startTestMail, type TestMail, tls } from '../testing/mail-harness.ts'
import { signedInClient } from '../testing/raw-client.ts'

let mail: TestMail
let seen = 0
beforeAll(async () => {
  mail = await startTestMail()
  mail.list('alice', [contact('bob@kith.test'), contact('carol@kith.test')])
})
afterAll(() => mail.close())

tryAttacks('the embedded submission', () => ({
  signedIn: () => signedInClient(mail.server().smtpPort, tls.cert, { user: 'alice', password }),
  async let() {
    const opened = await mail.store().mail.open('bob', 'INBOX')
    const uids = opened?.uids.slice(seen) ?? []
    seen += uids.length
    const passed: Let[] = []
    for (const { content } of await mail.store().mail.messages(opened?.folder.id ?? 0, uids)) {
      const raw = Buffer.from((await mail.store().mail.raw(content)) ?? []).toString('latin1')
      passed.push({ to: ['bob@kith.test'], raw })
    }
    return passed
  },
}))
