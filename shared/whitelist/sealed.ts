/** Sealing to one key: answers to a device (protocol.md sections 3.6 and 14), logins to the server (section 5.3). */
import type { Checked } from '../failures.ts'
import { concat, fromHex, isZero, sameBytes, toHex } from './bytes/encoding.ts'
import type { Primitives, Random } from './bytes/primitives.ts'
import { taggedHash } from './bytes/signing.ts'
import { maxSealedBytes, padTo } from './limits.ts'

/** First byte of a sealed answer: its form. */
const form = 1
const keyLength = 32
const nonceLength = 24
/** A boxed key: 32 bytes and the authenticator's 16. */
const wrappedLength = 48
/** 01, ephemeral key, first nonce, boxed key, second nonce. */
const prefixLength = 1 + keyLength + nonceLength + wrappedLength + nonceLength
/** Bytes of the authenticator of a secretbox. */
const overhead = 16
/** Top bit of the length: the body is compressed with brotli. */
const brotliFlag = 0x8000_0000
const lengthBytes = 4

/** A sealed body and what the fresh statement says of it, both hex. */
export type Sealed = { readonly bytes: Uint8Array; readonly seal: string; readonly kc: string }

type SealFault = 'tooLarge' | 'malformed' | 'lowOrder' | 'box' | 'commitment' | 'secretbox' | 'padding' | 'bomb'
type Opened = Checked<Uint8Array, SealFault>

/** Seals a body to a device's box key: compressed where that is shorter, padded, under a key of its own. */
export function sealBody(primitives: Primitives, body: Uint8Array, to: Uint8Array, random: Random): Sealed {
  const ephemeral = random(keyLength)
  // A key of its own for the body, boxed to the device: the commitment can then fix this one key.
  const key = random(keyLength)
  const n1 = random(nonceLength)
  const n2 = random(nonceLength)
  const shared = primitives.boxKey(to, ephemeral)
  if (!shared) throw new Error('sealing to a key of low order: refuse such a device at login')
  const wrapped = primitives.secretbox(key, n1, shared)
  const box = primitives.secretbox(padded(primitives, body), n2, key)
  const bytes = concat(Uint8Array.of(form), primitives.boxPublicKey(ephemeral), n1, wrapped, n2, box)
  return { bytes, seal: sealHash(primitives, bytes), kc: commitment(primitives, key, n2) }
}

/** `seal = H(DS("seal") ‖ sealed)`, hex. */
export function sealHash(primitives: Primitives, sealed: Uint8Array): string {
  return toHex(taggedHash(primitives, 'seal', sealed))
}

/** `kc = H(DS("kc") ‖ K ‖ n2)`, hex: fixes the one key that opens the box. */
function commitment(primitives: Primitives, key: Uint8Array, n2: Uint8Array): string {
  return toHex(taggedHash(primitives, 'kc', key, n2))
}

/** Opens a sealed body with the device's box secret, in the order of section 6 step 11. `kc` is the statement's, hex. */
export function openBody(primitives: Primitives, sealed: Uint8Array, secret: Uint8Array, kc: string): Opened {
  const refuse = (fault: SealFault): Opened => ({ ok: false, fault })
  if (sealed.length > maxSealedBytes) return refuse('tooLarge')
  if (sealed.length < prefixLength + overhead + padTo || sealed[0] !== form) return refuse('malformed')
  const [epk, n1, wrapped, n2, box] = cut(sealed.subarray(1), [keyLength, nonceLength, wrappedLength, nonceLength])
  if (!epk || !n1 || !wrapped || !n2 || !box) return refuse('malformed')
  const shared = primitives.boxKey(epk, secret)
  if (!shared) return refuse('lowOrder')
  const key = primitives.openSecretbox(wrapped, n1, shared)
  if (!key) return refuse('box')
  const expected = fromHex(kc, 32)
  // Before the box is opened: a secretbox may open under two keys, and only this one was meant.
  if (!expected || !sameBytes(expected, taggedHash(primitives, 'kc', key, n2))) return refuse('commitment')
  const content = primitives.openSecretbox(box, n2, key)
  if (!content) return refuse('secretbox')
  return unpadded(primitives, content)
}

/** The pieces of the given lengths, and the rest. */
function cut(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  let at = 0
  const pieces = lengths.map((length) => {
    at += length
    return bytes.subarray(at - length, at)
  })
  return [...pieces, bytes.subarray(at)]
}

function padded(primitives: Primitives, body: Uint8Array): Uint8Array {
  const short = primitives.compress(body)
  // A short body gets longer by compressing; then it goes as it is.
  const smaller = short.length < body.length
  const content = smaller ? short : body
  const whole = new Uint8Array(Math.ceil((lengthBytes + content.length) / padTo) * padTo)
  new DataView(whole.buffer).setUint32(0, content.length + (smaller ? brotliFlag : 0))
  whole.set(content, lengthBytes)
  return whole
}

function unpadded(primitives: Primitives, content: Uint8Array): Opened {
  const field = new DataView(content.buffer, content.byteOffset, content.byteLength).getUint32(0)
  const length = field % brotliFlag
  const end = lengthBytes + length
  if (content.length !== Math.ceil(end / padTo) * padTo || !isZero(content.subarray(end))) {
    return { ok: false, fault: 'padding' }
  }
  const bytes = content.subarray(lengthBytes, end)
  if (field < brotliFlag) return { ok: true, value: bytes }
  const body = primitives.expand(bytes, maxSealedBytes)
  return body ? { ok: true, value: body } : { ok: false, fault: 'bomb' }
}

/** Seals a short message to a box key: `epk ‖ n ‖ box`. */
export function sealMessage(primitives: Primitives, message: Uint8Array, to: Uint8Array, random: Random): Uint8Array {
  const ephemeral = random(keyLength)
  const n = random(nonceLength)
  const shared = primitives.boxKey(to, ephemeral)
  if (!shared) throw new Error('sealing to a key of low order: refuse such a key when it is learned')
  return concat(primitives.boxPublicKey(ephemeral), n, primitives.secretbox(message, n, shared))
}

/** Opens `epk ‖ n ‖ box`; `undefined` for a low-order key or anything that was not sealed to this secret. */
export function openMessage(primitives: Primitives, sealed: Uint8Array, secret: Uint8Array): Uint8Array | undefined {
  if (sealed.length < keyLength + nonceLength + overhead) return undefined
  const [epk, n, box] = cut(sealed, [keyLength, nonceLength])
  if (!epk || !n || !box) return undefined
  const shared = primitives.boxKey(epk, secret)
  return shared && primitives.openSecretbox(box, n, shared)
}
