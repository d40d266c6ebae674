/** Secret keys of protocol.md 1 as files that only the server's own user may read; one key a file, so that each process loads only its own. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBase64, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import type { Folder } from '../setup/folder.ts'
import { primitives, randomBytes } from './primitives.ts'

/** `root`: R, to be moved off-line. `policy`: P, never in the SOAP process. `fresh`: F. `server`: S. `gateway`: G. */
export const keyNames = ['root', 'policy', 'fresh', 'server', 'gateway'] as const
export type KeyName = (typeof keyNames)[number]

export class KeyUnreadable extends Error {}

/** Makes all keys; fails where one is already there. */
export async function createKeys(folder: Folder): Promise<void> {
  await mkdir(folder.keys, { recursive: true, mode: 0o700 })
  await chmod(folder.keys, 0o700)
  for (const name of keyNames) {
    await writeFile(fileOf(folder, name), `${toBase64(randomBytes(32))}\n`, { mode: 0o600, flag: 'wx' })
  }
}

export async function readKey(folder: Folder, name: KeyName): Promise<KeyPair> {
  const text = await readFile(fileOf(folder, name), 'utf8').catch(() => '')
  const secret = fromBase64(text.trim(), 32)
  if (!secret) throw new KeyUnreadable(`the key ${fileOf(folder, name)} is missing or damaged`)
  const publicKey = name === 'server' ? primitives.boxPublicKey(secret) : primitives.signPublicKey(secret)
  return { public: publicKey, secret }
}

function fileOf(folder: Folder, name: KeyName): string {
  return join(folder.keys, `${name}.key`)
}
