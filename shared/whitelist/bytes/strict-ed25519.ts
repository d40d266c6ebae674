/**
 * What must hold of an Ed25519 signature and key before any verifier is asked (protocol.md sections 2 and 13):
 * tweetnacl 1.0.3 alone accepts `S >= L`, and keys of small order make a signature fit many messages.
 */
import { fromHex } from './encoding.ts'

/** The group's order L = 2^252 + 27742317777372353535851937790883648493, little end first. */
const order = bytesOf('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** Encodings of points of order 1, 2, 4 and 8, sign bit cleared; the last two are non-canonical forms of 0 and 1. */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(bytesOf)

/** Whether a signature and a public key have the only form that Kith accepts. */
export function isStrict(signature: Uint8Array, publicKey: Uint8Array): boolean {
  return signature.length === 64 && isBelowOrder(signature.subarray(32)) && isStrictKey(publicKey)
}

/** Whether an Ed25519 public key is 32 bytes and none of the refused encodings, either sign bit. */
export function isStrictKey(publicKey: Uint8Array): boolean {
  return publicKey.length === 32 && !smallOrder.some((point) => equalButSign(point, publicKey))
}

function isBelowOrder(scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const ours = scalar[i] ?? 0
    const limit = order[i] ?? 0
    if (ours !== limit) return ours < limit
  }
  return false
}

function equalButSign(point: Uint8Array, key: Uint8Array): boolean {
  return point.every((byte, i) => byte === (i === 31 ? (key[i] ?? 0) & 0x7f : key[i]))
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex, 32)
  if (!bytes) throw new Error('a constant of this file is not 32 bytes of hex')
  return bytes
}
