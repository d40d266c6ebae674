/**
 * A new device is made ready beside its place before the server is asked: keys in the keychain, keys file, database. A
 * keychain that is locked, or a disk that is full, is found while nothing has happened yet. What the server may have
 * taken stays ready, so that the next try is the same device to it: a code that was used is that device's.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ClosedFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import type { Ports } from '../ground/ports.ts'
import { StoreError } from '../ground/store-error.ts'
import { type AccountPlace, moveStore, setAside, stagingPlace } from '../keys/account-place.ts'
import type { DeviceKeys } from '../keys/device-keys.ts'
import { createVault, makeKeys, openVault, type Vault } from '../keys/vault.ts'
import { type AccountStore, storedAccount, storeOf, vaultDependencies } from './account-store.ts'

/** A device that is ready to be told to the server. */
export type StagedAccount = {
  readonly keys: DeviceKeys
  /** It is the account's from now on; what lay at its place is put aside, not destroyed. */
  readonly settle: () => Result<AccountStore, ClosedFailure>
  /** Nothing of it is left. */
  readonly discard: () => Promise<void>
}

/** Makes a device ready, or finds the one that waits. Failures: keychainUnavailable, passphraseNeeded, those of the disk. */
export async function stageAccount(
  ports: Ports,
  place: AccountPlace,
  passphrase: string | undefined,
): Promise<Result<StagedAccount, ClosedFailure>> {
  const staging = stagingPlace(place)
  try {
    const vault = await vaultAt(ports, staging, passphrase)
    if (!vault.ok) return vault
    const discard = async (): Promise<void> => {
      await vault.value.destroy()
      removeStaging(staging)
    }
    // Opened once, so that its room on the disk is taken before the server hears of the device.
    const made = storeOf(staging, vault.value)
    if (!made.ok) {
      await discard()
      return made
    }
    made.value.database.close()
    const settle = (): Result<AccountStore, ClosedFailure> => {
      if (storedAccount(place) !== 'none') setAside(place)
      moveStore(staging, place)
      return storeOf(place, vault.value.at(place))
    }
    return ok({ keys: vault.value.keys, settle, discard })
  } catch (error) {
    if (error instanceof StoreError) return fail(error.kind)
    throw error
  }
}

/** With the folder of all accounts where it was the only one. */
function removeStaging({ folder }: AccountPlace): void {
  rmSync(folder, { recursive: true, force: true })
  const parent = dirname(folder)
  if (existsSync(parent) && readdirSync(parent).length === 0) rmdirSync(parent)
}

async function vaultAt(
  ports: Ports,
  staging: AccountPlace,
  passphrase: string | undefined,
): Promise<Result<Vault, ClosedFailure>> {
  const dependencies = vaultDependencies(ports, staging)
  const left = await openVault(dependencies, passphrase)
  // The keychain may come back, and then this is the device that the server knows.
  const isAway = !left.ok && left.failure.kind === 'keychainUnavailable' && passphrase === undefined
  if (left.ok || isAway) return left
  removeStaging(staging)
  try {
    return await createVault(dependencies, makeKeys(dependencies), passphrase)
  } catch (error) {
    removeStaging(staging)
    throw error
  }
}
