/** A program that takes in large messages and prints as JSON how long everything else had to wait (bench/large.ts). */
import { createHash } from 'node:crypto'
import { openReader } from '../incoming/reader.ts'
import { fakeMailbox } from './fake-mailbox.ts'
import { contactOf, mailWorld } from './mail-world.ts'
import { authserv, sample } from './messages.ts'
import { readInPlace } from './read-in-place.ts'

const megabyte = 1024 * 1024
const size = 25 * megabyte - 16_384
const proof = `Authentication-Results: ${authserv}; auth=pass smtp.auth=bob@corp.test`

/** Lines of 76 characters, as many as fit. */
function lines(line: string): string {
  return `${line.padEnd(76, 'x')}\r\n`.repeat(Math.floor(size / 78))
}

function attachment(): Uint8Array {
  const file = lines('QUJD'.repeat(19))
  const body = `--b\r\nContent-Type: text/plain\r\n\r\nSee below\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}--b--`
  return sample({ headers: [proof], type: 'multipart/mixed; boundary=b', body })
}

function signed(): Uint8Array {
  const body = lines('word')
  const hash = createHash('sha256').update(`${body}\r\n`).digest('base64')
  const field = `DKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=one; h=from:subject:date; bh=${hash}; b=AAAA`
  return sample({ from: 'eve@evil.test', headers: [field], body })
}

const kinds: Readonly<Record<string, () => Uint8Array>> = {
  'text of a contact, quoted-printable': () =>
    sample({
      headers: [proof],
      type: 'text/plain\r\nContent-Transfer-Encoding: quoted-printable',
      body: lines('x=3D'.repeat(18)),
    }),
  'attachment of a contact, base64': attachment,
  'stranger, held': () => sample({ from: 'eve@else.test', body: lines('word') }),
  'signed, held (DKIM)': signed,
}

/** Milliseconds that the engine's own thread has worked: unlike the clock it does not count whom the machine serves meanwhile. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

async function measure(raw: Uint8Array, makeReader: typeof openReader) {
  const nowhere = { host: '127.0.0.1', port: 1, security: 'none' } as const
  const contacts = [contactOf('bob@corp.test'), contactOf('eve@evil.test', { level: 'dmarc' })]
  const world = mailWorld({ contacts, servers: { imap: nowhere, smtp: nowhere, authserv } })
  const box = fakeMailbox(world.clock.now)
  const smtp = () => ({ deliver: () => Promise.resolve({ kind: 'refused' } as const), close: () => undefined })
  const mail = world.service({ connect: box.connect, smtp, reader: makeReader })
  mail.start()
  await world.until(() => world.connections.includes('online'))
  const began = performance.now()
  box.deliver(raw)
  let [longest, busiest] = [0, 0]
  for (
    let [last, worked] = [performance.now(), cpu()];
    world.events.length === 0;
    [last, worked] = [performance.now(), cpu()]
  ) {
    await new Promise((resolve) => setImmediate(resolve))
    await mail.handlers['conversations.list']({ from: 0, count: 50 })
    longest = Math.max(longest, performance.now() - last)
    busiest = Math.max(busiest, cpu() - worked)
  }
  const whole = performance.now() - began
  await mail.stop()
  world.close()
  return { whole, longest, busiest }
}

for (const [kind, make] of Object.entries(kinds)) {
  // The first message of a program pays for what every later one finds ready.
  await measure(sample({ headers: [proof] }), openReader)
  const raw = make()
  const [thread, inPlace] = [await measure(raw, openReader), await measure(raw, readInPlace)]
  process.stdout.write(`${JSON.stringify({ kind, megabytes: raw.length / megabyte, thread, inPlace })}\n`)
}
