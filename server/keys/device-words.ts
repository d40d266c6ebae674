/** The digits by which a device is recognised over the telephone. */
import { fromBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { taggedHash } from '../../shared/whitelist/bytes/signing.ts'
import { digitsOf } from '../../shared/whitelist/digits.ts'
import { primitives } from '../ground/primitives.ts'
import type { DeviceRow } from '../store/tables.ts'

/** The same digits that the device shows while it waits. */
export function deviceWords({ dsig, dbox }: Pick<DeviceRow, 'dsig' | 'dbox'>): string {
  // Over both keys: a device that kept one and exchanged the other would show other digits.
  const keys = [dsig, dbox].map((key) => fromBase64(key, 32) ?? new Uint8Array(32))
  return digitsOf(taggedHash(primitives, 'key', ...keys))
}
