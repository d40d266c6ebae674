/** Schemas of the values that KWP/1's objects are made of. */
import { z } from 'zod'
import { fromBase64 } from './encoding.ts'

/** 32 bytes as lower-case hex: a hash. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/)
/** Strict base64 of exactly `length` bytes. */
export function base64(length: number) {
  return z.string().refine((text) => fromBase64(text, length) !== undefined)
}
/** An identifier of an organisation, user, device, list, command: visible ASCII, so that order and spelling are one. */
export const name = z.string().regex(/^[\x21-\x7e]{1,200}$/)
/** Milliseconds since the epoch, or any other count. */
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** A client's 24-byte nonce. */
export const nonce = base64(24)
/** A public key. */
export const publicKey = base64(32)
/** A signature. */
export const signature = base64(64)
