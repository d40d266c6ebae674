/**
 * Where one account's things lie: a folder of the profile for each (server, user), so that signing in as somebody else
 * and back again finds the store as it was left.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { foldAscii } from '../../../shared/address.ts'
import { makeFolder, syncFolder } from '../ground/atomic-file.ts'
import { diskError } from '../ground/store-error.ts'

/** Paths of one account. */
export type AccountPlace = {
  /** Digest of server and user: the folder's name. */
  readonly id: string
  readonly folder: string
  readonly keysFile: string
  readonly databaseFile: string
  /** Only in passphrase mode; in keychain mode the copy is an item of the keychain. */
  readonly ratchetFile: string
}

/** The place of an account; nothing is made. Capitals in the user's name make no difference. */
export function accountPlace(profile: string, server: string, user: string): AccountPlace {
  // A hash, since server and user may hold characters that no path may. 96 bits of it never meet.
  const id = createHash('sha256')
    .update(`${server}\n${foldAscii(user.trim())}`)
    .digest('hex')
    .slice(0, 24)
  return placeOf(profile, id)
}

/** The place of the account with this id. */
export function placeOf(profile: string, id: string): AccountPlace {
  return placeIn(join(profile, 'accounts', id), id)
}

function placeIn(folder: string, id: string, end = ''): AccountPlace {
  return {
    id,
    folder,
    keysFile: join(folder, `keys.json${end}`),
    databaseFile: join(folder, `kith.db${end}`),
    ratchetFile: join(folder, `ratchet.json${end}`),
  }
}

/** Where a device is made ready before the server hears of it: what lies at the place stays as it is until then. */
export function stagingPlace({ folder, id }: AccountPlace): AccountPlace {
  return placeIn(`${folder}.new`, id)
}

/** SQLite's companions of a database file. */
const companions = ['', '-wal', '-shm']

function filesOf({ keysFile, databaseFile, ratchetFile }: AccountPlace): readonly string[] {
  // The keys first: a move that was cut off then left a device that the server may know where it is looked for.
  return [keysFile, ...companions.map((end) => `${databaseFile}${end}`), ratchetFile]
}

/**
 * Moves a store whose keys are lost out of the way: `kith.db.unreadable-1` and so on. Nothing is deleted: when the keys
 * are back, the store is (`asidesOf`).
 */
export function setAside(place: AccountPlace): void {
  // One number for the whole set: database and keys file must be found again as a pair. What was cut off goes on under
  // its number, since nothing of it stands in the way there.
  const isTaken = (number: number) => {
    const targets = filesOf(asideOf(place, number))
    return filesOf(place).some((file, at) => existsSync(file) && existsSync(targets[at] ?? ''))
  }
  let number = 1
  while (isTaken(number)) number += 1
  moveStore(place, asideOf(place, number))
}

/** The stores that were put aside here, the oldest first. */
export function asidesOf(place: AccountPlace): readonly AccountPlace[] {
  if (!existsSync(place.folder)) return []
  const numbers = readdirSync(place.folder).flatMap((name) => {
    const number = /^keys\.json\.unreadable-(\d+)$/.exec(name)?.[1]
    return number === undefined ? [] : [Number(number)]
  })
  return numbers.sort((a, b) => a - b).map((number) => asideOf(place, number))
}

function asideOf({ folder, id }: AccountPlace, number: number): AccountPlace {
  return placeIn(folder, id, `.unreadable-${number}`)
}

/** Moves a closed store, whole. Needs no room on the disk. */
export function moveStore(from: AccountPlace, to: AccountPlace): void {
  makeFolder(to.folder)
  try {
    for (const [at, file] of filesOf(from).entries()) {
      const target = filesOf(to)[at]
      if (target !== undefined && existsSync(file)) renameSync(file, target)
    }
    syncFolder(to.folder)
    if (from.folder !== to.folder) rmSync(from.folder, { recursive: true, force: true })
  } catch (error) {
    throw diskError(error)
  }
}

/** Deletes a closed store's files; its keys first. */
export function removeStore(place: AccountPlace): void {
  for (const file of filesOf(place)) rmSync(file, { force: true })
}
