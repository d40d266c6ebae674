/**
 * The account's secrets on this machine lie in the keys file, sealed by a key-encryption key (KEK). Where there is a
 * keychain, the KEK is random and an item of the keychain. Where there is none, the KEK is the user's passphrase,
 * stretched. There is no third way, and no failure makes one.
 */

import type { SecretFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { fromBase64, toBase64, toHex } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import { makeFolder, readIfThere, writeAtomic } from '../ground/atomic-file.ts'
import { type Log, type Ports, SecretStoreUnavailable } from '../ground/ports.ts'
import type { AccountPlace } from './account-place.ts'
import {
  type DeviceKeys,
  type KeysFile,
  type NewKeys,
  newDeviceKeys,
  openKeys,
  type Protection,
  readKeysFile,
  sealKeys,
} from './device-keys.ts'
import { openOnline } from './online.ts'
import { type Ratchet, readRatchet, writeRatchet } from './ratchet.ts'
import { newStretch, type Stretch, stretchPassphrase } from './stretch.ts'

/** Where the secrets lie and what they are made with. */
export type VaultDependencies = {
  readonly place: AccountPlace
  readonly primitives: Primitives
  readonly ports: Pick<Ports, 'secrets' | 'random'> & { readonly log: Log }
}

/** The opened secrets of one account. */
export type Vault = {
  readonly protection: Protection
  readonly keys: DeviceKeys
  /** Seals changed keys into the file, with the same KEK. */
  readonly replaceKeys: (keys: DeviceKeys) => void
  /**
   * For mode `online-unlock`: takes the database's key out of its box by the server's half, into memory only. False
   * where the half does not open the box.
   */
  readonly openOnline: (half: Uint8Array) => boolean
  readonly readRatchet: () => Promise<Ratchet | undefined>
  /** Best effort: a keychain that is away now costs the warning of a rollback, never the list. */
  readonly writeRatchet: (ratchet: Ratchet) => Promise<void>
  /** Crypto-shred: the KEK and the keys file are gone for good. Only for a signed wipe. */
  readonly destroy: () => Promise<void>
}

/** The key-encryption key, 32 bytes, with what is needed to write the file again under it. */
type Kek =
  | { readonly kek: Uint8Array; readonly protection: 'keychain' }
  | { readonly kek: Uint8Array; readonly protection: 'passphrase'; readonly stretch: Stretch }

/** How the keys file on disk is protected; `undefined` when there is none. */
export function storedProtection(place: AccountPlace): Protection | undefined {
  const text = readIfThere(place.keysFile)
  return text === undefined ? undefined : readKeysFile(text)?.protection
}

/** Opens the keys file. Failures: keysMissing, keychainUnavailable, passphraseNeeded, passphraseWrong. */
export async function openVault(deps: VaultDependencies, passphrase?: string): Promise<Result<Vault, SecretFailure>> {
  const text = readIfThere(deps.place.keysFile)
  const file = text === undefined ? undefined : readKeysFile(text)
  if (!file) return fail('keysMissing')
  const found = await findKek(deps, file, passphrase)
  if (!found.ok) return found
  const keys = openKeys(file, found.value.kek, deps.primitives)
  // A passphrase may be mistyped. A key from the keychain can't be: then it is the key of other files.
  if (!keys) return fail(file.protection === 'passphrase' ? 'passphraseWrong' : 'keysMissing')
  return ok(createUnlockedVault(deps, found.value, keys))
}

/**
 * Whether a new vault could be made: with the keychain where it answers, else with a passphrase. Asked before anything
 * is sent to the server.
 */
export async function canCreateVault(
  deps: VaultDependencies,
  passphrase?: string,
): Promise<Result<Protection, 'passphraseNeeded'>> {
  if (await deps.ports.secrets.available()) return ok('keychain')
  return passphrase === undefined ? fail('passphraseNeeded') : ok('passphrase')
}

/** Keys for a new device; nothing is written. */
export function makeKeys(deps: VaultDependencies): NewKeys {
  return newDeviceKeys(deps.ports.random, toHex)
}

/** Writes the keys file under a new KEK. Failure: keychainUnavailable. */
export async function createVault(
  deps: VaultDependencies,
  keys: DeviceKeys,
  passphrase?: string,
): Promise<Result<Vault, SecretFailure>> {
  const made = await newKek(deps, passphrase)
  if (!made.ok) return made
  makeFolder(deps.place.folder)
  const vault = createUnlockedVault(deps, made.value, keys)
  vault.replaceKeys(keys)
  return ok(vault)
}

async function newKek(deps: VaultDependencies, passphrase?: string): Promise<Result<Kek, SecretFailure>> {
  const protection = await canCreateVault(deps, passphrase)
  if (!protection.ok) return protection
  if (protection.value === 'passphrase' && passphrase !== undefined) {
    const stretch = newStretch(deps.ports.random)
    return ok({ kek: await stretchPassphrase(passphrase, stretch), protection: 'passphrase', stretch })
  }
  const kek = deps.ports.random(32)
  // Before the keys file is written: a file whose key was never kept could not be opened again.
  return (await tryKeychain(() => deps.ports.secrets.set(deps.place.kekItem, toBase64(kek))))
    ? ok({ kek, protection: 'keychain' })
    : fail('keychainUnavailable')
}

async function findKek(
  deps: VaultDependencies,
  file: KeysFile,
  passphrase?: string,
): Promise<Result<Kek, SecretFailure>> {
  if (file.protection === 'passphrase') {
    if (passphrase === undefined) return fail('passphraseNeeded')
    const kek = await stretchPassphrase(passphrase, file.stretch)
    return ok({ kek, protection: 'passphrase', stretch: file.stretch })
  }
  try {
    const text = await deps.ports.secrets.get(deps.place.kekItem)
    const kek = text === undefined ? undefined : fromBase64(text, 32)
    return kek ? ok({ kek, protection: 'keychain' }) : fail('keysMissing')
  } catch (error) {
    if (error instanceof SecretStoreUnavailable) return fail('keychainUnavailable')
    throw error
  }
}

function createUnlockedVault(deps: VaultDependencies, held: Kek, keys: DeviceKeys): Vault {
  const { place, ports } = deps
  const { secrets } = ports
  let current = keys
  const inKeychain = held.protection === 'keychain'
  return {
    protection: held.protection,
    get keys() {
      return current
    },
    replaceKeys: (next) => {
      const sealed = { format: 1, ...sealKeys(next, held.kek, { primitives: deps.primitives, random: ports.random }) }
      const file = inKeychain
        ? { ...sealed, protection: 'keychain' }
        : { ...sealed, protection: 'passphrase', stretch: held.stretch }
      // On the disk before it counts here: a request signed by a key that is lost again could never be repeated.
      writeAtomic(place.keysFile, `${JSON.stringify(file)}\n`)
      current = next
    },
    openOnline: (half) => {
      const database = openOnline(current, half, deps.primitives)
      // Into memory alone: written, it would undo the mode.
      if (database) current = { ...current, database }
      return database !== undefined
    },
    readRatchet: async () => {
      if (!inKeychain) return readRatchet(readIfThere(place.ratchetFile), held.kek)
      let text: string | undefined
      await tryKeychain(async () => {
        text = await secrets.get(place.ratchetItem)
      })
      return readRatchet(text, held.kek)
    },
    writeRatchet: async (ratchet) => {
      const text = writeRatchet(ratchet, held.kek)
      if (!inKeychain) writeAtomic(place.ratchetFile, text)
      else if (!(await tryKeychain(() => secrets.set(place.ratchetItem, text))))
        ports.log.warn('ratchet copy not written')
    },
    destroy: () => destroy(deps, held.kek),
  }
}

async function destroy({ place, ports }: VaultDependencies, kek: Uint8Array): Promise<void> {
  // The copy in memory too: nothing that this process still does may seal or open with it.
  kek.fill(0)
  await tryKeychain(() => ports.secrets.delete(place.kekItem))
  await tryKeychain(() => ports.secrets.delete(place.ratchetItem))
}

/** False when the keychain does not answer. */
async function tryKeychain(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (error instanceof SecretStoreUnavailable) return false
    throw error
  }
}
