/** The reference that the primitives in use are tested against: tweetnacl with the two guards of protocol.md section 13. */
import nacl from 'tweetnacl'
import { isZero, utf8 } from '../encoding.ts'
import type { Brotli, Primitives } from '../primitives.ts'
import { isStrict } from '../strict-ed25519.ts'

/** Makes the primitives; brotli has no place in JavaScript's own library, so it arrives as an argument. */
export function naclPrimitives(brotli: Brotli): Primitives {
  return {
    hash32: (bytes) => nacl.hash(typeof bytes === 'string' ? utf8(bytes) : bytes).slice(0, 32),
    sign: (message, seed) => nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey),
    verify: (message, signature, publicKey) =>
      isStrict(signature, publicKey) && nacl.sign.detached.verify(message, signature, publicKey),
    signPublicKey: (seed) => nacl.sign.keyPair.fromSeed(seed).publicKey,
    boxPublicKey: (secret) => nacl.scalarMult.base(secret),
    boxKey: (publicKey, secret) =>
      isZero(nacl.scalarMult(secret, publicKey)) ? undefined : nacl.box.before(publicKey, secret),
    secretbox: nacl.secretbox,
    openSecretbox: (box, nonce, key) => nacl.secretbox.open(box, nonce, key) ?? undefined,
    compress: (bytes) => brotli.compress(bytes),
    expand: (bytes, cap) => brotli.expand(bytes, cap),
  }
}
