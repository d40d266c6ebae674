/** KWP/1's cryptography by Node's own OpenSSL (BoringSSL in Electron). */
import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { nodePrimitives } from '../../../shared/whitelist/bytes/node-primitives.ts'
import { taggedHash } from '../../../shared/whitelist/bytes/signing.ts'
import { digitsOf } from '../../../shared/whitelist/digits.ts'
import type { DeviceKeys } from './device-keys.ts'

/** The one implementation that the engine uses. */
export const primitives = nodePrimitives(crypto, zlib)

/** The device's fingerprint over both public keys, as digits that a person and an administrator compare. */
export function deviceWords(keys: Pick<DeviceKeys, 'dsig' | 'dbox'>): string {
  const publicKeys = [primitives.signPublicKey(keys.dsig), primitives.boxPublicKey(keys.dbox)] as const
  return digitsOf(taggedHash(primitives, 'key', ...publicKeys))
}
