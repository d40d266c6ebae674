/** The keys file under keychain and passphrase, and the ratchet's copy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { systemRandom } from '../ground/system-ports.ts'
import { memoryStore, silentLog } from '../testing/fakes.ts'
import { accountPlace } from './account-place.ts'
import { openKeys, sealKeys } from './device-keys.ts'
import type { VaultDependencies } from './kek.ts'
import { openOnline, unwrapOnline, wrapOnline } from './online.ts'
import { primitives } from './primitives.ts'
import { isBehind, type Ratchet } from './ratchet.ts'
import { createVault, makeKeys, openVault, storedItems } from './vault.ts'

let folder: string
let secrets: ReturnType<typeof memoryStore>
let deps: VaultDependencies
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kith-vault-'))
  secrets = memoryStore()
  const place = accountPlace(folder, 'https://s', 'alice')
  deps = { place, primitives, ports: { secrets, random: systemRandom, log: silentLog } }
})
afterEach(() => rmSync(folder, { recursive: true }))

async function created(passphrase?: string) {
  const keys = makeKeys(deps)
  const vault = await createVault(deps, keys, passphrase)
  if (!vault.ok) throw new Error(vault.failure.kind)
  return { keys, vault: vault.value }
}

const ratchet: Ratchet = { epoch: 1, version: 42, head: 'ab'.repeat(32), trustedTime: 1_700_000_000_000 }

describe('the vault', () => {
  it('keychain: a random key there, sealed keys here; nothing of them readable in the file', async () => {
    const { keys } = await created()
    const again = await openVault(deps)
    expect(again).toMatchObject({ ok: true, value: { protection: 'keychain', keys } })
    const file = readFileSync(deps.place.keysFile, 'latin1')
    for (const secret of [keys.dsig, keys.dbox, keys.database]) {
      expect(file).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
    }
    expect([...secrets.items.values()].join()).not.toContain(Buffer.from(keys.database).toString('base64'))
  })

  it('keychain away, its item missing, and an altered file are told apart where they differ; nothing is deleted', async () => {
    await created()
    const before = readFileSync(deps.place.keysFile, 'utf8')
    secrets.setAvailable(false)
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'keychainUnavailable' } })
    secrets.setAvailable(true)
    const items = new Map(secrets.items)
    secrets.items.clear()
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'keysMissing' } })
    expect(readFileSync(deps.place.keysFile, 'utf8')).toBe(before)
    for (const [name, value] of items) secrets.items.set(name, value)
    const altered = before.replace(/"box":"(.)/, (_all, first: string) => `"box":"${first === 'A' ? 'B' : 'A'}`)
    writeFileSync(deps.place.keysFile, altered)
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'keysMissing' } })
  })

  it('no keychain: only a passphrase, never silence', async () => {
    secrets.setAvailable(false)
    expect(await createVault(deps, makeKeys(deps))).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    const { keys } = await created('a good long phrase')
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    expect(await openVault(deps, 'a bad long phrase')).toEqual({ ok: false, failure: { kind: 'passphraseWrong' } })
    expect(await openVault(deps, 'a good long phrase')).toMatchObject({
      ok: true,
      value: { protection: 'passphrase', keys },
    })
  })

  it('a keychain that answers and takes nothing is told as locked, a passphrase is the way out, and no file is left', async () => {
    const failing = { ...secrets, available: async () => true }
    secrets.setAvailable(false)
    const result = await createVault({ ...deps, ports: { ...deps.ports, secrets: failing } }, makeKeys(deps))
    const locked = { kind: 'passphraseNeeded', detail: { reason: 'keychainLocked' } }
    expect(result).toEqual({ ok: false, failure: locked })
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'keysMissing' } })
  })

  it.each([undefined, 'a good long phrase'])('the ratchet copy is authenticated (%s)', async (passphrase) => {
    if (passphrase !== undefined) secrets.setAvailable(false)
    const { vault } = await created(passphrase)
    expect(await vault.readRatchet()).toBeUndefined()
    await vault.writeRatchet(ratchet)
    expect(await vault.readRatchet()).toEqual(ratchet)
    if (passphrase === undefined) {
      const [, item = ''] = storedItems(deps.place)
      const copy = secrets.items.get(item) ?? ''
      secrets.items.set(item, copy.replace('"ver":42', '"ver":41'))
    } else {
      const copy = readFileSync(deps.place.ratchetFile, 'utf8')
      writeFileSync(deps.place.ratchetFile, copy.replace('"ver":42', '"ver":41'))
    }
    expect(await vault.readRatchet()).toBeUndefined()
  })

  it('protocol 6: behind is an older version of the same epoch, or an older epoch', () => {
    expect(isBehind({ epoch: 1, version: 41 }, ratchet)).toBe(true)
    expect(isBehind({ epoch: 1, version: 42 }, ratchet)).toBe(false)
    expect(isBehind({ epoch: 2, version: 1 }, ratchet)).toBe(false)
    expect(isBehind({ epoch: 0, version: 99 }, ratchet)).toBe(true)
  })
})

/** Nothing random: the n-th draw is filled with n. */
function counting() {
  let n = 0
  return (count: number): Uint8Array => {
    n += 1
    return new Uint8Array(count).fill(n)
  }
}
const kek = new Uint8Array(32).fill(9)
const half = new Uint8Array(32).fill(8)
const login = { server: 'https://s', root: 'ab', user: 'alice', password: 'secret', manifest: '' }

