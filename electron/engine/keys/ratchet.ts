/**
 * The copy of how far the list has come, kept outside the database and authenticated by the KEK (protocol.md section 6,
 * step 15): an older database file put back is noticed, because it is behind its copy.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { fromHex, sameBytes } from '../../../shared/whitelist/bytes/encoding.ts'

const ratchetSchema = z.object({
  ep: z.number().int().min(0),
  ver: z.number().int().min(0),
  /** Hash of the head, hex. */
  head: z.string(),
  /** Highest time that the server ever signed. */
  trustedTime: z.number().int().min(0),
})
export type Ratchet = z.infer<typeof ratchetSchema>

/** Text of the copy: `<json> <mac hex>`. */
export function writeRatchet(ratchet: Ratchet, kek: Uint8Array): string {
  const { ep, ver, head, trustedTime } = ratchet
  const json = JSON.stringify({ ep, ver, head, trustedTime })
  return `${json} ${mac(json, kek).toString('hex')}`
}

/** `undefined` for a copy that is missing, altered or of another KEK. */
export function readRatchet(text: string | undefined, kek: Uint8Array): Ratchet | undefined {
  const [json, tag] = text?.trim().split(' ') ?? []
  const given = tag === undefined ? undefined : fromHex(tag, 32)
  if (json === undefined || !given || !sameBytes(given, mac(json, kek))) return undefined
  return ratchetSchema.parse(JSON.parse(json))
}

/** Whether a database at `mine` is older than what this device has once accepted. */
export function isBehind(mine: Pick<Ratchet, 'ep' | 'ver' | 'trustedTime'>, copy: Ratchet): boolean {
  if (mine.ep !== copy.ep) return mine.ep < copy.ep
  return mine.ver < copy.ver
}

/** A key of its own for the MAC: one secret, one purpose. */
function mac(json: string, kek: Uint8Array): Buffer {
  const key = createHmac('sha256', kek).update('kith ratchet copy').digest()
  return createHmac('sha256', key).update(json).digest()
}
