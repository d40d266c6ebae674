import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fromBase64, toBase64, utf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import { decodeHead, verifyHead } from '../../../shared/whitelist/head.ts'
import { acceptNext, keysOf, type SignedManifest } from '../../../shared/whitelist/manifest.ts'
import { primitives } from '../../ground/primitives.ts'
import { readKey, readKeys } from '../../keys/key-files.ts'
import { openKeyRing } from '../../keys/key-ring.ts'
import { manifestOf, newestManifest } from '../../keys/manifests.ts'
import { reissueDue } from '../../lists/reissue.ts'
import { faultOfList } from '../../testing/consistency.ts'
import { type TestFolder, testFolder } from '../../testing/harness.ts'
import { administer } from '../administer.ts'
import { keyInventory } from './inventory.ts'
import { openRoots } from './root-keys.ts'
import { type Rotating, renewManifest, retireKeys, rotateKey } from './rotation.ts'

let folder: TestFolder
const day = 24 * 3_600_000

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
  const contact = { address: 'mei@x.example', name: 'Mei' }
  await folder.administration.editor.change('alice', [{ op: 'add', contact }], 't')
})
afterEach(() => folder.close())

const context = () => folder.administration

async function roots() {
  const opened = await openRoots(context(), [])
  if (!opened.ok) throw new Error(opened.why)
  return opened.value
}

async function rotate(name: Rotating, stolen = false) {
  const done = await rotateKey(context(), { name, stolen, roots: await roots() })
  if (!done.ok) throw new Error(done.why)
  return done.value
}

async function retire(name: Rotating) {
  const done = await retireKeys(context(), { name, roots: await roots() })
  if (!done.ok) throw new Error(done.why)
  return done.value
}

/** What a client does that was away during all of them. */
async function followed(): Promise<SignedManifest> {
  const rows = await context().store.journal.manifestsAfter(0)
  const manifests = rows.map(manifestOf)
  let [mine] = manifests
  for (const next of manifests.slice(1)) {
    const accepted = mine && acceptNext(primitives, mine, next, context().clock.now())
    if (!accepted?.ok) throw new Error(`refused: ${accepted?.fault}`)
    mine = accepted.value
  }
  if (!mine) throw new Error('no manifest')
  return mine
}

/** Whose signature the newest head of a list has. */
async function signerOf(user: string): Promise<string | undefined> {
  const { store } = context()
  const list = await store.lists.ofUser(user)
  const head = list && (await store.lists.headOf(list.id, list.version))
  const signature = head && fromBase64(head.head_sig, 64)
  if (!head || !signature) return undefined
  const signed = { bytes: utf8(head.head), signature }
  return keysOf(await newestManifest(store), 'pk')
    .map(toBase64)
    .find((key) => {
      const bytes = fromBase64(key, 32)
      return bytes && verifyHead(primitives, signed, [bytes])
    })
}

