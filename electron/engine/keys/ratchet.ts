/**
 * The copy of how far the list has come, kept outside the database and authenticated by the KEK (protocol.md section 6,
 * step 15): an older database file put back is noticed, because it is behind its copy.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { fromHex, sameBytes } from '../../../shared/whitelist/bytes/encoding.ts'

/** How far a list has come. */
export type ListPosition = { readonly epoch: number; readonly version: number }

/** The highest position that this device ever accepted. */
export type Ratchet = ListPosition & {
  /** Hash of the head, hex. */
  readonly head: string
  /** Highest time that the server ever signed, in milliseconds since the epoch. */
  readonly trustedTime: number
}

/** As it is written, in the names of the wire. */
const copySchema = z.object({
  ep: z.number().int().min(0),
  ver: z.number().int().min(0),
  head: z.string(),
  trustedTime: z.number().int().min(0),
})

/** Text of the copy: `<json> <mac hex>`. */
export function writeRatchet(ratchet: Ratchet, kek: Uint8Array): string {
  const { epoch, version, head, trustedTime } = ratchet
  const json = JSON.stringify({ ep: epoch, ver: version, head, trustedTime })
  return `${json} ${mac(json, kek).toString('hex')}`
}

/** `undefined` for a copy that is missing, altered or of another KEK. */
export function readRatchet(text: string | undefined, kek: Uint8Array): Ratchet | undefined {
  const [json, tag] = text?.trim().split(' ') ?? []
  const given = tag === undefined ? undefined : fromHex(tag, 32)
  if (json === undefined || !given || !sameBytes(given, mac(json, kek))) return undefined
  // The MAC is good, so this device wrote it: another form here is a bug, and throws.
  const { ep, ver, head, trustedTime } = copySchema.parse(JSON.parse(json))
  return { epoch: ep, version: ver, head, trustedTime }
}

/** Whether a database with this position is older than what this device has once accepted. */
export function isBehind({ epoch, version }: ListPosition, copy: ListPosition): boolean {
  return epoch === copy.epoch ? version < copy.version : epoch < copy.epoch
}

/** A key of its own for the MAC: one secret, one purpose. */
function mac(json: string, kek: Uint8Array): Buffer {
  const key = createHmac('sha256', kek).update('kith ratchet copy').digest()
  return createHmac('sha256', key).update(json).digest()
}
