/** Secret files that are there whole or not at all, also across a power cut. */
import { randomBytes } from 'node:crypto'
import { link, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Writing a key takes milliseconds. */
const writtenWithinMs = 60_000
/** Owner only. */
const fileMode = 0o600

/** Writes a file that was not there. False where it is there already: what it holds stays. */
export async function writeOnce(file: string, text: string): Promise<boolean> {
  const beside = await writeBeside(file, text)
  try {
    // A link never replaces: of two writers one wins, and the other reads what the winner wrote.
    await link(beside, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await unlink(beside)
  }
  await syncFolder(dirname(file))
  return true
}

/** Replaces a file, or makes it. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await renameDurably(await writeBeside(file, bytes), file)
}

/** Writes the whole content under another name and flushes it: the real name never leads to half a file. */
async function writeBeside(file: string, content: string | Uint8Array): Promise<string> {
  const beside = join(dirname(file), `.${randomBytes(8).toString('hex')}.part`)
  const handle = await open(beside, 'wx', fileMode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return beside
}

/**
 * Renames a file so that the new name survives a power cut. A file that is gone already was renamed by somebody else.
 */
export async function renameDurably(from: string, to: string): Promise<void> {
  await ignoringMissing(rename(from, to))
  await syncFolder(dirname(to))
}

/** Overwrites a secret and removes it; one that is gone already is removed. Under its name it is there whole or not at all. */
export async function removeSecret(file: string): Promise<void> {
  const gone = join(dirname(file), `.${randomBytes(8).toString('hex')}.gone`)
  await renameDurably(file, gone)
  await destroy(gone)
}

/** What a power cut left of the two above. A file that is being written now is younger. */
export async function removeRemains(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const isOld = async () =>
      Date.now() - ((await ignoringMissing(stat(file)))?.mtimeMs ?? Date.now()) > writtenWithinMs
    if (/^\.[0-9a-f]{16}\.gone$/.test(name) || (/^\.[0-9a-f]{16}\.part$/.test(name) && (await isOld())))
      await destroy(file)
  }
}

async function destroy(file: string): Promise<void> {
  const handle = await ignoringMissing(open(file, 'r+'))
  if (!handle) return
  try {
    const { size } = await handle.stat()
    // Overwritten before the name goes, where the file system writes in place: the bytes must not lie on the disk for
    // whoever gets it next.
    await handle.write(Buffer.alloc(size), 0, size, 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await ignoringMissing(unlink(file))
  await syncFolder(dirname(file))
}

async function ignoringMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system journals names.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The system's code of a failure, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
