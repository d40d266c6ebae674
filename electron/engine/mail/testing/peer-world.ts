/** A service that speaks over real TCP with a scripted IMAP server; its clock is moved by the test. */
import type { Message } from '../../../../shared/message.ts'
import type { MailService } from '../dependencies.ts'
import { connectImap } from '../network/imap.ts'
import { type ImapPeer, imapPeer } from './imap-peer.ts'
import { contactOf, type MailWorld, mailWorld } from './mail-world.ts'
import { authserv } from './messages.ts'

export type PeerWorld = MailWorld & {
  readonly peer: ImapPeer
  /** The service of now. */
  readonly mail: () => MailService
  begin(): MailService
  messages(): Promise<readonly Message[]>
  texts(): Promise<readonly string[]>
  /** Resolves once the conversation with Bob has these texts, oldest first. */
  shows(...texts: readonly string[]): Promise<void>
  /** Moves the clock a minute whenever the connection is lost, until `holds`. */
  pastBreaks(holds: () => boolean): Promise<void>
  end(): Promise<void>
}

export async function peerWorld(options: Parameters<typeof imapPeer>[0] = {}): Promise<PeerWorld> {
  const peer = await imapPeer(options)
  const imap = { host: '127.0.0.1', port: peer.port, security: 'none' } as const
  const world = mailWorld({
    contacts: [contactOf('bob@corp.test', { name: 'Bob Lin' })],
    servers: { imap, smtp: { ...imap, port: 1 }, authserv },
  })
  let service: MailService | undefined
  const mail = (): MailService => {
    if (!service) throw new Error('not begun')
    return service
  }
  const messages = async (): Promise<readonly Message[]> => {
    const result = await mail().handlers['messages.list']({ conversation: 'bob@corp.test', count: 100 })
    return result.ok ? result.value.messages : []
  }
  const texts = async (): Promise<readonly string[]> => (await messages()).map(({ text }) => text)
  return {
    ...world,
    peer,
    mail,
    begin() {
      service = world.service({
        connect: connectImap,
        smtp: () => ({
          deliver: ({ recipients }) => Promise.resolve({ kind: 'sent', accepted: recipients, rejected: [] }),
          close: () => undefined,
        }),
      })
      service.start()
      return service
    },
    messages,
    texts,
    async shows(...wanted) {
      let now: readonly string[] = []
      for (;;) {
        now = await texts()
        if (now.join('\n') === wanted.join('\n')) return
        const before = world.events.length
        await world.until(() => world.events.length > before, `only: ${now.join(', ')}`)
      }
    },
    async pastBreaks(holds) {
      let moved = 0
      const lost = (): number => world.connections.filter((state) => !['online', 'connecting'].includes(state)).length
      while (!holds()) {
        await world.until(() => holds() || lost() > moved)
        moved = lost()
        await world.clock.advance(60_000)
      }
    },
    async end() {
      await service?.stop()
      await peer.close()
      world.close()
    },
  }
}
