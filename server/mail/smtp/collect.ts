/** Takes in the bytes of DATA, and refuses what two servers might read differently (SMTP smuggling). */
import { maxMessageBytes } from '../limits.ts'
import { SmtpReply } from './reply.ts'

/** All bytes, dots unstuffed. Reads to the end in any case: only then can the client hear why. */
export async function collect(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    // More is read and forgotten: the memory stays bounded, and the client gets its answer.
    if (size <= maxMessageBytes) chunks.push(chunk)
  }
  if (size > maxMessageBytes) throw new SmtpReply(552, `5.3.4 A message may have ${maxMessageBytes} bytes`)
  const raw = Buffer.concat(chunks)
  if (hasBareNewline(raw)) throw new SmtpReply(550, '5.6.0 A line may end only with CR LF')
  return raw
}

/** RFC 5321 2.3.8: CR and LF stand only together. Where they do not, servers disagree on where a message ends. */
export function hasBareNewline(raw: Uint8Array): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
    if (at === 0 || bytes[at - 1] !== 0x0d) return true
  }
  for (let at = bytes.indexOf(0x0d); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
    if (bytes[at + 1] !== 0x0a) return true
  }
  return false
}
