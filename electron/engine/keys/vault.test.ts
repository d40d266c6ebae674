import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountPlace } from '../account/account-place.ts'
import { memoryStore, silentLog } from '../fakes.ts'
import { systemRandom } from '../system-ports.ts'
import { primitives } from './primitives.ts'
import { isBehind, type Ratchet } from './ratchet.ts'
import { canCreateVault, createVault, makeKeys, openVault, type VaultDependencies } from './vault.ts'

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

const ratchet: Ratchet = { ep: 1, ver: 42, head: 'ab'.repeat(32), trustedTime: 1_700_000_000_000 }

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
    expect(await canCreateVault(deps)).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    expect(await createVault(deps, makeKeys(deps))).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    const { keys } = await created('a good long phrase')
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'passphraseNeeded' } })
    expect(await openVault(deps, 'a bad long phrase')).toEqual({ ok: false, failure: { kind: 'passphraseWrong' } })
    expect(await openVault(deps, 'a good long phrase')).toMatchObject({
      ok: true,
      value: { protection: 'passphrase', keys },
    })
  })

  it('a keychain that fails while the key is stored: no keys file is left', async () => {
    const failing = { ...secrets, available: async () => true }
    secrets.setAvailable(false)
    const result = await createVault({ ...deps, ports: { ...deps.ports, secrets: failing } }, makeKeys(deps))
    expect(result).toEqual({ ok: false, failure: { kind: 'keychainUnavailable' } })
    expect(await openVault(deps)).toEqual({ ok: false, failure: { kind: 'keysMissing' } })
  })

  it.each([undefined, 'a good long phrase'])('the ratchet copy is authenticated (%s)', async (passphrase) => {
    if (passphrase !== undefined) secrets.setAvailable(false)
    const { vault } = await created(passphrase)
    expect(await vault.readRatchet()).toBeUndefined()
    await vault.writeRatchet(ratchet)
    expect(await vault.readRatchet()).toEqual(ratchet)
    if (passphrase === undefined) {
      const copy = secrets.items.get(deps.place.ratchetItem) ?? ''
      secrets.items.set(deps.place.ratchetItem, copy.replace('"ver":42', '"ver":41'))
    } else {
      const copy = readFileSync(deps.place.ratchetFile, 'utf8')
      writeFileSync(deps.place.ratchetFile, copy.replace('"ver":42', '"ver":41'))
    }
    expect(await vault.readRatchet()).toBeUndefined()
  })

  it('protocol 6: behind is an older version of the same epoch, or an older epoch', () => {
    const { trustedTime } = ratchet
    expect(isBehind({ ep: 1, ver: 41, trustedTime }, ratchet)).toBe(true)
    expect(isBehind({ ep: 1, ver: 42, trustedTime }, ratchet)).toBe(false)
    expect(isBehind({ ep: 2, ver: 1, trustedTime }, ratchet)).toBe(false)
    expect(isBehind({ ep: 0, ver: 99, trustedTime }, ratchet)).toBe(true)
  })
})
