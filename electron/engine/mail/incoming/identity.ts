/** What makes a message itself and no other (I10): who wrote it, and what of it its proof fixes. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { RawMessage } from '../../../../shared/header.ts'
import { singleField } from '../../../../shared/mime/structure.ts'

/** Bytes that are hashed before others have their turn. */
const stepSize = 1024 * 1024

/**
 * Digest of Date, Subject and body, which every proof covers. White space counts as DKIM's `relaxed` counts it (RFC 6376
 * 3.4): whoever sends a signed message on may change that, and it stays the same message.
 */
export async function contentDigest({ fields, body }: RawMessage): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['date', 'subject']) {
    const raw = fields.find((field) => field.name === name)?.raw ?? ''
    hash.update(
      `${raw
        .slice(raw.indexOf(':') + 1)
        .replace(/[ \t\r\n]+/g, ' ')
        .trim()}\n`,
      'latin1',
    )
  }
  const relax = createRelaxer()
  for (let from = 0; from < body.length; from += stepSize) {
    if (from > 0) await setImmediate()
    hash.update(relax(body.subarray(from, from + stepSize)))
  }
  return hash.digest('hex')
}

/** The id of a received message, or of an own one that another program wrote. `messageId`: empty where no proof fixes it. */
export function messageIdentity(
  direction: 'in' | 'out',
  { sender, messageId, content }: { readonly sender: string; readonly messageId: string; readonly content: string },
): string {
  return createHash('sha256').update(`${direction}\n${sender}\n${messageId}\n${content}`).digest('hex').slice(0, 32)
}

/** The Message-ID as it stands; empty where there is none. */
export function writtenMessageId({ fields }: RawMessage): string {
  return singleField(fields, 'message-id') ?? ''
}

const [tab, lineFeed, carriageReturn, blank] = [0x09, 0x0a, 0x0d, 0x20]

/**
 * Takes a body piece by piece: runs of blanks become one, none stays at a line's end, nor do empty lines at the body's.
 * What may yet turn out to be at an end is kept for the next piece.
 */
function createRelaxer(): (piece: Uint8Array) => Uint8Array {
  let breaks = 0
  let isBlank = false
  return (piece) => {
    const kept = Buffer.alloc(piece.length + breaks + 1)
    let length = 0
    for (const byte of piece) {
      if (byte === carriageReturn) continue
      if (byte === lineFeed) {
        breaks += 1
        isBlank = false
      } else if (byte === blank || byte === tab) isBlank = true
      else {
        for (; breaks > 0; breaks -= 1) kept[length++] = lineFeed
        if (isBlank) kept[length++] = blank
        isBlank = false
        kept[length++] = byte
      }
    }
    return kept.subarray(0, length)
  }
}
