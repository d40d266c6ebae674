/**
 * The account's secrets on this machine lie in the keys file, sealed by a key-encryption key (KEK). Where there is a
 * keychain, the KEK is random and an item of the keychain. Where there is none, the KEK is the user's passphrase,
 * stretched. There is no third way, and no failure makes one.
 *
 * The item is named in the keys file and belongs to that file alone: another profile, or a store that is begun anew,
 * gets an item of its own, and nothing overwrites the key of a store that may still be wanted (kek.ts).
 */

import type { SecretFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { toHex } from '../../../shared/whitelist/bytes/encoding.ts'
import { makeFolder, readIfThere, writeAtomic } from '../ground/atomic-file.ts'
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
import {
  findKek,
  forgetKek,
  itemsOf,
  type Kek,
  newKek,
  ownItem,
  ratchetItem,
  tryKeychain,
  type VaultDependencies,
} from './kek.ts'
import { openOnline } from './online.ts'
import { type Ratchet, readRatchet, writeRatchet } from './ratchet.ts'
import { type SealedText, sealText, unsealText } from './sealed-text.ts'

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
  /** A short text for this account alone, sealed under a key made from the KEK. */
  readonly seal: (text: string) => SealedText
  /** What `seal` made; undefined for what another key sealed. */
  readonly unseal: (sealed: SealedText) => string | undefined
  /** Names of the keychain's items that hold its key. */
  readonly items: () => Promise<readonly string[]>
  /** The same secrets in the files of another place, to which the store was moved. */
  readonly at: (place: AccountPlace) => Vault
  /** Crypto-shred: the KEK is gone for good, and the keys file with it. Only for a signed wipe, and for what never was. */
  readonly destroy: () => Promise<void>
}

/** How the keys file on disk is protected; `undefined` when there is none. */
export function storedProtection(place: AccountPlace): Protection | undefined {
  return storedKeys(place)?.protection
}

function storedKeys(place: AccountPlace): KeysFile | undefined {
  const text = readIfThere(place.keysFile)
  return text === undefined ? undefined : readKeysFile(text)
}

/** The keychain's items that a keys file on disk names, without its being opened. */
export function storedItems(place: AccountPlace): readonly string[] {
  const file = storedKeys(place)
  return file?.protection === 'keychain' && file.item !== undefined ? [file.item, ratchetItem(file.item)] : []
}

/** Opens the keys file. Failures: keysMissing, keychainUnavailable, passphraseNeeded, passphraseWrong. */
export async function openVault(deps: VaultDependencies, passphrase?: string): Promise<Result<Vault, SecretFailure>> {
  const file = storedKeys(deps.place)
  if (!file) return fail('keysMissing')
  const found = await findKek(deps, file, passphrase)
  if (!found.ok) return found
  const keys = openKeys(file, found.value.kek, deps.primitives)
  // A passphrase may be mistyped. A key from the keychain can't be: then it is the key of other files.
  if (!keys) return fail(file.protection === 'passphrase' ? 'passphraseWrong' : 'keysMissing')
  const isShared = file.protection === 'keychain' && file.item === undefined
  return ok(isShared ? await moved(deps, found.value, keys) : createUnlockedVault(deps, found.value, keys))
}

/**
 * A keys file of before names no item, and its key lies under a name that every profile of this user shares. It gets an
 * item of its own. Where that can't be made now the file stays as it is, and the next start tries again.
 */
async function moved(deps: VaultDependencies, shared: Kek, keys: DeviceKeys): Promise<Vault> {
  const old = createUnlockedVault(deps, shared, keys)
  const own = await ownItem(deps, shared)
  if (!own) return old
  const ratchet = await old.readRatchet()
  const vault = createUnlockedVault(deps, own, keys)
  if (ratchet) await vault.writeRatchet(ratchet)
  try {
    vault.replaceKeys(keys)
  } catch {
    deps.ports.log.warn('keys keep their shared item')
    return old
  }
  return vault
}

/** Keys for a new device; nothing is written. */
export function makeKeys(deps: Pick<VaultDependencies, 'ports'>): NewKeys {
  return newDeviceKeys(deps.ports.random, toHex)
}

/**
 * Writes the keys file under a new KEK, which the keychain has taken and given back. Failure: passphraseNeeded, with the
 * reason `keychainLocked` where there is a keychain that takes nothing.
 */
export async function createVault(
  deps: VaultDependencies,
  keys: DeviceKeys,
  passphrase?: string,
): Promise<Result<Vault, SecretFailure>> {
  const made = await newKek(deps, passphrase)
  if (!made.ok) return made
  makeFolder(deps.place.folder)
  const vault = createUnlockedVault(deps, made.value, keys)
  try {
    vault.replaceKeys(keys)
  } catch (error) {
    await forgetKek(deps, made.value)
    throw error
  }
  return ok(vault)
}

function createUnlockedVault(deps: VaultDependencies, held: Kek, keys: DeviceKeys): Vault {
  const { place, ports } = deps
  const { secrets } = ports
  let current = keys
  return {
    protection: held.protection,
    get keys() {
      return current
    },
    replaceKeys: (next) => {
      writeKeys(deps, held, next)
      current = next
    },
    openOnline: (half) => {
      const database = openOnline(current, half, deps.primitives)
      // Into memory alone: written, it would undo the mode.
      if (database) current = { ...current, database }
      return database !== undefined
    },
    readRatchet: async () => {
      if (held.protection === 'passphrase') return readRatchet(readIfThere(place.ratchetFile), held.kek)
      let text: string | undefined
      await tryKeychain(async () => {
        text = await secrets.get(ratchetItem(held.item))
      })
      return readRatchet(text, held.kek)
    },
    writeRatchet: async (ratchet) => {
      const text = writeRatchet(ratchet, held.kek)
      if (held.protection === 'passphrase') writeAtomic(place.ratchetFile, text)
      else if (!(await tryKeychain(() => secrets.set(ratchetItem(held.item), text))))
        ports.log.warn('ratchet copy not written')
    },
    seal: (text) => sealText(text, held.kek, { primitives: deps.primitives, random: ports.random }),
    unseal: (sealed) => unsealText(sealed, held.kek, deps.primitives),
    items: () => itemsOf(deps, held),
    at: (next) => createUnlockedVault({ ...deps, place: next }, held, current),
    destroy: () => forgetKek(deps, held),
  }
}

function writeKeys(deps: VaultDependencies, held: Kek, keys: DeviceKeys): void {
  const { primitives, ports } = deps
  const sealed = { format: 1, ...sealKeys(keys, held.kek, { primitives, random: ports.random }) }
  const { kek: _secret, ...how } = held
  // On the disk before it counts here: a request signed by a key that is lost again could never be repeated.
  writeAtomic(deps.place.keysFile, `${JSON.stringify({ ...sealed, ...how })}\n`)
}
