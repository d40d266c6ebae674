/**
 * Mail that breaks MIME's rules without saying two things (I8): delimiters unquoted or never closed, encodings by odd
 * names or with a footer in the clear, odd headers of attachments. It is read as mail programs do, for its text alone and
 * always shown with the notice. Where they part, as with a doubled field, nothing is read here. Linear; never throws.
 */
import { type HeaderField, type RawMessage, splitMessage } from '../header.ts'
import { utf8 } from '../whitelist/bytes/encoding.ts'
import { endOfLine, lineEndBefore, nextDelimiter } from './lines.ts'
import type { Part } from './structure.ts'
import { readableBody, type TransferEncoding } from './transfer-encoding.ts'

/** Deeper than any mail; each level looks at the bytes once more. */
const maxNesting = 5
const maxParts = 500
const maxFieldLength = 4_000
const maxBoundary = 200

type Walk = { parts: number }

/** The tree of a message that breaks the rules; undefined where it has several readings. */
export function sloppyStructure(message: RawMessage): Part | undefined {
  return message.fault === 'tooLarge' ? undefined : readPart(message, [], { parts: 0 })
}

/** What is left of a part that cannot be read: that there is something more. */
function unread(): Part {
  return {
    type: 'application/octet-stream',
    parameters: new Map(),
    isAttachment: true,
    encoding: 'none',
    body: new Uint8Array(),
    children: [],
  }
}

/** `outer`: the boundaries around this part. */
function readPart(part: RawMessage, outer: readonly string[], walk: Walk): Part | undefined {
  walk.parts += 1
  const type = looseValue(part.fields, 'content-type')
  const transfer = looseValue(part.fields, 'content-transfer-encoding')
  const disposition = looseValue(part.fields, 'content-disposition')
  if (type === undefined || transfer === undefined || disposition === undefined) return undefined
  const media = looseType(type)
  if (!media) return undefined
  const found = { ...media, isAttachment: /^[\s"]*attachment\b/iu.test(disposition) }
  const encoding = looseEncoding(transfer)
  if (!media.type.startsWith('multipart/')) {
    const { body, encoding: readable } = readableBody(part.body, encoding)
    return { ...found, encoding: readable, body, children: [] }
  }
  // Some programs would decode it before they look for delimiters.
  if (encoding === 'base64') return undefined
  const children = readChildren(part.body, media.parameters.get('boundary') ?? '', { outer, walk })
  return children && { ...found, encoding: 'none', body: new Uint8Array(), children }
}

/** A field as it stands, empty where there is none; undefined where two say different things. */
function looseValue(fields: readonly HeaderField[], wanted: string): string | undefined {
  const values = new Set(fields.filter(({ name }) => name === wanted).map(({ value }) => value.trim()))
  return values.size > 1 ? undefined : ([...values][0] ?? '').slice(0, maxFieldLength)
}

/** Type and parameters, quoted or not; undefined where a parameter that decides has two values. */
function looseType(value: string): Pick<Part, 'type' | 'parameters'> | undefined {
  const [, main = 'text', sub = ''] = /^[\s"']*([\w.+-]+)(?:\s*\/\s*([\w.+-]+))?/u.exec(value) ?? []
  const parameters = new Map<string, string>()
  // The first `;` begins the parameters; a comment before it is passed over.
  for (const [, name = '', quoted, plain = ''] of value.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"?|([^;]*))/gu)) {
    // RFC 2231 4: `charset*=utf-8''value`, which needs no joining.
    const key = name.toLowerCase().replace(/\*$/u, '')
    const text = (quoted ?? plain.trim()).replace(name.endsWith('*') ? /^[^']*'[^']*'/u : /^$/u, '')
    const isDeciding = key === 'boundary' || key === 'charset'
    // RFC 2231 pieces of a boundary are joined by some programs and not by others.
    if (key.startsWith('boundary*') || (isDeciding && (parameters.get(key) ?? text) !== text)) return undefined
    if (!parameters.has(key)) parameters.set(key, text)
  }
  const type = main.toLowerCase()
  if (sub !== '') return { type: `${type}/${sub.toLowerCase()}`, parameters }
  // RFC 2045 5.2: what cannot be read as a type is plain text.
  return { type: type === 'multipart' ? 'multipart/mixed' : 'text/plain', parameters }
}

/** Whatever is no encoding at all, as `utf-8` or `8 bit`, means none. */
function looseEncoding(value: string): TransferEncoding {
  const name = value.toLowerCase().replace(/[^a-z0-9]/gu, '')
  if (name.startsWith('base64')) return 'base64'
  return name.startsWith('quotedprintable') ? 'quoted-printable' : 'none'
}

type Surroundings = { readonly outer: readonly string[]; readonly walk: Walk }

function readChildren(body: Uint8Array, boundary: string, { outer, walk }: Surroundings): readonly Part[] | undefined {
  // The same boundary around and inside: whose delimiter is it?
  if (boundary === '' || boundary.length > maxBoundary || outer.includes(boundary)) return undefined
  if (outer.length >= maxNesting) return [unread()]
  const children: Part[] = []
  for (const bytes of cutParts(body, boundary)) {
    if (walk.parts >= maxParts) return [...children, unread()]
    // Two readings of one part are no reason to keep the others from their reader.
    children.push(readPart(splitPart(bytes), [...outer, boundary], walk) ?? unread())
  }
  return children.length > 0 ? children : undefined
}

/** The parts between lines that are the delimiter and nothing else; the last one may end with the body. */
function cutParts(body: Uint8Array, boundary: string): readonly Uint8Array[] {
  const delimiter = utf8(`--${boundary}`)
  const parts: Uint8Array[] = []
  let start = -1
  for (let at = nextDelimiter(body, delimiter, 0); at >= 0; at = nextDelimiter(body, delimiter, at + 1)) {
    const line = endOfLine(body, at)
    const rest = decoder.decode(body.subarray(at + delimiter.length, Math.min(line.text, at + 1_000))).trimEnd()
    if (rest !== '' && rest !== '--') continue
    if (start >= 0) parts.push(body.subarray(start, Math.max(start, lineEndBefore(body, at))))
    if (rest === '--') return parts
    if (parts.length > maxParts) return parts
    start = line.next
  }
  if (start >= 0) parts.push(body.subarray(start))
  return parts
}

const decoder = new TextDecoder()

/** A part's header may be empty, missing, or hold lines that are none. */
function splitPart(bytes: Uint8Array): RawMessage {
  const [first, second] = bytes
  if (first === undefined || first === 0x0a) return { fields: [], body: bytes.subarray(1) }
  if (first === 0x0d && second === 0x0a) return { fields: [], body: bytes.subarray(2) }
  const part = splitMessage(bytes)
  return part.fields.length === 0 ? { fields: [], body: bytes } : part
}
