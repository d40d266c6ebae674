import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxMessageBytes } from '../limits.ts'
import { startTestMail, type TestMail } from '../testing/mail-harness.ts'
import { rawClient } from '../testing/raw-client.ts'

let mail: TestMail
beforeAll(async () => {
  mail = await startTestMail()
})
afterAll(() => mail.close())

const head = 'From: x@outside.test\r\nTo: alice@kith.test\r\nMessage-ID: <m1@outside.test>\r\nContent-Type: '
const size = maxMessageBytes - 10_000
const filled = (piece: string) => piece.repeat(Math.floor(size / piece.length))

/** It is some 50 ms; reading a message here took 1,500 to 15,000. */
const mostMs = 250

/**
 * The longest time for which this thread computed without answering anybody, in milliseconds, while `work` went on. The
 * thread's own time: what others on the machine take of it, and the disk, is not the message's doing.
 */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const spent = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1_000
  }
  let [last, longest, ended] = [spent(), 0, false]
  const look = () => {
    const now = spent()
    longest = Math.max(longest, now - last)
    last = now
    if (!ended) setTimeout(look, 1)
  }
  look()
  await work()
  ended = true
  look()
  return longest
}

describe('one large message from outside, without a login, holds nobody up', () => {
  it.each([
    ['base64', `${head}text/plain\r\n\r\n${filled(`${'A'.repeat(76)}\r\n`)}`],
    ['empty lines', `${head}text/plain\r\n\r\n${filled('\r\n')}`],
    ['lines of one dot', `${head}text/plain\r\n\r\n${filled('..\r\n')}`],
    ['many parts', `${head}multipart/mixed; boundary=b\r\n\r\n${filled(`--b\r\n\r\n${'x\r\n'.repeat(5_000)}`)}`],
  ])('%s', async (_what, text) => {
    const client = await rawClient(mail.server().inboundPort ?? 0)
    await client.reply()
    await client.ask('EHLO outside.test')
    await client.ask('MAIL FROM:<x@outside.test>')
    await client.ask('RCPT TO:<alice@kith.test>')
    await client.ask('DATA')
    const bytes = Buffer.from(`${text}\r\n.\r\n`, 'latin1')
    let answer = ''
    const waited = await longestTurn(async () => {
      client.send(bytes)
      answer = await client.until(/^\d{3} [^\r\n]*\r\n/)
    })
    expect(answer).toMatch(/^250 /)
    expect(waited).toBeLessThan(mostMs)
    client.close()
  })
})
