/** What lies in an INBOX of the mail server, once it has arrived. */
import type { ImapFlow } from 'imapflow'
import { imapClient } from '../../mail/testing/mail-harness.ts'
import type { MailServer } from './mail-server.ts'
import { domain, type World } from './world.ts'

export async function mailboxOf(world: World, mail: MailServer, user: string): Promise<ImapFlow> {
  const address = `${user}@${domain}`
  const client = imapClient(mail.imap, { user: address, pass: world.passwords[address] ?? '' })
  await client.connect()
  await client.mailboxOpen('INBOX')
  return client
}

/** The newest message, once there are `count`. */
export async function newestOf(client: ImapFlow, count: number): Promise<Buffer> {
  const exists = () => (client.mailbox ? client.mailbox.exists : 0)
  while (exists() < count) {
    const { promise, resolve } = Promise.withResolvers<void>()
    client.once('exists', () => resolve())
    const idling = client.idle()
    await promise
    await client.noop()
    await idling
  }
  const found = await client.fetchOne('*', { source: true })
  if (!found || found.source === undefined) throw new Error('no message')
  return found.source
}
