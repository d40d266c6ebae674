import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import * as fc from 'fast-check'
import nacl from 'tweetnacl'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from './encoding.ts'
import { nodeBrotli, nodePrimitives } from './node-primitives.ts'
import { isStrictKey } from './strict-ed25519.ts'
import { naclPrimitives } from './testing/nacl-primitives.ts'

const node = nodePrimitives(crypto, zlib)
const plain = naclPrimitives(nodeBrotli(zlib))
const both = [
  ['node:crypto', node],
  ['tweetnacl', plain],
] as const
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes24 = fc.uint8Array({ minLength: 24, maxLength: 24 })
const message = fc.uint8Array({ maxLength: 300 })

/** L of Ed25519. */
const order = 2n ** 252n + 27742317777372353535851937790883648493n

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (!bytes) throw new Error('not hex')
  return bytes
}

/** The same signature with S + L: the same equation, other bytes. */
function malleated(signature: Uint8Array): Uint8Array {
  let s = 0n
  for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i] ?? 0)
  s += order
  const changed = signature.slice()
  for (let i = 32; i < 64; i++, s >>= 8n) changed[i] = Number(s & 255n)
  return changed
}

describe('node:crypto and tweetnacl agree byte for byte', () => {
  it('on hashes', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(node.hash32(m)).toEqual(plain.hash32(m))
      }),
    )
    expect(toHex(node.hash32('林 text'))).toBe(toHex(plain.hash32('林 text')))
    expect(toHex(node.hash32('林 text'))).toBe(toHex(plain.hash32(utf8('林 text'))))
  })

  it('on Ed25519 keys and signatures, and each verifies the other', () => {
    fc.assert(
      fc.property(bytes32, message, (seed, m) => {
        const key = node.signPublicKey(seed)
        expect(key).toEqual(plain.signPublicKey(seed))
        const signature = node.sign(m, seed)
        expect(signature).toEqual(plain.sign(m, seed))
        expect(node.verify(m, signature, key)).toBe(true)
        expect(plain.verify(m, signature, key)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('on X25519 keys, the key of a box, and the box itself', () => {
    fc.assert(
      fc.property(fc.tuple(bytes32, bytes32, bytes24, message), ([mine, yours, nonce, m]) => {
        const theirKey = node.boxPublicKey(yours)
        expect(theirKey).toEqual(plain.boxPublicKey(yours))
        const key = node.boxKey(theirKey, mine)
        expect(key).toEqual(plain.boxKey(theirKey, mine))
        expect(key).toEqual(node.boxKey(node.boxPublicKey(mine), yours))
        if (!key) throw new Error('honest keys agree')
        const box = node.secretbox(m, nonce, key)
        expect(box).toEqual(nacl.box(m, nonce, theirKey, mine))
        expect(plain.openSecretbox(box, nonce, key)).toEqual(m)
      }),
      { numRuns: 20 },
    )
  })

  it('on refusing: any changed byte of message, signature or key', () => {
    const seed = new Uint8Array(32).fill(7)
    const [key, m] = [node.signPublicKey(seed), utf8('message')]
    const whole = [m, node.sign(m, seed), key] as const
    fc.assert(
      fc.property(fc.nat(2), fc.nat(63), fc.integer({ min: 1, max: 255 }), (which, at, change) => {
        const [a, b, c] = whole.map((part, i) => {
          const copy = part.slice()
          if (i === which) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ change
          return copy
        })
        if (!a || !b || !c) throw new Error('three parts')
        expect(node.verify(a, b, c)).toBe(false)
        expect(plain.verify(a, b, c)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})

describe.each(both)('strict Ed25519 by %s (protocol 2, 13)', (_, primitives) => {
  const seed = new Uint8Array(32).fill(2)
  const key = primitives.signPublicKey(seed)
  const m = utf8('kith')
  const signature = primitives.sign(m, seed)

  it('refuses S + L, which tweetnacl alone accepts', () => {
    expect(nacl.sign.detached.verify(m, malleated(signature), key)).toBe(true)
    expect(primitives.verify(m, malleated(signature), key)).toBe(false)
  })

  it('refuses S = L and S = 2^256 - 1', () => {
    for (const s of ['edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'ff'.repeat(32)]) {
      expect(primitives.verify(m, bytesOf(toHex(signature.subarray(0, 32)) + s), key)).toBe(false)
    }
  })

  it('refuses other lengths without throwing', () => {
    expect(primitives.verify(m, signature.subarray(0, 63), key)).toBe(false)
    expect(primitives.verify(m, new Uint8Array(0), key)).toBe(false)
    expect(primitives.verify(m, Buffer.concat([signature, Buffer.alloc(1)]), key)).toBe(false)
    expect(primitives.verify(m, signature, key.subarray(0, 31))).toBe(false)
  })

  it.each([
    ['0, order 4', '00'.repeat(32)],
    ['1, the identity', `01${'00'.repeat(31)}`],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, the other', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['p - 1, order 2', `ec${'ff'.repeat(30)}7f`],
    ['p, a second form of 0', `ed${'ff'.repeat(30)}7f`],
    ['p + 1, a second form of the identity', `ee${'ff'.repeat(30)}7f`],
  ])('refuses the small-order key %s, either sign bit', (_name, hex) => {
    const small = bytesOf(hex)
    const signed = small.slice()
    signed[31] = (signed[31] ?? 0) | 0x80
    // R = the key itself and S = 0 satisfy the equation for many messages when the key's order is small.
    for (const k of [small, signed]) {
      expect(isStrictKey(k)).toBe(false)
      for (const r of [small, bytesOf(`01${'00'.repeat(31)}`)]) {
        expect(primitives.verify(m, Buffer.concat([r, Buffer.alloc(32)]), k)).toBe(false)
      }
    }
  })

  it('accepts an identity-point forgery only without the guard: the guard is what stops it', () => {
    const identity = bytesOf(`01${'00'.repeat(31)}`)
    const forged = Buffer.concat([identity, Buffer.alloc(32)])
    expect(nacl.sign.detached.verify(m, new Uint8Array(forged), identity)).toBe(true)
    expect(primitives.verify(m, forged, identity)).toBe(false)
  })
})

describe.each(both)('X25519 by %s (protocol 13)', (_, primitives) => {
  it.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(30)}7f`,
    `ee${'ff'.repeat(30)}7f`,
  ])('refuses the point %s: its shared secret is all zero', (hex) => {
    expect(primitives.boxKey(bytesOf(hex), new Uint8Array(32).fill(9))).toBeUndefined()
  })
})

describe('brotli', () => {
  const brotli = nodeBrotli(zlib)

  it('gives back what it compressed', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(brotli.expand(brotli.compress(m), 300)).toEqual(m)
      }),
    )
  })

  it('does not expand a bomb beyond the cap, and refuses what is not brotli', () => {
    const bomb = brotli.compress(new Uint8Array(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    expect(brotli.expand(bomb, 8 * 1024 * 1024)).toBeUndefined()
    expect(brotli.expand(utf8('not brotli at all'), 1_000)).toBeUndefined()
    expect(brotli.expand(new Uint8Array(0), 1_000)).toBeUndefined()
  })
})
