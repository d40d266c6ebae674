/** The port to cryptography and compression: KWP/1 asks for these and nothing else. Node's crypto is in use; tweetnacl is what it is tested against. */

/** Brotli (RFC 7932). */
export interface Brotli {
  /** Any quality will do; 1 is enough (protocol.md section 14). */
  compress(bytes: Uint8Array): Uint8Array
  /** `undefined` for a stream that is broken or would expand to more than `cap` bytes; stops there. */
  expand(bytes: Uint8Array, cap: number): Uint8Array | undefined
}

/** NaCl's primitives. Secret keys are 32 bytes: the seed for Ed25519, the scalar for X25519. */
export interface Primitives extends Brotli {
  /** H of protocol.md section 2: the first 32 bytes of SHA-512. A text counts as its UTF-8 bytes. */
  hash32(bytes: Uint8Array | string): Uint8Array
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array, seed: Uint8Array): Uint8Array
  /** Strict: 64 bytes, S below the order, no small-order or non-canonical key (bytes/strict-ed25519.ts). */
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
  /** Ed25519 public key of a seed. */
  signPublicKey(seed: Uint8Array): Uint8Array
  /** X25519 public key of a secret. */
  boxPublicKey(secret: Uint8Array): Uint8Array
  /** The key of NaCl's box between two parties; `undefined` where the shared secret is all zero (low-order point). */
  boxKey(publicKey: Uint8Array, secret: Uint8Array): Uint8Array | undefined
  /** XSalsa20-Poly1305 with a 32-byte key and a 24-byte nonce; 16 bytes longer than the message. */
  secretbox(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array
  openSecretbox(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | undefined
}

/** `n` random bytes from the system's generator. */
export type Random = (n: number) => Uint8Array

/** A pair of 32-byte keys. `secret` never leaves the process that owns it. */
export type KeyPair = { readonly public: Uint8Array; readonly secret: Uint8Array }
