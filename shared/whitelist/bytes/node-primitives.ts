/**
 * The same primitives by Node's OpenSSL: signs in 23 us instead of 3.4 ms (protocol.md section 14).
 * `node:crypto` and `node:zlib` arrive as arguments, since `shared/` imports neither.
 */
import nacl from 'tweetnacl'
import { concat, fromHex, isZero, toBase64 } from './encoding.ts'
import type { Brotli, Primitives } from './primitives.ts'
import { isStrict } from './strict-ed25519.ts'

/** What is used of `node:crypto`: pass the module's namespace. `Key` is its KeyObject. */
type NodeCrypto<Key extends NodeKey> = {
  hash(algorithm: string, data: Uint8Array | string, encoding: 'buffer'): Uint8Array
  createPrivateKey(pem: string): Key
  createPublicKey(pem: string): Key
  sign(algorithm: null, data: Uint8Array, key: NoInfer<Key>): Uint8Array
  verify(algorithm: null, data: Uint8Array, pem: string, signature: Uint8Array): boolean
  diffieHellman(keys: { privateKey: NoInfer<Key>; publicKey: NoInfer<Key> }): Uint8Array
}
type NodeKey = { export(options: { format: 'der'; type: 'spki' }): Uint8Array }

/** What is used of `node:zlib`: pass the module's namespace. */
type NodeZlib = {
  brotliCompressSync(bytes: Uint8Array, options: { params: Record<number, number> }): Uint8Array
  brotliDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array
  readonly constants: { readonly BROTLI_PARAM_QUALITY: number }
}

/** DER (RFC 8410) in front of a raw key; the two algorithms differ in the last byte of their identifier. */
const privatePrefix = {
  ed25519: constant('302e020100300506032b657004220420'),
  x25519: constant('302e020100300506032b656e04220420'),
}
const publicPrefix = { ed25519: constant('302a300506032b6570032100'), x25519: constant('302a300506032b656e032100') }
type Algorithm = keyof typeof privatePrefix

/** Brotli by Node's zlib. */
export function nodeBrotli(zlib: NodeZlib): Brotli {
  return {
    compress: (bytes) =>
      plain(zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })),
    expand(bytes, cap) {
      try {
        return plain(zlib.brotliDecompressSync(bytes, { maxOutputLength: cap }))
      } catch {
        return undefined
      }
    },
  }
}

/** Makes the primitives of `node:crypto` and `node:zlib`; secretbox stays tweetnacl's, OpenSSL has no XSalsa20. */
export function nodePrimitives<Key extends NodeKey>(openssl: NodeCrypto<Key>, zlib: NodeZlib): Primitives {
  const publicOf = (algorithm: Algorithm, secret: Uint8Array): Uint8Array =>
    plain(openssl.createPublicKey(privatePem(algorithm, secret)).export({ format: 'der', type: 'spki' })).slice(-32)
  const signing = privateKeys(openssl, 'ed25519')
  const agreeing = privateKeys(openssl, 'x25519')
  return {
    hash32: (bytes) => plain(openssl.hash('sha512', bytes, 'buffer')).subarray(0, 32),
    sign: (message, seed) => plain(openssl.sign(null, message, signing(seed))),
    verify(message, signature, publicKey) {
      if (!isStrict(signature, publicKey)) return false
      try {
        return openssl.verify(null, message, publicPem('ed25519', publicKey), signature)
      } catch {
        return false
      }
    },
    signPublicKey: (seed) => publicOf('ed25519', seed),
    boxPublicKey: (secret) => publicOf('x25519', secret),
    boxKey(publicKey, secret) {
      const shared = agree(openssl, publicKey, agreeing(secret))
      return shared && hsalsa20(shared)
    },
    secretbox: nacl.secretbox,
    openSecretbox: (box, nonce, key) => nacl.secretbox.open(box, nonce, key) ?? undefined,
    ...nodeBrotli(zlib),
  }
}

/**
 * Parses a key once: reading its PEM takes longer than signing with it. Whoever holds a secret does not write to its
 * bytes.
 */
function privateKeys<Key extends NodeKey>(openssl: NodeCrypto<Key>, algorithm: Algorithm): (secret: Uint8Array) => Key {
  const known = new WeakMap<Uint8Array, Key>()
  return (secret) => {
    const key = known.get(secret) ?? openssl.createPrivateKey(privatePem(algorithm, secret))
    known.set(secret, key)
    return key
  }
}

function privatePem(algorithm: Algorithm, secret: Uint8Array): string {
  return pem('PRIVATE KEY', privatePrefix[algorithm], secret)
}

function publicPem(algorithm: Algorithm, key: Uint8Array): string {
  return pem('PUBLIC KEY', publicPrefix[algorithm], key)
}

/** A key as PEM (RFC 7468): the one form that all of Node's builds take for all of their functions. */
function pem(label: string, prefix: Uint8Array, key: Uint8Array): string {
  if (key.length !== 32) throw new Error('a key is 32 bytes')
  return `-----BEGIN ${label}-----\n${toBase64(concat(prefix, key))}\n-----END ${label}-----\n`
}

/** The raw X25519 secret; `undefined` where it is all zero: OpenSSL throws then, other builds may not. */
function agree<Key extends NodeKey>(
  openssl: NodeCrypto<Key>,
  publicKey: Uint8Array,
  privateKey: Key,
): Uint8Array | undefined {
  const theirs = openssl.createPublicKey(publicPem('x25519', publicKey))
  try {
    const shared = plain(openssl.diffieHellman({ privateKey, publicKey: theirs }))
    return isZero(shared) ? undefined : shared
  } catch {
    return undefined
  }
}

/** NaCl's step from the raw secret to the box's key: HSalsa20 with a zero input. */
function hsalsa20(shared: Uint8Array): Uint8Array {
  if (!hasLowLevel(nacl)) throw new Error('this tweetnacl has no crypto_core_hsalsa20')
  const key = new Uint8Array(32)
  nacl.lowlevel.crypto_core_hsalsa20(key, new Uint8Array(16), shared, sigma)
  return key
}

type LowLevel = {
  readonly lowlevel: {
    crypto_core_hsalsa20(out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void
  }
}

/** tweetnacl exports this, its typings leave it out. */
function hasLowLevel(value: object): value is LowLevel {
  return 'lowlevel' in value
}

/** Salsa20's constant for 32-byte keys, `expand 32-byte k`. */
const sigma = constant('657870616e642033322d62797465206b')

function constant(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (!bytes) throw new Error('a constant of this file is not hex')
  return bytes
}

/** A Buffer's bytes as an ordinary array: Buffer's own methods (`slice`, `toString`) differ. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
