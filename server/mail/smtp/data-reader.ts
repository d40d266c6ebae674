/**
 * How the library's reader takes the bytes of DATA (RFC 5321 4.5.2): one loop over each packet. Its own one begins anew at
 * every dot that a client has doubled, so that 25 MB of them cost it many seconds, and whoever reaches the port may send
 * them.
 */
import type { SMTPStream } from 'smtp-server/lib/smtp-stream.js'

/** What stands before the next byte: nothing that counts, CR, CR LF, a dot behind that, or a dot and CR. */
type State = 'within' | 'return' | 'start' | 'dot' | 'dotReturn'

const [dot, carriageReturn, lineFeed] = [0x2e, 0x0d, 0x0a]

type Read = {
  readonly bytes: Buffer
  readonly state: State
  /** Where the message's last line ends in the packet; undefined: it goes on. */
  readonly end: number | undefined
}

/** The dots of a packet unstuffed. A dot that is alone on its line ends the message, with CR LF on either side only. */
export function readData(chunk: Uint8Array, before: State): Read {
  const bytes = Buffer.allocUnsafe(chunk.length + 2)
  let length = 0
  let state = before
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0
    if (state === 'dotReturn' && byte === lineFeed)
      return { bytes: bytes.subarray(0, length), state: 'start', end: at + 1 }
    if (state === 'start' && byte === dot) {
      state = 'dot'
      continue
    }
    if (state === 'dot' && byte === carriageReturn) {
      state = 'dotReturn'
      continue
    }
    // Not the end after all: what was held back belongs to the message, but for the dot that doubled another.
    if (state === 'dotReturn') {
      bytes[length++] = dot
      bytes[length++] = carriageReturn
      state = 'return'
    } else if (state === 'dot' && byte !== dot) bytes[length++] = dot
    bytes[length++] = byte
    if (byte === carriageReturn) state = 'return'
    else state = byte === lineFeed && state === 'return' ? 'start' : 'within'
  }
  return { bytes: bytes.subarray(0, length), state, end: undefined }
}

/** Has the reader take data in this way. */
export function takeData(reader: SMTPStream): void {
  const states = new WeakMap<object, State>()
  const feed: SMTPStream['_feedDataStream'] = (chunk, done) => {
    const { _dataStream: stream } = reader
    if (!stream) return done()
    const { bytes, state, end } = readData(chunk, states.get(stream) ?? 'start')
    reader['_countDataBytes'](bytes.length)
    if (end !== undefined) return reader['_endDataMode'](bytes, chunk.subarray(end), done)
    states.set(stream, state)
    if (!stream.writable || stream.write(bytes) || stream.destroyed) return done()
    // One that is destroyed never drains.
    const goOn = () => {
      stream.off('drain', goOn)
      stream.off('close', goOn)
      done()
    }
    stream.once('drain', goOn)
    stream.once('close', goOn)
  }
  Object.assign(reader, { _feedDataStream: feed })
}
