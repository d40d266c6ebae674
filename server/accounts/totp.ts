/** Time-based codes (RFC 6238) as every authenticator app makes them: SHA-1, six digits, thirty seconds. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const stepMs = 30_000
const digits = 6
/** Steps that the two clocks may be apart, in either direction (RFC 6238 5.2). */
const drift = 1
/** As long as the hash (RFC 4226 4, R6). */
const secretBytes = 20
/** RFC 4648 6. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function newTotpSecret(): string {
  return base32(randomBytes(secretBytes))
}

/** The time step whose code this is, among those that are accepted now. */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  const typed = Buffer.from(code.replace(/\s/g, ''))
  if (!/^\d{6}$/.test(typed.toString())) return undefined
  const key = bytesOf(secret)
  const middle = Math.floor(now / stepMs)
  let found: number | undefined
  for (let step = middle - drift; step <= middle + drift; step += 1) {
    if (timingSafeEqual(Buffer.from(codeOf(key, step)), typed)) found ??= step
  }
  return found
}

/** The code of a moment, as the authenticator shows it. */
export function codeAt(secret: string, now: number): string {
  return codeOf(bytesOf(secret), Math.floor(now / stepMs))
}

/** What the QR code says (the key URI format of authenticator apps). */
export function totpUri(secret: string, issuer: string, user: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`
}

/** RFC 4226 5.3. */
function codeOf(key: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0x0f
  const number = hash.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31]
    value &= 0xff
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text
}

function bytesOf(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of text) {
    value = ((value & 0x7f) << 5) | alphabet.indexOf(letter)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 0xff)
  }
  return Uint8Array.from(bytes)
}
