/** Files that are either as before or as after, also across a power cut. Throws `StoreError` when the disk refuses. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { diskError, errorCode } from './store-error.ts'

/** Owner only: other accounts of the machine read nothing of a profile. */
const fileMode = 0o600
const folderMode = 0o700

/** Makes a folder, and those above it, that only its owner may enter. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: folderMode })
  } catch (error) {
    throw diskError(error)
  }
}

/** Writes beside the file, syncs, renames over it, and syncs the folder so that the new name itself is on disk. */
export function writeAtomic(file: string, text: string): void {
  const beside = `${file}.new`
  try {
    const handle = openSync(beside, 'w', fileMode)
    try {
      // All of it or an error: one `write` may take a part alone where the disk is nearly full.
      writeFileSync(handle, text)
      // Before the rename: otherwise a power cut could leave the new name with none of the bytes.
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, file)
    syncFolder(dirname(file))
  } catch (error) {
    // What was begun would only take the room that is missing.
    rmSync(beside, { force: true })
    throw diskError(error)
  }
}

/** The file's text, or `undefined` when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw diskError(error)
  }
}

/** Puts a folder's names on the disk, so that a rename in it survives a power cut. */
export function syncFolder(folder: string): void {
  // Windows can't open a folder; its rename is journalled by the file system.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
