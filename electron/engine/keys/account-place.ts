/**
 * Where one account's things lie: a folder of the profile for each (server, user), so that signing in as somebody else
 * and back again finds the store as it was left.
 */
import { createHash } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { foldAscii } from '../../../shared/address.ts'
import { syncFolder } from '../ground/atomic-file.ts'

/** Paths and keychain items of one account. */
export type AccountPlace = {
  readonly folder: string
  readonly keysFile: string
  readonly databaseFile: string
  /** Only in passphrase mode; in keychain mode the copy is an item of the keychain. */
  readonly ratchetFile: string
  /** Names of the keychain's items. */
  readonly kekItem: string
  readonly ratchetItem: string
}

/** The place of an account; nothing is made. Capitals in the user's name make no difference. */
export function accountPlace(profile: string, server: string, user: string): AccountPlace {
  // A hash, since server and user may hold characters that no path may. 96 bits of it never meet.
  const id = createHash('sha256')
    .update(`${server}\n${foldAscii(user.trim())}`)
    .digest('hex')
    .slice(0, 24)
  const folder = join(profile, 'accounts', id)
  return {
    folder,
    keysFile: join(folder, 'keys.json'),
    databaseFile: join(folder, 'kith.db'),
    ratchetFile: join(folder, 'ratchet.json'),
    kekItem: `kek:${id}`,
    ratchetItem: `ratchet:${id}`,
  }
}

/** SQLite's companions of a database file. */
const companions = ['', '-wal', '-shm']

/**
 * Moves a store whose keys are lost out of the way: `kith.db.unreadable-1` and so on. Nothing is deleted: the keychain
 * may come back from a backup, and with the keys file beside it the store would open again.
 */
export function setAside(place: AccountPlace): void {
  // One number for the whole set: database and keys file must be found again as a pair.
  let number = 1
  const taken = () => [place.databaseFile, place.keysFile].some((file) => existsSync(`${file}.unreadable-${number}`))
  while (taken()) number += 1
  for (const end of companions)
    moveIfThere(`${place.databaseFile}${end}`, `${place.databaseFile}.unreadable-${number}${end}`)
  moveIfThere(place.keysFile, `${place.keysFile}.unreadable-${number}`)
  moveIfThere(place.ratchetFile, `${place.ratchetFile}.unreadable-${number}`)
  if (existsSync(place.folder)) syncFolder(place.folder)
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to)
}
