/** The key-encryption key of a keys file: where it comes from, how it is found again, and how it is forgotten. */
import { rmSync } from 'node:fs'
import type { SecretFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { fromBase64, sameBytes, toBase64, toHex } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import { type Ports, SecretStoreUnavailable } from '../ground/ports.ts'
import type { AccountPlace } from './account-place.ts'
import type { KeysFile } from './device-keys.ts'
import { newStretch, type Stretch, stretchPassphrase } from './stretch.ts'

/** Where the secrets lie and what they are made with. */
export type VaultDependencies = {
  readonly place: AccountPlace
  readonly primitives: Primitives
  readonly ports: Pick<Ports, 'secrets' | 'random' | 'log'>
}

/** 32 bytes, with what is needed to write the keys file again under it. */
export type Kek =
  | { readonly kek: Uint8Array; readonly protection: 'keychain'; readonly item: string }
  | { readonly kek: Uint8Array; readonly protection: 'passphrase'; readonly stretch: Stretch }

/** The item beside the KEK that keeps the copy of how far the list has come. */
export function ratchetItem(item: string): string {
  return item.replace(/^kek:/, 'ratchet:')
}

/** The item of a keys file that names none. Every profile of a system's user shares it for one account. */
function oldItem({ id }: AccountPlace): string {
  return `kek:${id}`
}

/** A new KEK. Failure: passphraseNeeded; the reason `keychainLocked` where there is a keychain that takes nothing. */
export async function newKek(deps: VaultDependencies, passphrase?: string): Promise<Result<Kek, SecretFailure>> {
  const isThere = await deps.ports.secrets.available()
  const kept = isThere ? await keepKek(deps, deps.ports.random(32)) : undefined
  if (kept) return ok(kept)
  if (passphrase === undefined) return fail('passphraseNeeded', isThere ? { reason: 'keychainLocked' } : undefined)
  const stretch = newStretch(deps.ports.random)
  return ok({ kek: await stretchPassphrase(passphrase, stretch), protection: 'passphrase', stretch })
}

/** The same KEK under an item that is this keys file's alone; undefined where the keychain takes nothing. */
export function ownItem(deps: VaultDependencies, { kek }: Kek): Promise<Kek | undefined> {
  return keepKek(deps, kek)
}

/** Asked for again at once: a keychain may answer, and even take, and give nothing back. */
async function keepKek({ place, ports }: VaultDependencies, kek: Uint8Array): Promise<Kek | undefined> {
  const { secrets, random } = ports
  const item = `${oldItem(place)}:${toHex(random(8))}`
  let given: string | undefined
  await tryKeychain(async () => {
    await secrets.set(item, toBase64(kek))
    given = await secrets.get(item)
  })
  return given === toBase64(kek) ? { kek, protection: 'keychain', item } : undefined
}

/** The KEK of a keys file. Failures: keysMissing, keychainUnavailable, passphraseNeeded. */
export async function findKek(
  { place, ports }: VaultDependencies,
  file: KeysFile,
  passphrase?: string,
): Promise<Result<Kek, SecretFailure>> {
  if (file.protection === 'passphrase') {
    if (passphrase === undefined) return fail('passphraseNeeded')
    const kek = await stretchPassphrase(passphrase, file.stretch)
    return ok({ kek, protection: 'passphrase', stretch: file.stretch })
  }
  const item = file.item ?? oldItem(place)
  let text: string | undefined
  const answered = await tryKeychain(async () => {
    text = await ports.secrets.get(item)
  })
  if (!answered) return fail('keychainUnavailable')
  const kek = text === undefined ? undefined : fromBase64(text, 32)
  if (kek) return ok({ kek, protection: 'keychain', item })
  return fail((await isOpen(ports)) ? 'keysMissing' : 'keychainUnavailable')
}

/**
 * A locked keyring that nobody can be asked for may answer as if it were empty. Only one that takes an item and gives it
 * back can say that a key is not there.
 */
async function isOpen({ secrets, random }: VaultDependencies['ports']): Promise<boolean> {
  const name = `kith-probe:${toHex(random(8))}`
  let given: string | undefined
  await tryKeychain(async () => {
    await secrets.set(name, 'probe')
    given = await secrets.get(name)
    await secrets.delete(name)
  })
  return given === 'probe'
}

/** Names of the items that hold the key: its own, and the one of before where the key still lies there. */
export async function itemsOf({ place, ports }: VaultDependencies, held: Kek): Promise<readonly string[]> {
  if (held.protection === 'passphrase') return []
  const names = [held.item]
  await tryKeychain(async () => {
    const text = held.item === oldItem(place) ? undefined : await ports.secrets.get(oldItem(place))
    const kek = text === undefined ? undefined : fromBase64(text, 32)
    // Under the shared name may lie another profile's key by now: that one is not ours to forget.
    if (kek && sameBytes(kek, held.kek)) names.push(oldItem(place))
  })
  return names.flatMap((name) => [name, ratchetItem(name)])
}

/** The KEK is gone for good, from the keychain, from memory, and the file that it sealed from the disk. */
export async function forgetKek(deps: VaultDependencies, held: Kek): Promise<void> {
  const items = await itemsOf(deps, held)
  // The copy in memory too: nothing that this process still does may seal or open with it.
  held.kek.fill(0)
  for (const item of items) await tryKeychain(() => deps.ports.secrets.delete(item))
  // A passphrase that somebody knows makes the key anew, so the file is what has to go.
  rmSync(deps.place.keysFile, { force: true })
}

/** False when the keychain does not answer. */
export async function tryKeychain(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (error instanceof SecretStoreUnavailable) return false
    throw error
  }
}
