/** The mail side against a real Dovecot. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../../shared/message.ts'
import type { MailServer } from '../../../shared/whitelist/login.ts'
import { systemClock } from '../ground/system-ports.ts'
import { certificateTwo } from '../testing/certificates.ts'
import type { MailService } from './dependencies.ts'
import type { MailNetwork } from './mail-service.ts'
import { connectImap } from './network/imap.ts'
import { type Dovecot, dovecot } from './testing/dovecot.ts'
import { chatTo, contactOf, type MailWorld, mailWorld, me } from './testing/mail-world.ts'
import { authserv, sample, submitted } from './testing/messages.ts'

const bob = contactOf('bob@corp.test', { name: 'Bob Lin' })
const nowhere = { host: '127.0.0.1', port: 1, security: 'none' } as const
/** Each test its own mailbox, on one server. */
const users = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', 'u10', 'u11', 'u12'].map(
  (name) => `${name}@corp.test`,
)

let server: Dovecot
let world: MailWorld
let service: MailService
let user = ''
let next = 0
let sentRaw: Uint8Array[]

beforeAll(async () => {
  server = await dovecot(Object.fromEntries(users.map((address) => [address, me.password])))
})

afterAll(() => server.close())

beforeEach(() => {
  user = users[next] ?? ''
  next += 1
  sentRaw = []
})

afterEach(async () => {
  await service.stop()
  world.close()
})

const network: MailNetwork = {
  connect: connectImap,
  smtp: () => ({
    deliver: ({ recipients, raw }) => {
      sentRaw.push(raw)
      return Promise.resolve({ kind: 'sent', accepted: recipients, rejected: [] })
    },
    close: () => undefined,
  }),
}

function begin(imap: Partial<MailServer> = {}, password: string = me.password): void {
  const usual = { host: '127.0.0.1', port: server.tlsPort, security: 'tls', ca: server.ca } as const
  world = mailWorld({
    contacts: [bob],
    clock: systemClock,
    servers: { imap: { ...usual, ...imap }, smtp: nowhere, authserv },
    account: { address: user, name: 'Alice', password },
  })
  service = world.service(network)
  service.start()
}

async function messages(): Promise<readonly Message[]> {
  const result = await service.handlers['messages.list']({ conversation: 'bob@corp.test', count: 500 })
  return result.ok ? result.value.messages : []
}

const heard =
  (name: string, times = 1) =>
  () =>
    world.events.filter((event) => event.name === name).length >= times
const online =
  (times = 1) =>
  () =>
    world.connections.filter((state) => state === 'online').length >= times

describe('Dovecot', () => {
  it('history is read, news arrive by IDLE, flags are set, own messages are filed once', async () => {
    server.deliver(user, submitted({ to: user, id: '<1@x>', body: 'before' }))
    begin()
    await world.until(heard('conversation.changed'))
    server.deliver(user, submitted({ to: user, id: '<2@x>', body: 'after' }))
    await world.until(heard('message.arrived'))
    expect((await messages()).map(({ text, read }) => [text, read])).toEqual([
      ['before', false],
      ['after', false],
    ])
    await service.handlers['conversations.markRead']({ id: 'bob@corp.test' })
    await service.handlers['outbox.submit'](chatTo('bob@corp.test', 'answer'))
    await world.until(() => world.log.lines.some(({ event }) => event === 'mailbox.filed'))
    server.deliver(user, submitted({ to: user, id: '<3@x>', body: 'last' }))
    await world.until(heard('message.arrived', 2))
    expect(server.files(user, 'INBOX').filter((file) => /:2,[A-Z]*S/u.test(file))).toHaveLength(2)
    expect(server.files(user, 'Gesendet')).toHaveLength(1)
    expect((await messages()).map(({ direction }) => direction)).toEqual(['in', 'in', 'out', 'in'])
  })

  it('STARTTLS', async () => {
    server.deliver(user, submitted({ to: user }))
    begin({ port: server.plainPort, security: 'starttls' })
    await world.until(heard('conversation.changed'))
    expect(await messages()).toHaveLength(1)
  })

  it('STARTTLS wanted and a certificate that nobody vouches for: not connected', async () => {
    begin({ port: server.plainPort, security: 'starttls', ca: certificateTwo.cert })
    await world.until(() => world.connections.includes('offline'))
    expect(world.connections).not.toContain('online')
  })

  it('a certificate that another authority signed: not connected, and the password is not said', async () => {
    begin({ ca: certificateTwo.cert })
    await world.until(() => world.connections.includes('offline'))
    expect(world.connections).not.toContain('online')
    expect(world.connections).not.toContain('authFailed')
  })

  it('a wrong password is told apart and not tried again', async () => {
    begin({}, 'wrong')
    await world.until(() => world.connections.includes('authFailed'))
    expect(world.connections).toEqual(['connecting', 'authFailed'])
  })
})

