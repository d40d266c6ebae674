import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { portOf } from '../monitoring/health-port.ts'
import { sendOn, stuffed } from './next-hop.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

/** Answers each line with the next of these. */
async function scripted(replies: readonly string[]): Promise<number> {
  const server = createServer((socket) => {
    let at = 0
    const say = () => {
      const reply = replies[at]
      at += 1
      if (reply === undefined) socket.destroy()
      else socket.write(reply)
    }
    say()
    socket.on('data', say)
    socket.on('error', () => undefined)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return portOf(server.address()) ?? 0
}

const copy = {
  from: 'a@x.test',
  to: ['b@x.test'],
  message: { fields: ['X: y'], body: Buffer.from('hi\r\n') },
  utf8: false,
}
const send = async (replies: readonly string[], copies = [copy]) =>
  sendOn({ at: { host: '127.0.0.1', port: await scripted(replies) }, name: 'x.test' }, copies)
const hello = ['220 x\r\n', '250-x\r\n250-SIZE 1000\r\n250 8BITMIME\r\n']
const ok = '250 2.0.0 ok\r\n'

describe('the next server', () => {
  it('takes a message', async () => {
    await expect(send([...hello, ok, ok, '354 go\r\n', ok])).resolves.toBeUndefined()
  })

  it.each([
    ['refuses the recipient', [ok, '550 5.1.1 nobody\r\n'], { responseCode: 550, message: '5.1.1 nobody' }],
    ['refuses without an enhanced code', [ok, '550 nobody\r\n'], { responseCode: 550, message: '5.0.0 nobody' }],
    ['goes away for now', ['421 4.3.2 later\r\n'], { responseCode: 451 }],
    ['refuses the message', [ok, ok, '354 go\r\n', '554 5.7.1 a virus\r\n'], { responseCode: 554 }],
    ['puts the message off', [ok, ok, '354 go\r\n', '452 4.2.2 full\r\n'], { responseCode: 451 }],
  ])('%s: so do we', async (_what, replies, reply) => {
    await expect(send([...hello, ...replies])).rejects.toMatchObject(reply)
  })

  it.each([
    ['closes at once', []],
    ['closes in the middle', [...hello, ok]],
    ['closes after the message', [...hello, ok, ok, '354 go\r\n']],
    ['does not speak SMTP', ['HTTP/1.1 200 OK\r\n']],
    ['never ends its reply', [`220-${'x'.repeat(60_000)}`]],
    ['answers with nonsense', [...hello, '299 ?\r\n']],
    ['accepts a message that was not sent', [...hello, ok, ok, '250 ok\r\n']],
  ])('%s: a failure, not a success', async (_what, replies) => {
    await expect(send(replies)).rejects.toThrow(/the next server/)
  })

  it('of several copies, a later one that fails puts the whole off, also where it was refused', async () => {
    const preflight = [ok, ok, ok, ok, ok, ok]
    const first = [ok, ok, '354 go\r\n', ok]
    await expect(send([...hello, ...preflight, ...first, ok, '550 no\r\n'], [copy, copy])).rejects.toMatchObject({
      responseCode: 451,
    })
  })
})

it.each([
  ['a\r\n', 'a\r\n.\r\n'],
  ['a', 'a\r\n.\r\n'],
  ['.', '..\r\n.\r\n'],
  ['.\r\n.\r\n..\r\n.', '..\r\n..\r\n...\r\n..\r\n.\r\n'],
  ['', '\r\n.\r\n'],
])('RFC 5321 4.5.2 %j goes as %j', (raw, sent) => {
  expect(Buffer.from(stuffed(Buffer.from(raw))).toString()).toBe(sent)
})
