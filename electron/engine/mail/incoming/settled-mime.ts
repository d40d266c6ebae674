/**
 * A message whose proof leaves Content-Type, Content-Transfer-Encoding or Content-Disposition open, as it may be read
 * (I8): whoever sends a signed message on can write other values there. A value is taken where the signed body itself
 * bears it out. MIME-Version decides nothing here: this reader never looks at it.
 */
import { isAscii } from 'node:buffer'
import type { Covers } from '../../../../shared/guard/coverage.ts'
import type { HeaderField, RawMessage } from '../../../../shared/header.ts'
import { sloppyStructure } from '../../../../shared/mime/sloppy.ts'
import { type Part, structureOf } from '../../../../shared/mime/structure.ts'
import { decodeTransfer, isSound } from '../../../../shared/mime/transfer-encoding.ts'

/** `doubtful`: shown with the notice. `source`: nothing bears the values out, so only the body's bytes are shown. */
type Settled =
  | { readonly view: 'taken'; readonly message: RawMessage; readonly doubtful: boolean }
  | { readonly view: 'source' }

/** The message with those of its MIME fields that decide how it is read. */
export function settleMime(message: RawMessage, covers: Covers): Settled {
  const kept = covers('content-disposition') ? message : without(message, 'content-disposition')
  if (covers('content-type') && covers('content-transfer-encoding')) return taken(kept)
  const structure = structureOf(kept)
  // Sloppy mail is borne out by its body as other mail is, or shown as its source: not even the notice excuses a choice.
  const root = structure.kind === 'broken' ? sloppyStructure(kept) : structure.root
  if (!root) return { view: 'source' }
  if (root.type.startsWith('multipart/')) return covers('content-type') ? taken(kept) : settleMultipart(kept, root)
  const encoded = covers('content-transfer-encoding') || isBorneOut(root, message.body)
  if (!encoded) return { view: 'source' }
  const doubtful = !covers('content-transfer-encoding') && couldBeDecoded(root, message.body)
  return covers('content-type') ? taken(kept, doubtful) : settleText(kept, root, doubtful)
}

function taken(message: RawMessage, doubtful = false): Settled {
  return { view: 'taken', message, doubtful }
}

function without({ fields, ...message }: RawMessage, unwanted: string): RawMessage {
  return { ...message, fields: fields.filter(({ name }) => name !== unwanted) }
}

function withType(message: RawMessage, value: string): RawMessage {
  const field: HeaderField = { name: 'content-type', value, raw: `Content-Type: ${value}` }
  return { ...message, fields: [...without(message, 'content-type').fields, field] }
}

/** A delimiter opens the body and the last one ends it: no other boundary fits, and nothing lies outside the parts. */
function settleMultipart(message: RawMessage, root: Part): Settled {
  const boundary = root.parameters.get('boundary') ?? ''
  const lines = edgesOf(message.body)
  if (lines.first !== `--${boundary}` || lines.last !== `--${boundary}--`) return { view: 'source' }
  const [first, ...rest] = root.children
  const alternatives = first?.type === 'text/plain' && rest.length > 0 && rest.every(isRendering)
  const isFree = root.children.length === 1
  if (root.type === 'multipart/alternative') return isFree || alternatives ? taken(message) : asMixed(message, boundary)
  const dressed = first !== undefined && isRendering(first) && rest.every(isOrnament)
  if (root.type === 'multipart/related') return isFree || dressed ? taken(message) : asMixed(message, boundary)
  return taken(message, alternatives)
}

/** All parts are shown one after another: nobody can hide one by calling it another form of its neighbour. */
function asMixed(message: RawMessage, boundary: string): Settled {
  return taken(withType(message, `multipart/mixed; boundary="${boundary}"`), true)
}

const renderings = new Set(['text/html', 'text/x-amp-html', 'text/watch-html', 'text/calendar', 'text/enriched'])

/** Another form of the text beside it. */
function isRendering({ type, isAttachment, children }: Part): boolean {
  if (type === 'multipart/related') return children[0] !== undefined && isRendering(children[0])
  return (!isAttachment && renderings.has(type)) || type === 'multipart/alternative'
}

/** What an HTML text shows inside itself: no text of its own. */
function isOrnament({ type }: Part): boolean {
  return !/^(?:text|multipart|message)\//.test(type)
}