describe('another program beside Kith, on Dovecot', () => {
  it('reads and deletes: followed while connected', async () => {
    for (const id of ['1', '2', '3']) server.deliver(user, submitted({ to: user, id: `<${id}@x>`, body: id }))
    begin()
    await world.until(heard('conversation.changed'))
    await world.until(online())
    server.touch(user, 'INBOX', 0, 'seen')
    await world.until(heard('message.changed'))
    expect((await messages()).map(({ text, read }) => [text, read])).toEqual([
      ['1', true],
      ['2', false],
      ['3', false],
    ])
    server.touch(user, 'INBOX', 1, 'removed')
    await world.until(heard('message.changed', 2))
    expect((await messages()).map(({ text }) => text)).toEqual(['1', '3'])
  })

  it('deletes while the folder is rebuilt and Kith away: the rest stays, nothing comes twice', async () => {
    for (const id of ['1', '2', '3']) server.deliver(user, submitted({ to: user, id: `<${id}@x>`, body: id }))
    begin()
    await world.until(heard('conversation.changed'))
    await service.stop()
    server.forgetIndex(user)
    server.touch(user, 'INBOX', 1, 'removed')
    server.deliver(user, submitted({ to: user, id: '<4@x>', body: '4' }))
    service.start()
    await world.until(heard('message.arrived'))
    await world.until(heard('message.changed', 2))
    expect((await messages()).map(({ text }) => text)).toEqual(['1', '3', '4'])
  })
})

describe('Dovecot in trouble', () => {
  it('the server restarts: what arrived meanwhile is there, once', async () => {
    server.deliver(user, submitted({ to: user, id: '<1@x>', body: 'one' }))
    begin()
    await world.until(heard('conversation.changed'))
    await server.stop()
    await world.until(() => world.connections.includes('offline'))
    server.deliver(user, submitted({ to: user, id: '<2@x>', body: 'two' }))
    await server.start()
    await world.until(heard('message.arrived'))
    expect((await messages()).map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('another UIDVALIDITY: nothing is doubled, and what is new is found', async () => {
    for (const index of [1, 2, 3]) server.deliver(user, submitted({ to: user, id: `<${index}@x>`, body: `${index}` }))
    server.deliver(user, sample({ to: user, id: '<held@x>' }))
    begin()
    await expect.poll(async () => (await messages()).length, { timeout: 20_000 }).toBe(3)
    await world.until(heard('held.changed'))
    await service.stop()
    server.forgetIndex(user)
    server.deliver(user, submitted({ to: user, id: '<4@x>', body: '4' }))
    service.start()
    await world.until(heard('message.arrived'))
    expect((await messages()).map(({ text }) => text)).toEqual(['1', '2', '3', '4'])
    expect(await service.handlers['held.list']({ from: 0, count: 10 })).toMatchObject({ value: { total: 1 } })
  })

  it('what was deleted under Held is gone there: that message and no other, also after another UIDVALIDITY', async () => {
    for (const index of [1, 2, 3, 4])
      server.deliver(user, sample({ to: user, id: `<${index}@x>`, subject: `held ${index}`, body: `${index}` }))
    begin()
    const held = async () => {
      const result = await service.handlers['held.list']({ from: 0, count: 10 })
      return result.ok ? result.value.held : []
    }
    await world.until(() => world.events.some(({ name, value }) => name === 'held.changed' && value.total === 4))
    const idOf = async (subject: string) => (await held()).find((one) => one.subject === subject)?.id ?? ''
    const subjects = async () => {
      const options = { server: { ...nowhere, port: server.tlsPort, security: 'tls', ca: server.ca } as const }
      const session = await connectImap({ ...options, user, password: me.password }, new AbortController().signal)
      await session.select('INBOX')
      const found = await session.fetch({ first: 1, last: 99 }, 'whole')
      session.close()
      return found.map(({ raw }) => /^Subject: (.*)\r$/m.exec(Buffer.from(raw).toString())?.[1])
    }
    await service.handlers['held.delete']({ id: await idOf('held 2'), scope: 'message' })
    await expect.poll(subjects, { timeout: 20_000 }).toEqual(['held 1', 'held 3', 'held 4'])
    await service.stop()
    await service.handlers['held.delete']({ id: await idOf('held 3'), scope: 'message' })
    // The same messages under other numbers.
    server.forgetIndex(user)
    service.start()
    await expect.poll(subjects, { timeout: 20_000 }).toEqual(['held 1', 'held 4'])
    expect((await held()).map(({ subject }) => subject).toSorted()).toEqual(['held 1', 'held 4'])
  })

  it('a message larger than the limit is named, not swallowed, and does not stop the others', async () => {
    const line = `${'x'.repeat(76)}\r\n`
    server.deliver(user, submitted({ to: user, id: '<big@x>', subject: 'Film', body: line.repeat(350_000) }))
    server.deliver(user, submitted({ to: user, id: '<small@x>', body: 'small' }))
    begin()
    await world.until(() => heard('conversation.changed', 2)())
    expect((await messages()).map(({ subject, text, simplified }) => [subject, text, simplified])).toEqual([
      ['Film', '', true],
      ['Hello', 'small', false],
    ])
  })

  it('a copy that the server filed by itself is not filed again', async () => {
    begin()
    await world.until(online())
    await service.stop()
    await service.handlers['outbox.submit'](chatTo('bob@corp.test', 'one'))
    const other = world.service({ ...network, connect: () => new Promise(() => undefined) })
    other.start()
    await world.until(() => sentRaw.length === 1 && heard('message.changed', 3)())
    server.deliver(user, sentRaw[0] ?? new Uint8Array(), 'Gesendet')
    service = world.service(network)
    service.start()
    await world.until(() => world.log.lines.some(({ event }) => event === 'mailbox.filed'))
    expect(server.files(user, 'Gesendet')).toHaveLength(1)
  })
})
