/**
 * Secret keys of protocol.md 1 as files that only the server's own user may read; one key a file, so that each process
 * loads only its own. `<name>.key` is the first, `<name>.<id>.key` one that a rotation made, and `<name>.next.key` one
 * that no manifest lists yet. Which of them is in use is not told by the files, but by the manifest.
 */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromBase64, toBase64, toHex } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import { taggedHash } from '../../shared/whitelist/bytes/signing.ts'
import { digitsOf } from '../../shared/whitelist/digits.ts'
import { removeRemains, removeSecret, renameDurably, writeOnce } from '../ground/durable-file.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { Folder } from '../settings/folder.ts'

/** `root`: R, to be moved off-line. `policy`: P, never in the SOAP process. `fresh`: F. `server`: S. `gateway`: G. */
export const keyNames = ['root', 'policy', 'fresh', 'server', 'gateway'] as const
/** Which of the organisation's keys it is. */
export type KeyName = (typeof keyNames)[number]

/** The key file is missing or damaged: the process cannot do its work, and the message names the file. */
export class KeyUnreadable extends Error {}

/** Makes all keys; fails where one is already there. */
export async function createKeys(folder: Folder): Promise<void> {
  await mkdir(folder.keys, { recursive: true, mode: 0o700 })
  await chmod(folder.keys, 0o700)
  // `wx` fails where a file is: `init` in a used folder must not replace the keys that clients trust.
  for (const name of keyNames) await writeFile(fileOf(folder, name), newSecret(), { mode: 0o600, flag: 'wx' })
}

/** Reads the first key of this name. Throws `KeyUnreadable`. */
export async function readKey(folder: Folder, name: KeyName): Promise<KeyPair> {
  return readPair(fileOf(folder, name), name)
}

/** Every key of this name that is here, in no order. */
export async function readKeys(folder: Folder, name: KeyName): Promise<readonly KeyPair[]> {
  const files = await filesOf(folder, name)
  return Promise.all(files.map((file) => readPair(file, name)))
}

/** The key that a rotation is about to bring in: made now, or by a run that was cut off. */
export async function nextKey(folder: Folder, name: KeyName): Promise<KeyPair> {
  // A run that was cut off left its key here. It goes on with that one, which a manifest may list already.
  await writeOnce(fileOf(folder, `${name}.next`), newSecret())
  return readPair(fileOf(folder, `${name}.next`), name)
}

/** After the manifest has moved: the next key gets its lasting name, and those that it no longer lists are destroyed. */
export async function settleKeys(folder: Folder, name: KeyName, listed: readonly string[]): Promise<void> {
  const next = fileOf(folder, `${name}.next`)
  for (const file of await filesOf(folder, name)) {
    const { public: key } = await readPair(file, name)
    const isListed = listed.includes(toBase64(key))
    // Listed now, so its name may say which key it is, and the place is free for the next rotation.
    if (isListed && file === next) await renameDurably(file, fileOf(folder, `${name}.${idOf(key)}`))
    else if (!isListed && file !== next) await removeSecret(file)
  }
  // Half-written files of a run that was cut off hold secrets, too.
  await removeRemains(folder.keys)
}

/** The same digits wherever a public key is shown, to compare by telephone. */
export function keyDigits(publicKey: Uint8Array): string {
  return digitsOf(taggedHash(primitives, 'key', publicKey))
}

/** The pair that a secret makes: of S for sealing, of every other key for signing. */
export function pairOf(name: KeyName, secret: Uint8Array): KeyPair {
  const publicKey = name === 'server' ? primitives.boxPublicKey(secret) : primitives.signPublicKey(secret)
  return { public: publicKey, secret }
}

async function readPair(file: string, name: KeyName): Promise<KeyPair> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const secret = fromBase64(text.trim(), 32)
  if (!secret) throw new KeyUnreadable(`the key ${file} is missing or damaged`)
  return pairOf(name, secret)
}

async function filesOf(folder: Folder, name: KeyName): Promise<readonly string[]> {
  const pattern = new RegExp(`^${name}(\\.next|\\.[0-9a-f]{16})?\\.key$`)
  const names = await readdir(folder.keys).catch(() => [])
  return names.filter((file) => pattern.test(file)).map((file) => join(folder.keys, file))
}

function newSecret(): string {
  return `${toBase64(randomBytes(32))}\n`
}

function idOf(publicKey: Uint8Array): string {
  return toHex(taggedHash(primitives, 'key', publicKey)).slice(0, 16)
}

function fileOf(folder: Folder, name: string): string {
  return join(folder.keys, `${name}.key`)
}