describe('protocol 1 and 3.1: rotation', () => {
  test.each(['fresh', 'server'] as const)(
    '%s: the new one is in use at once, the old one listed until it is retired',
    async (name) => {
      const old = await readKey(folder.administration.folder, name)
      const ring = await openKeyRing(context())
      const role = name === 'fresh' ? 'fk' : 'sk'
      const manifest = await rotate(name)
      expect(manifest).toMatchObject({ ver: 2, ep: 1 })
      expect(manifest[role]).toEqual([expect.any(String), toBase64(old.public)])
      const keys = await ring.current()
      expect(toBase64(name === 'fresh' ? keys.fresh.public : (keys.server[0]?.public ?? new Uint8Array()))).toBe(
        manifest[role][0],
      )
      expect(keys.server).toHaveLength(name === 'server' ? 2 : 1)
      expect((await retire(name))[role]).toEqual([manifest[role][0]])
      expect(await readKeys(context().folder, name)).toHaveLength(1)
      expect((await retire(name)).ver).toBe(3)
      expect((await followed()).m.ver).toBe(3)
    },
  )

  test('gateway: mail is signed with the old one until clients had time, then with the new one', async () => {
    const ring = await openKeyRing(context())
    const old = (await ring.current()).gateway
    const { gk } = await rotate('gateway')
    expect(gk).toEqual([toBase64(old.public), expect.any(String)])
    expect((await ring.current()).gateway).toEqual(old)
    await retire('gateway')
    expect(toBase64((await ring.current()).gateway.public)).toBe(gk[1])
    const [stolen = ''] = (await rotate('gateway', true)).gk
    expect(toBase64((await ring.current()).gateway.public)).toBe(stolen)
  })

  test('policy: lists and open commands are signed anew in the same epoch, and by nobody else afterwards', async () => {
    const { store, run, editor } = context()
    await store.devices.add(device('alice', 'd1'))
    await run([{ op: 'device.revoke', user: 'alice', device: 'd1', wipe: 'all' }])
    const [before] = await store.devices.commands('alice', 'd1')
    const { pk, ep: epoch } = await rotate('policy')
    expect([pk.length, epoch]).toEqual([2, 1])
    expect([await signerOf('alice'), await signerOf('bob')]).toEqual([pk[0], pk[0]])
    expect(await store.lists.ofUser('alice')).toMatchObject({ version: 3, epoch: 1, count: 1 })
    const [after] = await store.devices.commands('alice', 'd1')
    expect(after).toMatchObject({ id: before?.id, bytes: before?.bytes })
    expect(after?.sig).not.toBe(before?.sig)
    expect(await readKeys(context().folder, 'policy')).toHaveLength(1)
    // The editor was made before: it takes the key of the manifest in force.
    await editor.change('bob', [{ op: 'add', contact: { address: 'x@x.example', name: 'X' } }], 't')
    folder.pass(4 * day)
    await reissueDue(context())
    expect([await signerOf('alice'), await signerOf('bob')]).toEqual([pk[0], pk[0]])
    for (const user of ['alice', 'bob']) expect(await faultOfList(context(), user)).toBeUndefined()
    expect((await retire('policy')).pk).toEqual([pk[0]])
  })

  test('protocol 9: a stolen policy key is listed no more, and every list has a new epoch', async () => {
    const { pk, ep: epoch } = await rotate('policy', true)
    expect([pk.length, epoch]).toEqual([1, 2])
    expect(await context().store.lists.ofUser('alice')).toMatchObject({ version: 3, epoch: 2, count: 1 })
    expect(await signerOf('alice')).toBe(pk[0])
    expect(await context().run([{ op: 'user.add', user: 'carol', name: 'Carol', scope: 'internal' }])).toMatchObject({
      ok: true,
    })
    expect(await context().store.lists.ofUser('carol')).toMatchObject({ version: 1, epoch: 2 })
    for (const user of ['alice', 'bob', 'carol']) expect(await faultOfList(context(), user)).toBeUndefined()
    expect((await followed()).m.ep).toBe(2)
  })

  test('every head says what P signed: decodable and of the row’s version', async () => {
    await rotate('policy')
    const { store } = context()
    const list = await store.lists.ofUser('alice')
    const head = list && (await store.lists.headOf(list.id, list.version))
    expect(decodeHead(utf8(head?.head ?? ''))?.core).toMatchObject({ ver: list?.version, cnt: 1, root: list?.root })
  })

  test('the seventeenth key of a kind does not fit, and nothing is changed', async () => {
    for (let n = 1; n < 16; n += 1) await rotate('fresh')
    const refused = await rotateKey(context(), { name: 'fresh', stolen: false, roots: await roots() })
    expect(refused).toMatchObject({ ok: false, why: expect.stringContaining('retire') })
    expect((await newestManifest(context().store)).m.ver).toBe(16)
    await retire('fresh')
    expect(await rotate('fresh')).toMatchObject({ ver: 18 })
  })
})

