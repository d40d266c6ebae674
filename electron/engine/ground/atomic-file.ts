/** Files that are either as before or as after, also across a power cut. Throws `StoreError` when the disk is full. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './store-error.ts'

/** Owner only: other accounts of the machine read nothing of a profile. */
const fileMode = 0o600
const folderMode = 0o700

/** Makes a folder, and those above it, that only its owner may enter. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: folderMode })
}

/** Writes beside the file, syncs, renames over it, and syncs the folder so that the new name itself is on disk. */
export function writeAtomic(file: string, text: string): void {
  const beside = `${file}.new`
  try {
    const handle = openSync(beside, 'w', fileMode)
    try {
      writeSync(handle, text)
      // Before the rename: otherwise a power cut could leave the new name with none of the bytes.
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, file)
    syncFolder(dirname(file))
  } catch (error) {
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw new StoreError('diskFull', 'ENOSPC')
    throw error
  }
}

/** The file's text, or `undefined` when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
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

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
