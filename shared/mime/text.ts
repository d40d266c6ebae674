/** The text of a message's parts, whoever asks: the client to show it, the server to search in it. */
import { decodeCharset } from '../text/charset.ts'
import { unflow } from './flowed.ts'
import { htmlToText } from './html-text.ts'
import type { Part } from './structure.ts'
import { decodeTransfer } from './transfer-encoding.ts'

/** Reading goes on as far as it can: `more` tells that something is left out. */
type Reading = { readonly text: string; readonly more: boolean }
const emptyReading: Reading = { text: '', more: false }

/** How much of a text part, still encoded, is decoded: more than ten times what is shown. */
const maxPartLength = 1_000_000
/** Bytes decoded of a plain text and of an HTML page, and characters made of them: several times what is shown. */
const maxBytes = { plain: 400_000, html: 600_000 }
const maxText = 120_000

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
  const page = htmlToText(text, maxText)
  return { text: page, more: more || page.length > maxText }
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
  const isPage = part.type === 'text/html'
  const limit = isPage ? maxBytes.html : maxBytes.plain
  const whole = decodeTransfer(part.body.subarray(0, maxPartLength), part.encoding)
  const cut = part.body.length > maxPartLength || whole.length > limit
  const bytes = whole.subarray(0, limit)
  const own = isPage ? charsetOfHead(bytes) : ''
  const { text, sure } = decodeCharset(bytes, part.parameters.get('charset') ?? '', own)
  const flowed = part.type === 'text/plain' && part.parameters.get('format')?.toLowerCase() === 'flowed'
  const isSpaced = part.parameters.get('delsp')?.toLowerCase() === 'yes'
  return { text: flowed ? unflow(text.slice(0, maxText), isSpaced) : text, more: cut || !sure }
}

/** What an HTML page says of itself near its beginning. */
function charsetOfHead(bytes: Uint8Array): string {
  const head = ascii.decode(bytes.subarray(0, 4_096))
  return /<meta[^>]{0,200}?charset\s{0,10}=\s{0,10}["']?([^\s"'/>;]{1,40})/iu.exec(head)?.[1] ?? ''
}

const ascii = new TextDecoder('windows-1252')
