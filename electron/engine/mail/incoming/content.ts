/** What a message says, as plain text under limits. Addresses are not its business (A1). */
import type { RawMessage } from '../../../../shared/header.ts'
import { maxTextLength } from '../../../../shared/message.ts'
import { subjectOf } from '../../../../shared/text/subject.ts'
import { maxPartLength } from '../limits.ts'
import { displayedMessage, notificationType, receiptReport } from '../outgoing/receipt.ts'
import { htmlToText } from './html-text.ts'
import { type Part, structureOf } from './structure.ts'
import { decodeBody } from './transfer-encoding.ts'

export type Content = {
  readonly text: string
  /** Not everything is shown: the structure was ambiguous (I8), or there is more than text. */
  readonly simplified: boolean
  /** Set for a read receipt: the Message-ID that it says was displayed, or empty where it says nothing of use. */
  readonly receiptFor?: string
}

/** Longest subject kept, in characters. */
const maxSubject = 998

/** Reading goes on as far as it can: `more` tells that something is left out. */
type Reading = { readonly text: string; readonly more: boolean }
const nothing: Reading = { text: '', more: false }

export function readContent(message: RawMessage): Content {
  const structure = structureOf(message)
  if (structure.kind === 'broken') return sourceView(message)
  const { root } = structure
  const { text, more } = readPart(root)
  const clean = cleanText(text)
  const simplified = more || structure.kind === 'nested' || clean.length > maxTextLength
  const content = { text: clean.slice(0, maxTextLength), simplified }
  const isReceipt =
    root.type === 'multipart/report' && root.parameters.get('report-type')?.toLowerCase() === receiptReport
  return isReceipt ? { ...content, receiptFor: receiptIn(root) } : content
}

function readPart(part: Part): Reading {
  if (part.type === 'multipart/alternative') return readAlternative(part.children)
  // RFC 2387: the first part is the document, the others are what it shows inside itself.
  if (part.type === 'multipart/related') return part.children.slice(0, 1).map(readPart)[0] ?? nothing
  if (part.type.startsWith('multipart/')) return joined(part.children.map(readPart))
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

function decodeText(part: Part): Reading {
  const more = part.body.length > maxPartLength
  const bytes = decodeBody(part.body.subarray(0, maxPartLength), part.encoding)
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

function receiptIn(root: Part): string {
  const part = root.children.find(({ type }) => type === notificationType)
  return part === undefined ? '' : (displayedMessage(decodeText(part).text) ?? '')
}

/** I8's one deterministic view: the body's bytes as text, undecoded. */
function sourceView(message: RawMessage): Content {
  // A character takes at most four bytes: what is decoded holds more than is shown, and no more.
  const bytes = message.body.subarray(0, maxTextLength * 4)
  return { text: cleanText(new TextDecoder().decode(bytes)).slice(0, maxTextLength), simplified: true }
}

export function readSubject(message: RawMessage): string {
  return subjectOf(message, maxSubject)
}

/** Lines end in LF; other controls, which a screen could act on, are gone. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/gu, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
}
