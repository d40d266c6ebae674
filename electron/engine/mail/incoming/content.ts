/** What a message says, as plain text under limits. Addresses are not its business (A1). */
import { type Covers, coversAll } from '../../../../shared/guard/coverage.ts'
import type { RawMessage } from '../../../../shared/header.ts'
import { maxTextLength } from '../../../../shared/message.ts'
import { sloppyStructure } from '../../../../shared/mime/sloppy.ts'
import { structureOf } from '../../../../shared/mime/structure.ts'
import { decodeText, readPart } from '../../../../shared/mime/text.ts'
import { subjectOf } from '../../../../shared/text/subject.ts'
import { displayedMessage, notificationType, receiptReport } from '../outgoing/receipt.ts'
import { settleMime } from './settled-mime.ts'

/** What is shown of a message. */
export type Content = {
  readonly text: string
  /** Not everything is shown: the structure was ambiguous (I8), or there is more than text. */
  readonly simplified: boolean
  /** Set for a read receipt: the Message-ID that it says was displayed, or empty where it says nothing of use. */
  readonly receiptFor?: string
}

/** Longest subject kept, in characters. */
const maxSubject = 998

/** The text of a message, as far as its proof bears it out; never fails, however broken the message is. */
export function readContent(message: RawMessage, covers: Covers = coversAll): Content {
  const settled = settleMime(message, covers)
  if (settled.view === 'source') return sourceView(message)
  const content = contentOf(settled.message)
  return settled.doubtful ? { ...content, simplified: true } : content
}

function contentOf(message: RawMessage): Content {
  const structure = structureOf(message)
  if (structure.kind === 'broken') return sloppyView(message)
  const { root } = structure
  const { text, more } = readPart(root)
  const clean = cleanText(text)
  const simplified = more || structure.kind === 'nested' || clean.length > maxTextLength
  const content = { text: clean.slice(0, maxTextLength), simplified }
  const isReport =
    root.type === 'multipart/report' && root.parameters.get('report-type')?.toLowerCase() === receiptReport
  const notification = isReport ? root.children.find(({ type }) => type === notificationType) : undefined
  // Without the part that makes it one it is a message like any other: a field alone must not make it vanish.
  return notification ? { ...content, receiptFor: displayedMessage(decodeText(notification).text) ?? '' } : content
}

/** I8: sloppy mail shows its text, always with the notice. To choose one of two readings would be to choose for the sender who made both. */
function sloppyView(message: RawMessage): Content {
  const root = sloppyStructure(message)
  if (!root) return sourceView(message)
  return { text: cleanText(readPart(root).text).slice(0, maxTextLength), simplified: true }
}

/** I8's one deterministic view: the body's bytes as text, undecoded. */
function sourceView(message: RawMessage): Content {
  // A character takes at most four bytes: what is decoded holds more than is shown, and no more.
  const bytes = message.body.subarray(0, maxTextLength * 4)
  return { text: cleanText(new TextDecoder().decode(bytes)).slice(0, maxTextLength), simplified: true }
}

/** The subject on one line, decoded, at most 998 characters; empty where there is none. */
export function readSubject(message: RawMessage): string {
  return subjectOf(message, maxSubject)
}

/** Lines end in LF; other controls, which a screen could act on, are gone. */
function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/gu, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim()
}
