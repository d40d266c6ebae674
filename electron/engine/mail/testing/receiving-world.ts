/** A service with a scripted mailbox and an SMTP side that accepts everything: what the tests of receiving share. */
import type { Message } from '../../../../shared/message.ts'
import type { MailService } from '../dependencies.ts'
import type { MailNetwork } from '../mail-service.ts'
import { type FakeMailbox, fakeMailbox } from './fake-mailbox.ts'
import { contactOf, type MailWorld, mailWorld, type WorldOptions } from './mail-world.ts'
import { authserv } from './messages.ts'

export const bob = contactOf('bob@corp.test', { name: 'Bob Lin' })
export const carol = contactOf('carol@corp.test', { name: 'Carol' })
export const minute = 60_000

const nowhere = { host: '127.0.0.1', port: 1, security: 'none' } as const

export type ReceivingWorld = MailWorld & {
  readonly box: FakeMailbox
  readonly mail: MailService
  /** Bytes of what was sent, as text. */
  readonly sent: readonly string[]
  /** Lets the mailbox take everything in, and run into its IDLE. */
  settle(): Promise<void>
  /** Starts the service and waits until it waits. */
  online(): Promise<void>
  messages(conversation: string): Promise<readonly Message[]>
  held(): Promise<readonly { readonly reason: string; readonly claimedAddress: string }[]>
  /** How many messages are held, as it was told last. */
  heldTotal(): unknown
  /** Values of the events of one name, in order. */
  named(name: string): readonly unknown[]
  end(): Promise<void>
}

export function receivingWorld(options: WorldOptions = {}): ReceivingWorld {
  const world = mailWorld({ contacts: [bob], servers: { imap: nowhere, smtp: nowhere, authserv }, ...options })
  const box = fakeMailbox(world.clock.now)
  const sent: string[] = []
  const network: MailNetwork = {
    connect: box.connect,
    smtp: () => ({
      deliver: ({ recipients, raw }) => {
        sent.push(Buffer.from(raw).toString('utf8'))
        return Promise.resolve({ kind: 'sent', accepted: recipients, rejected: [] })
      },
      close: () => undefined,
    }),
  }
  const mail = world.service(network)
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await world.clock.advance(0)
  }
  return {
    ...world,
    box,
    mail,
    sent,
    settle,
    async online() {
      mail.start()
      await world.until(() => world.connections.includes('online'))
      await settle()
    },
    async messages(conversation) {
      const result = await mail.handlers['messages.list']({ conversation, count: 100 })
      return result.ok ? result.value.messages : []
    },
    async held() {
      const result = await mail.handlers['held.list']({ from: 0, count: 100 })
      return result.ok ? result.value.held : []
    },
    heldTotal: () => world.events.findLast((event) => event.name === 'held.changed')?.value.total,
    named: (name) => world.events.filter((event) => event.name === name).map(({ value }) => value),
    async end() {
      await mail.stop()
      world.close()
    },
  }
}
