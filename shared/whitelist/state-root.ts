/** The state root: one hash of a whole list (protocol.md section 3.3). */
import { bigEndian64, concat } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { domain } from './bytes/signing.ts'

/** Bytes of a leaf. */
const leafLength = 32

/**
 * `H(DS("state") ‖ count as 8 bytes ‖ leaves in order of id)`, of leaves that the caller has in that order already.
 * Ids are compared by code unit, as `<` does; a chunk may hold several leaves. Linear: one concatenation, one hash.
 */
export function stateRoot(primitives: Primitives, leaves: Iterable<Uint8Array>, size: number): Uint8Array {
  const head = concat(domain('state'), bigEndian64(size))
  const whole = new Uint8Array(head.length + size * leafLength)
  whole.set(head)
  let at = head.length
  for (const leaf of leaves) {
    if (leaf.length % leafLength !== 0) throw new Error('a leaf is not 32 bytes')
    if (at + leaf.length > whole.length) throw new Error('the number of leaves is not the size given')
    whole.set(leaf, at)
    at += leaf.length
  }
  if (at !== whole.length) throw new Error('the number of leaves is not the size given')
  return primitives.hash32(whole)
}
