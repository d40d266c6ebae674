/** The open store of one account: secrets, encrypted database, and the records that the session needs of it. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ClosedFailure } from '../../../shared/failures.ts'
import { type FailureKind, fail, ok, type Result } from '../../../shared/rpc.ts'
import { type AccountRepository, createAccountRepository } from '../database/account-repository.ts'
import { type CommandRepository, createCommandRepository } from '../database/command-repository.ts'
import { createListRepository, type ListRepository } from '../database/list-repository.ts'
import { type Database, openDatabase } from '../database/open.ts'
import { recordsSchema } from '../database/schema.ts'
import type { Ports } from '../ground/ports.ts'
import { StoreError } from '../ground/store-error.ts'
import { type AccountPlace, asidesOf, moveStore, setAside } from '../keys/account-place.ts'
import type { VaultDependencies } from '../keys/kek.ts'
import { primitives } from '../keys/primitives.ts'
import { openVault, storedProtection, type Vault } from '../keys/vault.ts'
import { draftsApart, heldStates, mailNotices, mailSchema, placesSchema } from '../mail/schema.ts'

/** The store's migrations, one list of statements each. Later versions append; nothing here changes once shipped. */
const migrations: readonly (readonly string[])[] = [
  [...recordsSchema, ...mailSchema],
  mailNotices,
  placesSchema,
  heldStates,
  draftsApart,
]

/** What lies on the disk of one account, opened. */
export type AccountStore = {
  /** Where its files and keychain items lie. */
  readonly place: AccountPlace
  readonly vault: Vault
  readonly database: Database
  /** This and the next two are views of the database: who is signed in, the list, the administrator's commands. */
  readonly account: AccountRepository
  readonly list: ListRepository
  readonly commands: CommandRepository
}

/** Mode `online-unlock`: the database opens once a login has brought the server's half (session/unlock/open-by-login.ts). */
export type SealedStore = Pick<AccountStore, 'place' | 'vault'>

/** Whether the database is open, beside the keys. */
export function isOpenStore(store: AccountStore | SealedStore): store is AccountStore {
  return 'database' in store
}

/** What the vault of an account at this place needs. */
export function vaultDependencies(ports: Ports, place: AccountPlace): VaultDependencies {
  return { place, primitives, ports }
}

/**
 * Opens what is on disk; where its keys are lost, a store that was put aside before and whose keys are back. Failures:
 * keysMissing, keychainUnavailable, passphraseNeeded, passphraseWrong, storeDamaged, diskFull, diskFailing.
 */
export async function openAccountStore(
  ports: Ports,
  place: AccountPlace,
  passphrase?: string,
): Promise<Result<AccountStore | SealedStore, ClosedFailure>> {
  let vault = await openVault(vaultDependencies(ports, place), passphrase)
  if (!vault.ok && vault.failure.kind === 'keysMissing' && (await putBack(ports, place)))
    vault = await openVault(vaultDependencies(ports, place), passphrase)
  if (!vault.ok) return vault
  // Without the database's key the mode is `online-unlock`: only a login brings what opens it.
  return vault.value.keys.database ? storeOf(place, vault.value) : ok({ place, vault: vault.value })
}

/** Whether a store that was put aside, and whose keys are back, stands in the place of one whose keys are lost. */
async function putBack(ports: Ports, place: AccountPlace): Promise<boolean> {
  for (const aside of asidesOf(place).toReversed()) {
    const found = await openVault(vaultDependencies(ports, aside))
    if (!found.ok) continue
    ports.log.warn('a store that was put aside is back')
    setAside(place)
    moveStore(aside, place)
    return true
  }
  return false
}

/** Opens the database by a vault that has its key. Failures: storeDamaged, diskFull, diskFailing. */
export function storeOf(place: AccountPlace, vault: Vault): Result<AccountStore, ClosedFailure> {
  const { database: key } = vault.keys
  // Callers ask for the key before: a store that opens without one would be a new, empty one.
  if (!key) throw new Error('a vault without the key of its database')
  try {
    const database = openDatabase({ file: place.databaseFile, key, migrations, isAlone: true })
    return ok({
      place,
      vault,
      database,
      account: createAccountRepository(database),
      list: createListRepository(database),
      commands: createCommandRepository(database),
    })
  } catch (error) {
    if (error instanceof StoreError) return fail(error.kind)
    throw error
  }
}

/** `none`: nothing. `keychain`, `passphrase`: how the keys are kept. `keysMissing`: a store without readable keys. */
type StoredAccount = 'none' | 'keychain' | 'passphrase' | 'keysMissing'

/** What lies in an account's folder. */
export function storedAccount(place: AccountPlace): StoredAccount {
  const protection = storedProtection(place)
  if (protection) return protection
  return existsSync(place.databaseFile) || existsSync(place.keysFile) ? 'keysMissing' : 'none'
}

/**
 * Whether signing in may put a store aside that does not open, and begin anew. It may where the keys are lost, since
 * nothing will open the store here, and where the store is damaged and the user has been told so. It may not where the
 * keychain is only away and may come back, unless the user gives a passphrase knowing that.
 */
export function mayBeginAnew(
  failure: FailureKind,
  { shownCause, passphrase }: { readonly shownCause: FailureKind | undefined; readonly passphrase: string | undefined },
): boolean {
  if (failure === 'keysMissing') return true
  if (failure === 'keychainUnavailable') return passphrase !== undefined
  return failure === 'storeDamaged' && shownCause === 'storeDamaged'
}

/** Where a wipe in progress is remembered: readable without the keys, since those go first. */
export function wipeFile(place: Pick<AccountPlace, 'folder'>): string {
  return join(place.folder, 'wipe.json')
}
