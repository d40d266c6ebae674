/** The text of a message's parts, whoever asks: the client to show it, the server to search in it. */
import { htmlToText } from './html-text.ts'
import type { Part } from './structure.ts'
import { decodeTransfer } from './transfer-encoding.ts'

/** Reading goes on as far as it can: `more` tells that something is left out. */
type Reading = { readonly text: string; readonly more: boolean }
const emptyReading: Reading = { text: '', more: false }

/** How much of a text part, still encoded, is decoded: more than ten times what is shown. */
const maxPartLength = 1_000_000

/** The text that a reader is shown. */
export function readPart(part: Part): Reading {
  if (part.type === 'multipart/alternative') return readAlternative(part.children)
  // RFC 2387: the first part is the document, the others are what it shows inside itself.
  if (part.type === 'multipart/related') return part.children.slice(0, 1).map(readPart)[0] ?? emptyReading
  if (part.type.startsWith('multipart/')) return joined(part.children.map(readPart))
  // The sender's word that it is no text to be read here; nothing of it is decoded.
  if (part.isAttachment) return { text: '', more: true }
  if (part.type === 'text/plain') return decodeText(part)
  if (part.type !== 'text/html') return { text: '', more: true }
  const { text, more } = decodeText(part)
  return { text: htmlToText(text), more }
}

/** RFC 2046 5.1.4: one of them is shown. Plain text says the most of what it says. */
function readAlternative(children: readonly Part[]): Reading {
  const plain = children.find(({ type, isAttachment }) => type === 'text/plain' && !isAttachment)
  const shown = plain && readPart(plain)
  if (shown && shown.text.trim() !== '') return shown
  const readings = children.map(readPart)
  return readings.findLast(({ text }) => text.trim() !== '') ?? joined(readings)
}

function joined(readings: readonly Reading[]): Reading {
  const texts = readings.map(({ text }) => text).filter((text) => text.trim() !== '')
  return { text: texts.join('\n'), more: readings.some(({ more }) => more) }
}

/** One part's text. */
export function decodeText(part: Part): Reading {
  const more = part.body.length > maxPartLength
  const bytes = decodeTransfer(part.body.subarray(0, maxPartLength), part.encoding)
  const decoder = decoderFor(part.parameters.get('charset') ?? 'utf-8')
  return { text: (decoder ?? new TextDecoder()).decode(bytes), more: more || decoder === undefined }
}

/** Undefined for a charset that the Encoding Standard does not know, UTF-7 among them. */
function decoderFor(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    // RFC 2045's default is ASCII, of which UTF-8 is the superset that mail without a charset is in today.
    return new TextDecoder(charset.toLowerCase() === 'us-ascii' ? 'utf-8' : charset)
  } catch {
    return undefined
  }
}
