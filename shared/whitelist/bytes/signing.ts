/** Domain-separated hashes and signatures (protocol.md section 2): `DS(x)` before every input, one `x` for each purpose. */
import { concat, utf8 } from './encoding.ts'
import type { Primitives } from './primitives.ts'

/** What a signature may be for. A signature of one type never verifies as another. */
const signatureTypes = [
  'root',
  'head',
  'fresh',
  'cmd',
  'req',
  'ack',
  'verdict',
  'mail',
  'session',
  'answer',
  'rekey',
  'audit',
] as const
/** The purpose of a signature. */
export type SignatureType = (typeof signatureTypes)[number]

/** What a hash may be of. */
type HashPurpose =
  | 'root'
  | 'rootKeys'
  | 'entry'
  | 'state'
  | 'core'
  | 'acc'
  | 'head'
  | 'seal'
  | 'kc'
  | 'mailHeader'
  | 'mailBody'
  | 'key'

/** `DS(x)`: ASCII `kith-wl/1/x` and a line feed. */
export function domain(purpose: SignatureType | HashPurpose): Uint8Array {
  return utf8(`kith-wl/1/${purpose}\n`)
}

/** `H(DS(purpose) ‖ parts…)`, 32 bytes. */
export function taggedHash(primitives: Primitives, purpose: HashPurpose, ...parts: readonly Uint8Array[]): Uint8Array {
  return primitives.hash32(concat(domain(purpose), ...parts))
}

/** Signs `DS(type) ‖ bytes` with an Ed25519 seed. */
export function signAs(primitives: Primitives, type: SignatureType, bytes: Uint8Array, seed: Uint8Array): Uint8Array {
  return primitives.sign(concat(domain(type), bytes), seed)
}

/** Whether one of the keys signed `DS(type) ‖ bytes`. */
export function verifyAs(
  primitives: Primitives,
  type: SignatureType,
  signed: { readonly bytes: Uint8Array; readonly signature: Uint8Array },
  keys: readonly Uint8Array[],
): boolean {
  const message = concat(domain(type), signed.bytes)
  return keys.some((key) => primitives.verify(message, signed.signature, key))
}