describe('protocol 9, the two forms of the keys file', () => {
  const drawn = () => {
    const random = counting()
    const keys = { ...makeKeys({ ...deps, ports: { ...deps.ports, random } }), verifier: 'v' }
    return { keys, tools: { primitives, random } }
  }

  it('local: byte for byte what the first version wrote, and read back', () => {
    const { keys, tools } = drawn()
    const box =
      '5FvuyFiVMC2JZC+FeHF1LnuRqNYfOtQ19kKqUF6JQ+E34ACoUqjOCFEZ79mZ1D8AQwRhytre8es5D/w0cP3Z8LSXcrsUa6uW0NkZBWs3QqgTRVHYtYKEIOViqY1vHHOt0OdLyeACvzVxmN+8BsTfnvgT9np1BgG74SF5x6r9WSf0CoPxPRHXGIRKS4kTiQ+cVDRGzaCoblK/s+FPYY3rooMQqHuT9YfKNMZsn0o4UFzRRC8l5Wysm7ORSXNAH6aZUH8GdIbMI+Sq7icNTXvoJbcN7BIg/+cgoZGHgPVyuhI+dR+P/VlWcmh6fQytj7R53R1eBA=='
    const written = sealKeys(keys, kek, tools)
    expect(written).toEqual({ nonce: toBase64(new Uint8Array(24).fill(5)), box })
    const file = { format: 1, protection: 'keychain', ...written } as const
    expect(openKeys(file, kek, primitives)).toEqual(keys)
    expect(unwrapOnline(keys)).toBe(keys)
  })

  it('online: the file has the database’s key only under the half; another half, a flipped bit, and the KEK open nothing', () => {
    const { keys, tools } = drawn()
    const wrapped = wrapOnline(keys, half, login, tools)
    const file = { format: 1, protection: 'keychain', ...sealKeys(wrapped, kek, tools) } as const
    const read = openKeys(file, kek, primitives)
    const plain = primitives.openSecretbox(fromBase64(file.box) ?? kek, fromBase64(file.nonce, 24) ?? kek, kek)
    expect(Buffer.from(plain ?? []).toString('utf8')).not.toContain(toBase64(keys.database))
    if (!read?.online) throw new Error('not in the form of online-unlock')
    expect(read).not.toHaveProperty('database')
    expect(openOnline(read, half, primitives)).toEqual(keys.database)
    expect(openOnline(read, kek, primitives)).toBeUndefined()
    const box = fromBase64(read.online.box) ?? kek
    for (let at = 0; at < box.length; at += 1) {
      const flipped = box.map((byte, index) => (index === at ? byte ^ 1 : byte))
      const online = { ...read.online, box: toBase64(flipped) }
      expect(openOnline({ ...read, online }, half, primitives)).toBeUndefined()
    }
    for (const online of [
      { ...read.online, nonce: 'AA==' },
      { ...read.online, box: '' },
      { ...read.online, box: '?' },
    ])
      expect(openOnline({ ...read, online }, half, primitives)).toBeUndefined()
    // Without the database's key at hand there is no way back to local, and nothing to wrap.
    expect(unwrapOnline(read)).toBe(read)
    expect(wrapOnline(read, kek, login, tools)).toBe(read)
  })

  it('wrapped again only where something is new: another half, or what the login needs', () => {
    const { keys, tools } = drawn()
    const wrapped = wrapOnline(keys, half, login, tools)
    expect(wrapOnline(wrapped, half, login, tools)).toBe(wrapped)
    expect(wrapOnline(wrapped, half, { ...login, password: 'next' }, tools).online).toEqual({
      ...wrapped.online,
      login: { ...login, password: 'next' },
    })
    const other = wrapOnline(wrapped, kek, login, tools)
    expect(openOnline(other, half, primitives)).toBeUndefined()
    expect(openOnline(other, kek, primitives)).toEqual(keys.database)
    expect(unwrapOnline(other)).toEqual(keys)
  })

  it('a payload with no key of a database in either form is no keys file', () => {
    const { keys, tools } = drawn()
    const { database: _none, ...less } = keys
    const file = { format: 1, protection: 'keychain', ...sealKeys(less, kek, tools) } as const
    expect(openKeys(file, kek, primitives)).toBeUndefined()
  })

  it('a break while the file is replaced leaves a piece beside it that nobody reads', async () => {
    const { vault, keys } = await created()
    writeFileSync(`${deps.place.keysFile}.new`, '{"format":1,"protection":"keych')
    expect(await openVault(deps)).toMatchObject({ ok: true, value: { keys } })
    vault.replaceKeys(wrapOnline(vault.keys, half, login, { primitives, random: systemRandom }))
    const again = await openVault(deps)
    if (!again.ok) throw new Error(again.failure.kind)
    expect(again.value.keys.database).toBeUndefined()
    expect(again.value.openOnline(kek)).toBe(false)
    expect(again.value.openOnline(half)).toBe(true)
    expect(again.value.keys.database).toEqual(keys.database)
    // What is written for other reasons keeps the form.
    again.value.replaceKeys({ ...again.value.keys, verifier: 'v' })
    const last = await openVault(deps)
    expect(last.ok && last.value.keys).not.toHaveProperty('database')
  })
})
