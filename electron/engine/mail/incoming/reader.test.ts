/** Messages are read in a thread of their own, which a message may break. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeDns } from '../../testing/fakes.ts'
import type { MailService } from '../dependencies.ts'
import { fakeMailbox } from '../testing/fake-mailbox.ts'
import { contactOf, listOf, type MailWorld, mailWorld } from '../testing/mail-world.ts'
import { authserv, sample, submitted } from '../testing/messages.ts'
import { readInPlace } from '../testing/read-in-place.ts'
import type { ReadTask } from './read-message.ts'
import { type MessageReader, openReader, ReaderClosed } from './reader.ts'

let reader: MessageReader | undefined
let world: MailWorld | undefined
let mail: MailService | undefined

afterEach(async () => {
  await mail?.stop()
  world?.close()
  reader?.close()
  mail = world = reader = undefined
})

function taskOf(raw: Uint8Array): ReadTask {
  const { view: _view, prepare: _prepare, ...list } = listOf([])
  return { raw, view: 'proven', at: 1, truncated: false, now: 1, self: 'alice@corp.test', authserv, list, authors: [] }
}

/** Some megabytes in which each line has to be decoded. */
const large = (from: string, megabytes: number) =>
  sample({
    from,
    type: 'text/plain\r\nContent-Transfer-Encoding: quoted-printable',
    body: 'x=3D'
      .repeat(19)
      .concat('\r\n')
      .repeat(megabytes * 13_000),
  })

describe('the reader', () => {
  it('finds in its thread what it finds in place, and gives the bytes back', async () => {
    const raw = submitted({ body: 'Good morning' })
    reader = openReader(fakeDns())
    const here = await readInPlace(fakeDns()).read(taskOf(Uint8Array.from(raw)))
    const there = await reader.read(taskOf(Uint8Array.from(raw)))
    expect({ ...there, raw: Buffer.from(there.raw) }).toEqual({ ...here, raw: Buffer.from(here.raw) })
    expect(there.content.text).toBe('Good morning')
    expect(there.rawDigest).toBe(createHash('sha256').update(raw).digest('hex'))
  })

  it('asks for DNS records outside the thread', async () => {
    const asked: string[] = []
    reader = openReader({
      txt: (name) => {
        asked.push(name)
        return Promise.reject(Object.assign(new Error('none'), { code: 'ESERVFAIL' }))
      },
    })
    // Where the body's hash is wrong nobody asks for the key.
    const hash = createHash('sha256').update('Good morning\r\n').digest('base64')
    const signature = `DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=one; h=from; bh=${hash}; b=AAAA`
    const from = contactOf('eve@evil.test', { level: 'dmarc' })
    const task = taskOf(Uint8Array.from(sample({ from: 'eve@evil.test', headers: [signature] })))
    const { proof } = await reader.read({ ...task, authors: [[from.key, from]] })
    expect(asked).toEqual(['one._domainkey.evil.test'])
    // The answer was none, not no: it is asked again later.
    expect(proof.again).toBe(true)
  })

  it('several at a time are told apart', async () => {
    const made = openReader(fakeDns())
    reader = made
    const bodies = ['one', 'two', 'three']
    const tasks = bodies.map((body) => taskOf(Uint8Array.from(sample({ body }))))
    const read = await Promise.all(tasks.map((task) => made.read(task)))
    expect(read.map((one) => one.content.text)).toEqual(bodies)
  })

  it('closed in the middle: says so, and begins anew with the next', async () => {
    reader = openReader(fakeDns())
    const reading = reader.read(taskOf(large('bob@corp.test', 5)))
    reader.close()
    const [outcome] = await Promise.allSettled([reading])
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ReaderClosed) })
    expect((await reader.read(taskOf(Uint8Array.from(sample())))).content.text).toBe('Good morning')
  })
})

