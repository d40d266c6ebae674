/** Takes in the bytes of DATA, and refuses what two servers might read differently (SMTP smuggling). */
import { maxMessageBytes } from '../limits.ts'
import { SmtpReply } from './reply.ts'

/** Bytes of messages that a door may hold at a time: whoever connects must not be able to fill the memory. */
export type Room = { left: number }

/** Some twenty messages of the largest size, and thousands of ordinary ones. */
const roomBytes = 512 * 1_024 * 1_024

/** A door's room, empty. */
export function createRoom(): Room {
  return { left: roomBytes }
}

/** What `work` gives for all bytes, dots unstuffed. Reads to the end in any case: only then can the client hear why. */
export async function collect<T>(
  stream: AsyncIterable<unknown>,
  room: Room,
  work: (raw: Uint8Array) => Promise<T>,
): Promise<T> {
  const chunks: Buffer[] = []
  const ends = createLineEnds()
  let [size, held, isFull] = [0, 0, false]
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      ends.see(chunk)
      // More is read and forgotten: the memory stays bounded, and the client gets its answer.
      if (size > maxMessageBytes || isFull) continue
      isFull = chunk.length > room.left
      if (isFull) continue
      room.left -= chunk.length
      held += chunk.length
      chunks.push(chunk)
    }
    if (size > maxMessageBytes) throw new SmtpReply(552, `5.3.4 A message may have ${maxMessageBytes} bytes`)
    if (ends.areBare()) throw new SmtpReply(550, '5.6.0 A line may end only with CR LF')
    if (isFull) throw new SmtpReply(452, '4.3.1 Too many messages at once, try again later')
    return await work(Buffer.concat(chunks.splice(0)))
  } finally {
    room.left += held
  }
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/**
 * RFC 5321 2.3.8: CR and LF stand only together. Where they do not, servers disagree on where a message ends. Looked at as
 * the bytes arrive, so that no message is gone through at once.
 */
function createLineEnds() {
  let [before, bare] = [0, false]
  return {
    see(chunk: Uint8Array) {
      for (const byte of chunk) {
        if ((byte === lineFeed) !== (before === carriageReturn)) bare = true
        before = byte
      }
    },
    areBare: () => bare || before === carriageReturn,
  }
}