describe('what an administrator is told', () => {
  test('key list: in use, listed, retired; versions; no secret', async () => {
    await rotate('fresh')
    const { manifest, keys } = await keyInventory(context())
    expect(manifest).toMatchObject({ ver: 2, ep: 1, k: 1 })
    expect(keys.filter((key) => key.name === 'fresh')).toEqual([
      {
        name: 'fresh',
        fingerprint: expect.stringMatching(/^(\d{5} ){5}\d{5}$/),
        listed: { from: 1, to: 2 },
        state: 'listed',
        here: true,
      },
      { name: 'fresh', fingerprint: expect.any(String), listed: { from: 2, to: 2 }, state: 'in use', here: true },
    ])
    await retire('fresh')
    const after = (await keyInventory(context())).keys.filter((key) => key.name === 'fresh')
    expect(after.map(({ state, here }) => [state, here])).toEqual([
      ['retired', false],
      ['in use', true],
    ])
    const secrets = await Promise.all(
      (['root', 'policy', 'fresh', 'server', 'gateway'] as const).map((name) => readKeys(context().folder, name)),
    )
    const told = JSON.stringify(await keyInventory(context()))
    for (const { secret } of secrets.flat()) expect(told).not.toContain(toBase64(secret))
  })

  test('the end of the manifest: told 90 days before, and put off by a renewal', async () => {
    expect(await keyInventory(context())).not.toHaveProperty('expiresInDays')
    folder.pass(5 * 365 * day - 89 * day)
    expect(await keyInventory(context())).toMatchObject({ expiresInDays: 88 })
    expect(await renewManifest(context(), { roots: await roots() })).toMatchObject({ ok: true, value: { ver: 2 } })
    expect(await keyInventory(context())).not.toHaveProperty('expiresInDays')
    expect((await followed()).m.ver).toBe(2)
  })

  test('without the policy key: what signs says so and changes nothing, the rest goes on', async () => {
    await rm(join(context().folder.keys, 'policy.key'))
    const { editor, run, store } = await administer(context())
    const words = /policy key is not on this machine/
    await expect(editor.change('alice', [{ op: 'remove', address: 'mei@x.example' }], 't')).rejects.toThrow(words)
    expect(await run([{ op: 'user.add', user: 'eve', name: 'Eve', scope: 'internal' }])).toMatchObject({
      ok: true,
      needs: 'signature',
    })
    await store.devices.add(device('alice', 'd1'))
    expect(await run([{ op: 'device.lock', user: 'alice', device: 'd1' }])).toMatchObject({
      ok: true,
      needs: 'signature',
    })
    expect(await store.devices.commands('alice', 'd1')).toEqual([])
    expect(await run([{ op: 'device.revoke', user: 'alice', device: 'd1' }])).toMatchObject({ ok: true })
    expect(await run([{ op: 'user.disable', user: 'alice' }])).toMatchObject({ ok: true })
    expect(await store.users.get('alice')).toMatchObject({ state: 'disabled' })
    expect(await store.users.get('eve')).toBeUndefined()
    expect(await store.lists.ofUser('alice')).toMatchObject({ version: 2, count: 1 })
  })
})

function device(user: string, id: string) {
  const key = toBase64(new Uint8Array(32).fill(9))
  return {
    id,
    user,
    name: 'n',
    dsig: key,
    dbox: key,
    state: 'active' as const,
    seq: 0,
    ack_epoch: 0,
    ack_version: 0,
    ack_head: '',
    last: 0,
  }
}

test('key files are the owner’s alone, whole, and leave nothing beside them', async () => {
  const remains = ['.0123456789abcdef.part', '.0123456789abcdee.gone'].map((name) => join(context().folder.keys, name))
  for (const file of remains) {
    await writeFile(file, 'what a power cut left')
    await utimes(file, 1, 1)
  }
  await rotate('fresh')
  await rotate('server', true)
  const names = await readdir(context().folder.keys)
  expect(names.filter((name) => !/^(root|policy|gateway|fresh|(fresh|server)\.[0-9a-f]{16})\.key$/.test(name))).toEqual(
    [],
  )
  for (const name of names) expect((await stat(join(context().folder.keys, name))).mode & 0o077).toBe(0)
})