function begin(makeReader: (dns: Parameters<typeof openReader>[0]) => MessageReader) {
  const nowhere = { host: '127.0.0.1', port: 1, security: 'none' } as const
  const made = mailWorld({
    contacts: [contactOf('bob@corp.test')],
    servers: { imap: nowhere, smtp: nowhere, authserv },
  })
  const box = fakeMailbox(made.clock.now)
  const smtp = () => ({ deliver: () => Promise.resolve({ kind: 'refused' } as const), close: () => undefined })
  world = made
  mail = made.service({ connect: box.connect, smtp, reader: makeReader })
  return { world: made, box, mail }
}

describe('the mailbox', () => {
  it('calls are answered while a large message is read: its bytes are in the other thread', async () => {
    const order: string[] = []
    let handed: Uint8Array | undefined
    const here = begin((dns) => {
      const made = openReader(dns)
      return {
        ...made,
        read: async (task) => {
          const reading = made.read(task)
          handed = task.raw
          here.world.happened()
          const read = await reading
          order.push('read')
          return read
        },
      }
    })
    here.box.deliver(large('eve@evil.test', 20))
    here.mail.start()
    await here.world.until(() => handed !== undefined)
    // Handed over, not copied: nothing here can be reading it.
    expect(handed?.byteLength).toBe(0)
    for (let call = 0; call < 5; call += 1) {
      await here.mail.handlers['conversations.list']({ from: 0, count: 10 })
      order.push('answered')
    }
    await here.world.until(() => here.world.events.some(({ name }) => name === 'held.changed'))
    expect(order).toEqual(['answered', 'answered', 'answered', 'answered', 'answered', 'read'])
  })

  it('a held message of many megabytes is kept whole, shown, and released whole', async () => {
    const here = begin(openReader)
    const raw = large('Carol <carol@corp.test>', 3)
    here.box.deliver(
      Buffer.concat([Buffer.from(`Authentication-Results: ${authserv}; auth=pass smtp.auth=carol@corp.test\r\n`), raw]),
    )
    here.mail.start()
    await here.world.until(() => here.world.events.some(({ name }) => name === 'held.changed'))
    const list = await here.mail.handlers['held.list']({ from: 0, count: 10 })
    const id = list.ok ? (list.value.held[0]?.id ?? '') : ''
    const shown = await here.mail.handlers['held.get']({ id })
    expect(shown).toMatchObject({ ok: true, value: { text: expect.stringMatching(/^(?:x=){19}\n/u) } })
    here.world.setContacts([contactOf('carol@corp.test')])
    here.mail.listChanged()
    await here.world.until(() => here.world.events.some(({ name }) => name === 'message.arrived'))
    const released = await here.mail.handlers['messages.list']({ conversation: 'carol@corp.test', count: 1 })
    expect(released).toMatchObject({ value: { messages: [{ text: expect.stringMatching(/^(?:x=){19}\n/u) }] } })
  })

  it('a message that breaks its reading is set aside; the others are there', async () => {
    let broken = true
    const here = begin((dns) => {
      const made = readInPlace(dns)
      return {
        ...made,
        read: (task) =>
          broken && Buffer.from(task.raw).includes('boom') ? Promise.reject(new Error('a bug')) : made.read(task),
      }
    })
    for (const body of ['one', 'boom', 'two']) here.box.deliver(submitted({ id: `<${body}@x>`, body }))
    here.mail.start()
    const texts = async () => {
      const found = await here.mail.handlers['messages.list']({ conversation: 'bob@corp.test', count: 10 })
      return found.ok ? found.value.messages.map(({ text }) => text).sort() : []
    }
    await here.world.until(() => here.world.troubles.includes('messages'))
    expect(await texts()).toEqual(['one', 'two'])
    broken = false
    await here.world.clock.advance(600_000)
    await here.world.until(() => here.world.troubles.length === 0)
    expect(await texts()).toEqual(['boom', 'one', 'two'])
  })
})
