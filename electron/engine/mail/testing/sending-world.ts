/** A service with a scripted SMTP server on real TCP: what the tests of sending share. */
import type { Delivery, Draft } from '../../../../shared/message.ts'
import type { MailService } from '../dependencies.ts'
import type { MailNetwork } from '../mail-service.ts'
import { openSmtpClient } from '../network/smtp.ts'
import { type FakeMailbox, fakeMailbox } from './fake-mailbox.ts'
import { chatTo, contactOf, type MailWorld, mailWorld } from './mail-world.ts'
import { type SmtpPeer, smtpPeer } from './smtp-peer.ts'

const bob = contactOf('bob@corp.test', { name: 'Bob Lin' })
export const carol = contactOf('carol@corp.test')
export const hour = 3_600_000

export type SendingWorld = MailWorld & {
  readonly peer: SmtpPeer
  readonly box: FakeMailbox
  readonly network: MailNetwork
  /** A service, stopped at the end of the test. */
  begin(): MailService
  submit(service: MailService, draft?: Draft): Promise<string>
  delivery(service: MailService, id: string): Promise<Delivery | undefined>
  /** Steps of a message as they were announced. */
  stepsOf(id: string): readonly Delivery['step'][]
  reached(id: string, step: Delivery['step'], times?: number): () => boolean
  messageIdsAccepted(): ReadonlySet<string>
  end(): Promise<void>
}

export async function sendingWorld(): Promise<SendingWorld> {
  const world = mailWorld({ contacts: [bob, carol] })
  const peer = await smtpPeer(world.happened)
  const box = fakeMailbox(world.clock.now)
  const services: MailService[] = []
  const server = { host: '127.0.0.1', port: peer.port, security: 'none' } as const
  const timeouts = { connect: 200, greeting: 200, answer: 200 }
  const network: MailNetwork = {
    connect: box.connect,
    smtp: ({ account, clock, log }) =>
      openSmtpClient({ server, user: account.address, password: account.password, clock, log, timeouts }),
  }
  const stepsOf = (id: string): readonly Delivery['step'][] =>
    world.events.flatMap(({ name, value }) => {
      if (name !== 'message.changed' || !('id' in value) || value.id !== id || !('delivery' in value)) return []
      return [(value.delivery as Delivery).step]
    })
  return {
    ...world,
    peer,
    box,
    network,
    begin() {
      const service = world.service(network)
      services.push(service)
      return service
    },
    async submit(service, draft = chatTo('bob@corp.test', 'hello')) {
      const result = await service.handlers['outbox.submit'](draft)
      if (!result.ok) throw new Error(result.failure.kind)
      return result.value.id
    },
    async delivery(service, id) {
      const result = await service.handlers['message.get']({ id })
      return result.ok ? result.value.delivery : undefined
    },
    stepsOf,
    reached:
      (id, step, times = 1) =>
      () =>
        stepsOf(id).filter((other) => other === step).length >= times,
    messageIdsAccepted: () => new Set(peer.accepted.map(({ data }) => /^Message-ID: (\S+)/imu.exec(data)?.[1] ?? '')),
    async end() {
      for (const service of services) await service.stop()
      await peer.close()
      world.close()
    },
  }
}
