/** Content-Transfer-Encoding (RFC 2045 6): checked before it is decoded, byte by byte, since programs mend it differently. */

/** How a part's bytes are written: as they are, or by one of the two encodings. */
export type TransferEncoding = 'none' | 'base64' | 'quoted-printable'

const [tab, lineFeed, carriageReturn, blank, equals] = [0x09, 0x0a, 0x0d, 0x20, 0x3d]

/** Undefined for an encoding that RFC 2045 does not name. */
export function transferEncoding(value: string): TransferEncoding | undefined {
  const name = value.trim().toLowerCase()
  if (name === 'base64' || name === 'quoted-printable') return name
  return ['', '7bit', '8bit', 'binary'].includes(name) ? 'none' : undefined
}

/** Whether the body has exactly one decoding. */
export function isSound(body: Uint8Array, encoding: TransferEncoding): boolean {
  if (encoding === 'base64') return isSoundBase64(body)
  return encoding === 'none' || isSoundQuotedPrintable(body)
}

/** The bytes of a body whose encoding is sound. */
export function decodeTransfer(body: Uint8Array, encoding: TransferEncoding): Uint8Array {
  if (encoding === 'none') return body
  return encoding === 'base64' ? decodeBase64(body) : decodeQuotedPrintable(body)
}

/**
 * As much of a body as its encoding covers, for what is shown with the notice: base64 ends at padding or at a line that is
 * none, such as a footer added in the clear; a body that does not begin with it is taken as it stands.
 */
export function readableBody(
  body: Uint8Array,
  encoding: TransferEncoding,
): { readonly body: Uint8Array; readonly encoding: TransferEncoding } {
  if (encoding !== 'base64') return { body, encoding }
  let [letters, padded, lineStart] = [0, false, 0]
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    if (byte === lineFeed) {
      lineStart = at + 1
      // Pieces put together on one line go on after their padding; what stands on a later line is something else.
      if (padded) return { body: body.subarray(0, at), encoding }
    }
    const isBlank = byte === lineFeed || byte === carriageReturn || byte === blank || byte === tab
    if (isBlank) continue
    if (byte === equals) padded = true
    else if (isBase64Letter(byte)) letters += 1
    else
      return letters > 0 && lineStart > 0 ? { body: body.subarray(0, lineStart), encoding } : { body, encoding: 'none' }
  }
  return { body, encoding }
}

/** Bytes that are no letters are passed over (RFC 2045 6.8); what is left over of a group of four is dropped. */
function decodeBase64(body: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(Math.ceil((body.length * 3) / 4))
  let [length, bits, count] = [0, 0, 0]
  for (const byte of body) {
    const value = base64Values[byte] ?? noLetter
    // Padding ends a piece; another may follow.
    if (byte === equals) count = 0
    if (value === noLetter) continue
    bits = ((bits << 6) | value) & 0xffffff
    count += 6
    if (count < 8) continue
    count -= 8
    decoded[length] = (bits >> count) & 255
    length += 1
  }
  return decoded.subarray(0, length)
}

const noLetter = 255
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = alphabet.indexOf(String.fromCharCode(byte))
  return value < 0 ? noLetter : value
})

/** Whole groups of four, padding only at the end. */
function isSoundBase64(body: Uint8Array): boolean {
  let letters = 0
  let padding = 0
  for (const byte of body) {
    if (byte === lineFeed || byte === carriageReturn || byte === blank || byte === tab) continue
    letters += 1
    if (byte === equals) padding += 1
    else if (padding > 0 || !isBase64Letter(byte)) return false
  }
  return letters % 4 === 0 && padding <= 2
}

function isBase64Letter(byte: number): boolean {
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2f
}

/** RFC 2045 6.7: `=` stands before two hexadecimal digits or at a line's end. */
function isSoundQuotedPrintable(body: Uint8Array): boolean {
  for (let at = body.indexOf(equals); at >= 0; at = body.indexOf(equals, at + 1)) {
    if (softBreakEnd(body, at) === undefined && hexValue(body, at + 1) === undefined) return false
  }
  return true
}

function decodeQuotedPrintable(body: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(body.length)
  let length = 0
  for (let at = 0; at < body.length;) {
    const byte = body[at] ?? 0
    const afterBreak = byte === equals ? softBreakEnd(body, at) : undefined
    if (afterBreak !== undefined) {
      at = afterBreak
      continue
    }
    const value = byte === equals ? hexValue(body, at + 1) : undefined
    decoded[length] = value ?? byte
    length += 1
    at += value === undefined ? 1 : 3
  }
  return decoded.subarray(0, length)
}

/** Where text goes on after the soft line break at `at`; undefined when there is none. Relays may have added blanks. */
function softBreakEnd(body: Uint8Array, at: number): number | undefined {
  let end = at + 1
  while (body[end] === blank || body[end] === tab) end += 1
  if (end >= body.length) return end
  if (body[end] === carriageReturn && body[end + 1] === lineFeed) return end + 2
  return body[end] === lineFeed ? end + 1 : undefined
}

function hexValue(body: Uint8Array, at: number): number | undefined {
  const high = hexDigit(body[at])
  const low = hexDigit(body[at + 1])
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte & ~0x20
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x41 + 10 : undefined
}
