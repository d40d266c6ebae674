/** Bytes and their text forms. Readers are strict: what this file would not have written is refused with `undefined`. */

const encoder = new TextEncoder()
const asciiDecoder = new TextDecoder()

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Text of UTF-8 bytes; `undefined` if they are not valid UTF-8. A byte order mark is kept as a character, not swallowed. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** One array of all parts in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Whether two arrays hold the same bytes; takes the same time wherever they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

/** Whether all bytes are zero. */
export function isZero(bytes: Uint8Array): boolean {
  let seen = 0
  for (const byte of bytes) seen |= byte
  return seen === 0
}

/** A count as 8 bytes, big end first. */
export function bigEndian64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

const hexDigits = '0123456789abcdef'

/** Lower-case hex, as all hashes are written. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15)
  return text
}

/** Bytes of lower-case hex, exactly `length` bytes where that is given. */
export function fromHex(text: string, length?: number): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  if (length !== undefined && text.length !== length * 2) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

const alphabet = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
/** Value of each ASCII character of base64, 255 for those outside its alphabet. */
const values = new Uint8Array(256).fill(255)
alphabet.forEach((character, value) => {
  values[character] = value
})
/** The padding character `=`. */
const pad = 0x3d

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] ?? 0
    const b = bytes[i + 1] ?? 0
    const c = bytes[i + 2] ?? 0
    text[at++] = alphabet[a >> 2] ?? 0
    text[at++] = alphabet[((a & 3) << 4) | (b >> 4)] ?? 0
    text[at++] = i + 1 < bytes.length ? (alphabet[((b & 15) << 2) | (c >> 6)] ?? 0) : pad
    text[at++] = i + 2 < bytes.length ? (alphabet[c & 63] ?? 0) : pad
  }
  return asciiDecoder.decode(text)
}

/**
 * Bytes of canonical base64: no white space, full padding, unused bits zero (RFC 4648 section 3.5).
 * Exactly `length` bytes where that is given.
 */
export function fromBase64(text: string, length?: number): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const size = (text.length / 4) * 3 - padding
  if (length !== undefined && size !== length) return undefined
  const characters = utf8(text)
  if (characters.length !== text.length) return undefined
  const bytes = new Uint8Array(size + padding)
  if (!decodeGroups(characters, characters.length - padding, bytes)) return undefined
  if (!isZero(bytes.subarray(size))) return undefined
  if (padding > 0 && unusedBits(characters, padding) !== 0) return undefined
  return bytes.subarray(0, size)
}

/** Decodes whole groups of four; the first `end` characters must be of the alphabet, the rest count as zero. */
function decodeGroups(characters: Uint8Array, end: number, bytes: Uint8Array): boolean {
  let invalid = 0
  let at = 0
  const value = (i: number): number => {
    if (i >= end) return 0
    const v = values[characters[i] ?? 0] ?? 255
    invalid |= v & 0xc0
    return v
  }
  for (let i = 0; i < characters.length; i += 4) {
    const group = (value(i) << 18) | (value(i + 1) << 12) | (value(i + 2) << 6) | value(i + 3)
    bytes[at++] = (group >> 16) & 255
    bytes[at++] = (group >> 8) & 255
    bytes[at++] = group & 255
  }
  return invalid === 0
}

/** Bits of the last character that carry no data: two with one `=`, four with two. */
function unusedBits(characters: Uint8Array, padding: number): number {
  const last = values[characters[characters.length - padding - 1] ?? 0] ?? 255
  return last & (padding === 1 ? 3 : 15)
}

/** base64url without padding (RFC 4648 section 5): for texts that people copy. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
}

/** Bytes of canonical base64url without padding. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  const padded = text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4)
  return fromBase64(padded)
}
