import { array, assert, constantFrom, property } from 'fast-check'
import { expect, it } from 'vitest'
import { readData } from './data-reader.ts'

type State = Parameters<typeof readData>[1]

/** What a message is read as when it comes in these packets, and what stands behind its end. */
function read(packets: readonly string[]): { message: string; rest: string | undefined } {
  let [message, state]: [string, State] = ['', 'start']
  for (const [at, packet] of packets.entries()) {
    const chunk = Buffer.from(packet, 'latin1')
    const one = readData(chunk, state)
    message += one.bytes.toString('latin1')
    state = one.state
    if (one.end !== undefined) {
      return { message, rest: chunk.subarray(one.end).toString('latin1') + packets.slice(at + 1).join('') }
    }
  }
  return { message, rest: undefined }
}

it.each([
  ['.\r\n', '', ''],
  ['a\r\n.\r\n', 'a\r\n', ''],
  ['..\r\n.\r\nQUIT', '.\r\n', 'QUIT'],
  ['..\r\n..\r\n...\r\n.\r\n', '.\r\n.\r\n..\r\n', ''],
  ['.a\r\n.\r\n', '.a\r\n', ''],
  ['.\ra\r\n.\r\n', '.\ra\r\n', ''],
  ['.\r\r\n.\r\n', '.\r\r\n', ''],
  ['a\n.\r\n', 'a\n.\r\n', undefined],
  ['a\r\n.\n', 'a\r\n.\n', undefined],
  ['a\r.\r\n', 'a\r.\r\n', undefined],
  ['a.\r\n', 'a.\r\n', undefined],
])('%j is read as %j, and %j is behind it, however the packets are cut', (text, message, rest) => {
  expect(read([text])).toEqual({ message, rest })
  expect(read(text.split(''))).toEqual({ message, rest })
})

it('the same for any bytes in any packets', () => {
  const piece = constantFrom('\r\n', '.', '\r', '\n', 'a', '\r\n.', '..')
  assert(
    property(array(piece, { maxLength: 30 }), (pieces) => {
      const whole = read([pieces.join('')])
      expect(read(pieces)).toEqual(whole)
      expect(read(pieces.join('').split(''))).toEqual(whole)
    }),
  )
})
