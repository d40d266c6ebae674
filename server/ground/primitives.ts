/** KWP/1's primitives by Node's OpenSSL, made once for the process. */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { nodePrimitives } from '../../shared/whitelist/bytes/node-primitives.ts'
import type { Primitives } from '../../shared/whitelist/bytes/primitives.ts'

export const primitives: Primitives = nodePrimitives(crypto, zlib)

/** Bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  return new Uint8Array(crypto.randomBytes(count))
}