function settleText(message: RawMessage, root: Part, doubtful: boolean): Settled {
  const { first, last } = edgesOf(message.body)
  // Another type would have opened it as parts.
  if (/^--\S/.test(first) && last === `${first}--`) return { view: 'source' }
  const bytes = decodeTransfer(root.body, root.encoding)
  const text = plainText(bytes)
  const isHtml = text !== undefined && isMarkup(text)
  const isOther = root.type !== 'text/plain' && root.type !== 'text/html'
  // Called something else, or HTML, a plain text would vanish, or parts of it.
  if (isOther) return text === undefined ? taken(message, doubtful) : { view: 'source' }
  if (root.type === 'text/html' && text !== undefined && !isHtml) return { view: 'source' }
  const charset = (root.parameters.get('charset') ?? 'utf-8').toLowerCase()
  // Bytes that are UTF-8 are read as that, whatever is said; for others nothing bears the charset out.
  const isSaid = text !== undefined && (isAscii(bytes) || charset === 'utf-8' || charset === 'utf8')
  const asRead = text === undefined ? message : withType(message, `${root.type}; charset=utf-8`)
  return taken(asRead, doubtful || !isSaid || (root.type === 'text/plain' && isHtml))
}

/** The bytes as UTF-8; undefined where they are not, or hold controls of other charsets. */
function plainText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /[^\P{Cc}\t\r\n\f]/u.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** A tag that opens documents or a comment stands first, and a tag last. */
function isMarkup(text: string): boolean {
  return markupStart.test(text) && text.trimEnd().endsWith('>')
}

const markupStart =
  /^[\s\ufeff]*<(?:!--|!doctype|(?:html|head|body|meta|style|title|div|p|span|br|font|center|table|ul|ol|h[1-6]|a|b|i|img)[\s/>])/i

/** Whether the whole body is of the encoding that is said; as it stands it always may be. */
function isBorneOut({ encoding }: Part, body: Uint8Array): boolean {
  if (encoding === 'base64') return isWholeBase64(body)
  return encoding === 'none' || isWholeQuotedPrintable(body)
}

/** Whether it is wholly of an encoding that is not said. */
function couldBeDecoded({ encoding }: Part, body: Uint8Array): boolean {
  if (encoding !== 'base64' && isWholeBase64(body)) return true
  return encoding === 'none' && body.includes(equals) && isWholeQuotedPrintable(body)
}

const equals = 0x3d
/** Base64 of this length is no word that somebody wrote. */
const surelyBase64 = 24

function isWholeBase64(body: Uint8Array): boolean {
  if (!isSound(body, 'base64')) return false
  const lines = new TextDecoder().decode(body).trim().split(/\r?\n/)
  const letters = lines.reduce((sum, line) => sum + line.length, 0)
  if (letters === 0 || lines.some((line) => /[ \t]\S/.test(line))) return false
  return letters >= surelyBase64 || plainText(decodeTransfer(body, 'base64')) !== undefined
}

/** RFC 2045 6.7: ASCII in lines of at most 76. */
function isWholeQuotedPrintable(body: Uint8Array): boolean {
  if (!isAscii(body) || !isSound(body, 'quoted-printable')) return false
  let start = 0
  for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, start)) {
    if (at - start > maxEncodedLine) return false
    start = at + 1
  }
  return body.length - start <= maxEncodedLine
}

const maxEncodedLine = 77

/** The first and the last line of a body that are not empty; a delimiter is far shorter than what is looked at. */
function edgesOf(body: Uint8Array): { readonly first: string; readonly last: string } {
  const decoder = new TextDecoder('latin1')
  const [first = ''] = decoder.decode(body.subarray(0, maxEdge)).replace(usualPreamble, '').split(/\r?\n/)
  let end = body.length
  while (end > 0 && (body[end - 1] ?? 0) <= 0x20) end -= 1
  const last =
    decoder
      .decode(body.subarray(Math.max(0, end - maxEdge), end))
      .split(/\r?\n/)
      .at(-1) ?? ''
  return { first: first.trimEnd(), last }
}

const maxEdge = 1_000
/** What some programs write before the first delimiter: the same words in every message, so that nothing hides there. */
const usualPreamble = /^\s*(?:This is a multi-?part message in MIME format\.\s*)?/i
