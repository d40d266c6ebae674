import * as crypto from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toBase64, utf8 } from '../whitelist/bytes/encoding.ts'
import { nodePrimitives } from '../whitelist/bytes/node-primitives.ts'
import { encodeManifest } from '../whitelist/manifest.ts'
import { checkAnswer } from '../whitelist/sync/check-answer.ts'
import { makeScene } from '../whitelist/sync/testing.ts'
import { testAnswer } from '../whitelist/testing.ts'
import {
  operationOfRequest,
  operations,
  readContext,
  readFields,
  readSyncAnswer,
  writeFields,
  writeSyncAnswer,
} from './operations.ts'
import { readEnvelope } from './reader.ts'
import { writeEnvelope } from './writer.ts'

const scene = makeScene(nodePrimitives(crypto, zlib))
const manifest = encodeManifest(scene.org.manifest)
const non = toBase64(new Uint8Array(24))
const map = (fields: Readonly<Record<string, string>>) => new Map(Object.entries(fields))

describe('operations', () => {
  it('are found by the name of their request, and no other name', () => {
    expect(operationOfRequest('SyncRequest')).toBe('Sync')
    const names = ['Hello', 'Login', 'Sync', 'Wait', 'Logout', 'Ack', 'Report', 'Ask', 'Rekey']
    expect(Object.keys(operations)).toEqual(names)
    for (const text of [
      'Sync',
      'SyncResponse',
      'Request',
      '',
      'syncRequest',
      '__proto__Request',
      'constructorRequest',
      'toStringRequest',
    ]) {
      expect(operationOfRequest(text)).toBeUndefined()
    }
  })

  it('Hello: nonce, manifest version, manifests, time', () => {
    const { request, response } = operations.Hello
    expect(readFields(request, writeFields({ non, man: 3 }))).toEqual({ non, man: 3 })
    expect(readFields(request, writeFields({ non }))).toEqual({ non })
    const answer = { manifest: [manifest, manifest], sNon: non, now: 1_700_000_000_000 }
    expect(readFields(response, writeFields(answer))).toEqual(answer)
  })

  it('Sync: an honest answer survives its envelope and passes', () => {
    const answer = { ...testAnswer(scene.list, scene.request), manifests: [manifest] }
    const text = writeEnvelope({ operation: 'SyncResponse', fields: writeSyncAnswer(answer) })
    const envelope = readEnvelope(utf8(text))
    const read = envelope.ok ? readSyncAnswer(envelope.fields) : undefined
    expect(read).toEqual(answer)
    expect(read && checkAnswer(scene.state, scene.open, read, scene.context)).toMatchObject({ ok: true, kind: 'delta' })
  })

  it('Sync: nothing changed, so nothing is sealed, chained or renewed', () => {
    const answer = testAnswer(scene.known, scene.request)
    const fields = writeSyncAnswer(answer)
    expect([...fields.keys()]).toEqual(['fresh', 'freshSig', 'head', 'headSig'])
    expect(readSyncAnswer(fields)).toEqual(answer)
  })

  it.each([
    ['unknown', { non, extra: '1' }],
    ['missing', {}],
    ['named __proto__', { non, ['__proto__']: '1' }],
    ['a short nonce', { non: 'AAAA' }],
    ['base64 that is not canonical', { non: `${non.slice(0, -1)}=` }],
    ['a number with a sign', { non, man: '+1' }],
    ['a number with a zero before', { non, man: '01' }],
    ['a number beyond 2^53', { non, man: '9007199254740993' }],
    ['a number with a space', { non, man: ' 1' }],
  ])('refuse a field that is %s', (_, fields) => {
    expect(readFields(operations.Hello.request, map(fields))).toBeUndefined()
  })

  it.each([
    ['upper case', 'AB'.repeat(32)],
    ['two spaces', `${'ab'.repeat(32)}  ${'ab'.repeat(32)}`],
    ['a trailing space', `${'ab'.repeat(32)} `],
    ['a short one', 'ab'],
    ['no space', 'ab'.repeat(64)],
  ])('refuse a chain with %s', (_, chain) => {
    const fields = new Map([...writeSyncAnswer(testAnswer(scene.list, scene.request)), ['chain', chain]])
    expect(readSyncAnswer(fields)).toBeUndefined()
  })

  it('refuse more bytes than a field may have, before decoding them', () => {
    const long = 'A'.repeat(100_000)
    const fields = writeSyncAnswer(testAnswer(scene.list, scene.request))
    for (const name of ['fresh', 'head', 'manifest', 'headSig'])
      expect(readSyncAnswer(new Map([...fields, [name, long]]))).toBeUndefined()
  })

  it('read a chain of 50,000', () => {
    const chain = Array.from({ length: 50_000 }, () => 'ab'.repeat(32))
    const fields = new Map([...writeSyncAnswer(testAnswer(scene.list, scene.request)), ['chain', chain.join(' ')]])
    expect(readSyncAnswer(fields)?.chain.length).toBe(50_000)
  })
})

describe('the caller', () => {
  const sig = toBase64(new Uint8Array(64))

  it('is session, device and signature; no session before one', () => {
    expect(readContext(map({ sid: non, dev: 'd1', sig }))).toEqual({ sid: non, dev: 'd1', sig: new Uint8Array(64) })
    expect(readContext(map({ dev: 'd1', sig }))).toMatchObject({ sid: '' })
  })

  it('is refused without device or signature, with another character in the session', () => {
    for (const fields of [
      {},
      { dev: 'd1' },
      { sig },
      { dev: 'd 1', sig },
      { dev: 'd1', sig: 'AAAA' },
      { sid: 'a\nb', dev: 'd1', sig },
      { dev: 'd1', sig, x: '1' },
    ]) {
      expect(readContext(map(fields as Record<string, string>))).toBeUndefined()
    }
  })
})
