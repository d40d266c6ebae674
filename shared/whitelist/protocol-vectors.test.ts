import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeCanonical } from './bytes/canonical.ts'
import { fromHex, toBase64, toHex, utf8 } from './bytes/encoding.ts'
import { nodeBrotli, nodePrimitives } from './bytes/node-primitives.ts'
import type { Primitives, Random } from './bytes/primitives.ts'
import { naclPrimitives } from './bytes/testing/nacl-primitives.ts'
import { leafOf, leafOfText } from './entry.ts'
import { decodeFresh, type Fresh, signFresh, verifyFresh } from './fresh.ts'
import { coreHash, decodeHead, draftHead, emptyAcc, headHash, nextAcc, signHead, verifyHead } from './head.ts'
import vectors from './protocol-vectors.json' with { type: 'json' }
import { openBody, sealBody } from './sealed.ts'
import { stateRoot } from './state-root.ts'

const seed = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex)
  if (!bytes) throw new Error('not hex')
  return bytes
}

/** The vectors' random bytes in the order in which sealing asks: ephemeral 05, K 06, n1 07, n2 08. */
function vectorRandom(): Random {
  let byte = 5
  return (n) => seed(byte++, n)
}

const implementations: readonly (readonly [string, Primitives])[] = [
  ['node:crypto', nodePrimitives(crypto, zlib)],
  ['tweetnacl', naclPrimitives(nodeBrotli(zlib))],
]

describe.each(implementations)('protocol-vectors.json by %s (protocol 12)', (_, primitives) => {
  const head = decodeHead(utf8(vectors.head_bytes))

  it('entry1, leaf1', () => {
    const entry = { id: 'c1', k: 'bo', m: 'bo.li@example.org', n: 'Bo Li', r: 'finance', rev: 1, s: 'ext' } as const
    expect(new TextDecoder().decode(encodeCanonical(entry))).toBe(vectors.entry1_bytes)
    expect(toHex(leafOf(primitives, entry))).toBe(vectors.leaf1)
    expect(toHex(leafOfText(primitives, vectors.entry1_bytes))).toBe(vectors.leaf1)
  })

  it('state_root of both leaves', () => {
    const root = stateRoot(primitives, [bytesOf(vectors.leaf1), bytesOf(vectors.leaf2)], 2)
    expect(toHex(root)).toBe(vectors.state_root)
    expect(head?.core.root).toBe(vectors.state_root)
  })

  it('core_hash, acc1, head_hash, head_bytes, head_sig', () => {
    if (!head) throw new Error('the head of the vectors is a head')
    expect(coreHash(primitives, head.core)).toBe(vectors.core_hash)
    expect(nextAcc(primitives, emptyAcc, vectors.core_hash)).toBe(vectors.acc1)
    const draft = draftHead(primitives, head.core, emptyAcc)
    const made = { ...draft, signature: signHead(primitives, draft.bytes, seed(2)) }
    expect(new TextDecoder().decode(made.bytes)).toBe(vectors.head_bytes)
    expect(made.hash).toBe(vectors.head_hash)
    expect(headHash(primitives, utf8(vectors.head_bytes))).toBe(vectors.head_hash)
    expect(toHex(made.signature)).toBe(vectors.head_sig)
    expect(toHex(primitives.signPublicKey(seed(2)))).toBe(vectors.P_pk)
    expect(verifyHead(primitives, made, [bytesOf(vectors.P_pk)])).toBe(true)
  })

  it('fresh_sig, fresh_bytes_len', () => {
    const fresh: Fresh = {
      t: 'fresh',
      org: 'org1',
      usr: 'alice',
      dev: 'd1',
      lst: 'L-alice',
      ep: 1,
      ver: 1,
      head: vectors.head_hash,
      kind: 'full',
      from: 0,
      seal: vectors.seal_hash,
      kc: vectors.kc,
      non: toBase64(seed(9, 24)),
      seq: 1,
      iat: 1_700_000_000_000,
      exp: 1_700_000_600_000,
      cmd: [],
    }
    const signed = signFresh(primitives, fresh, seed(3))
    expect(signed.bytes.length).toBe(vectors.fresh_bytes_len)
    expect(toHex(signed.signature)).toBe(vectors.fresh_sig)
    expect(toHex(primitives.signPublicKey(seed(3)))).toBe(vectors.F_pk)
    expect(verifyFresh(primitives, signed, [bytesOf(vectors.F_pk)])).toBe(true)
    expect(decodeFresh(signed.bytes)).toEqual(fresh)
  })

  it('dev_box_pk, eph_pk, wrapped_key, kc, sealed_len', () => {
    const uncompressed = { ...primitives, compress: (bytes: Uint8Array) => bytes }
    const device = primitives.boxPublicKey(seed(4))
    expect(toHex(device)).toBe(vectors.dev_box_pk)
    const body = utf8('{"t":"body"}')
    const sealed = sealBody(uncompressed, body, device, vectorRandom())
    expect(sealed.bytes.length).toBe(vectors.sealed_len)
    expect(toHex(sealed.bytes.subarray(1, 33))).toBe(vectors.eph_pk)
    expect(toHex(sealed.bytes.subarray(33, 57))).toBe('07'.repeat(24))
    expect(toHex(sealed.bytes.subarray(57, 105))).toBe(vectors.wrapped_key)
    expect(toHex(sealed.bytes.subarray(105, 129))).toBe('08'.repeat(24))
    expect(sealed.kc).toBe(vectors.kc)
    expect(openBody(primitives, sealed.bytes, seed(4), sealed.kc)).toEqual({ ok: true, value: body })
  })
})
