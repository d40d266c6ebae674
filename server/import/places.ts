/** Files and variables that a source's settings name. A fault says which one, never what it holds. */
import { open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Done } from '../ground/refusals.ts'
import { maxImportBytes } from './contact.ts'
import type { PasswordPlace } from './source.ts'

/** What a reader may ask of its surroundings. */
export type Surroundings = {
  /** Folder to which file names are relative. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether the lists' policy takes addresses beyond ASCII. */
  readonly unicode: boolean
}

/** A whole file, never more than `maxImportBytes` and one byte of it, whatever it is. */
export async function readWhole(name: string, { folder }: Surroundings): Promise<Done<Uint8Array>> {
  const path = resolve(folder, name)
  try {
    await using handle = await open(path)
    const chunks: Uint8Array[] = []
    let left = maxImportBytes + 1
    // Counted while it is read, not asked beforehand: a device or pipe has no size.
    for await (const chunk of handle.createReadStream({ end: maxImportBytes, autoClose: false })) {
      chunks.push(chunk as Uint8Array)
      left -= (chunk as Uint8Array).length
      if (left <= 0) break
    }
    return { ok: true, value: Buffer.concat(chunks) }
  } catch {
    return { ok: false, why: `cannot read ${path}` }
  }
}

/** The password, without the line break at its end. An empty one is none: servers take it for an anonymous sign-in. */
export async function readSourcePassword(place: PasswordPlace, surroundings: Surroundings): Promise<Done<string>> {
  const where = 'env' in place ? `the variable ${place.env}` : resolve(surroundings.folder, place.file)
  const text = 'env' in place ? surroundings.env[place.env] : await textOf(where)
  if (text === undefined) return { ok: false, why: `cannot read the password: ${where}` }
  const value = text.replace(/\r?\n$/, '')
  return value === '' ? { ok: false, why: `the password is empty: ${where}` } : { ok: true, value }
}

/** Certificates to trust, or undefined for the system's. */
export async function readCa(name: string | undefined, surroundings: Surroundings): Promise<Done<string | undefined>> {
  if (name === undefined) return { ok: true, value: undefined }
  const path = resolve(surroundings.folder, name)
  const value = await textOf(path)
  return value?.includes('-----BEGIN CERTIFICATE-----')
    ? { ok: true, value }
    : { ok: false, why: `cannot read certificates from ${path}` }
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
