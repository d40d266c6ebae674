/**
 * The file of what was signed, beside the policy key: sealed with a key that only the policy key gives, so that nobody else
 * reads or makes one. It holds every list's entries, each entry once.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { concat, fromBase64, fromUtf8, toBase64, utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { count, hash, name } from '../../shared/whitelist/bytes/schemas.ts'
import { policySchema } from '../../shared/whitelist/head.ts'
import { codeOf, writeDurably } from '../ground/durable-file.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { Done } from '../ground/refusals.ts'
import { type Pool, pack, unpack } from './bundle.ts'
import type { SignedList, SignedLists } from './signed-lists.ts'

/** What the file says, once it is opened. */
export type Signed = {
  /** The organisation that this key signs for; undefined before the first signature. */
  readonly org: string | undefined
  readonly lists: SignedLists
}

/** Where the file lies for a policy key's file. */
export function signedFileOf(policyKeyFile: string): string {
  return `${policyKeyFile}.signed`
}

const fileSchema = z.strictObject({
  format: z.literal(1),
  org: name,
  lists: z.array(
    z.strictObject({
      usr: name,
      lst: name,
      ep: count,
      ver: count,
      acc: hash,
      pol: policySchema,
      isTaken: z.boolean(),
    }),
  ),
  /** A bundle with as many lists, in the same order. */
  entries: z.base64(),
})

const nonceBytes = 24
/** Bytes that the file may expand to: nothing that is read here expands without an end. */
const maxBytes = 512 * 1024 * 1024

/** A file that is not there is one in which nothing is signed yet; one that does not open is for a person to look at. */
export async function readSigned(file: string, secret: Uint8Array, pool: Pool): Promise<Done<Signed>> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (!bytes) return { ok: true, value: { org: undefined, lists: new Map() } }
  const sealed = new Uint8Array(bytes)
  const plain = primitives.openSecretbox(sealed.subarray(nonceBytes), sealed.subarray(0, nonceBytes), sealKey(secret))
  const text = plain && primitives.expand(plain, maxBytes)
  const parsed = fileSchema.safeParse(jsonOf((text && fromUtf8(text)) ?? ''))
  const unpacked = parsed.success ? unpack(fromBase64(parsed.data.entries) ?? new Uint8Array(), pool) : undefined
  if (!parsed.success || unpacked?.length !== parsed.data.lists.length)
    return { ok: false, why: `${file} is damaged or of another key: move it away, and every list is shown whole again` }
  const lists = new Map<string, SignedList[]>()
  for (const [at, row] of parsed.data.lists.entries()) {
    const { usr: user, lst: list, ep: epoch, ver: version, acc, pol: policy, isTaken } = row
    const one = { list, epoch, version, acc, policy, entries: unpacked[at]?.put ?? [], isTaken }
    lists.set(user, [...(lists.get(user) ?? []), one])
  }
  return { ok: true, value: { org: parsed.data.org, lists } }
}

/** Replaces the file. `secret`: of the policy key. */
export async function writeSigned(file: string, secret: Uint8Array, { org, lists }: Signed): Promise<void> {
  const entries = toBase64(pack(texts([...lists.values()].flat())))
  const told = [...lists].flatMap(([user, versions]) => versions.map((one) => rowOf(user, one)))
  const plain = primitives.compress(utf8(JSON.stringify({ format: 1, org, lists: told, entries })))
  const nonce = randomBytes(nonceBytes)
  // Whole or not at all: a file that is cut off would make every list a stranger.
  await writeDurably(file, concat(nonce, primitives.secretbox(plain, nonce, sealKey(secret))))
}

/** A list as the file names it. */
function rowOf(user: string, { list, epoch, version, acc, policy, isTaken }: SignedList) {
  return { usr: user, lst: list, ep: epoch, ver: version, acc, pol: policy, isTaken }
}

/** One after the other: all at once would be as many texts as all lists have entries. */
function* texts(lists: readonly SignedList[]) {
  for (const { entries } of lists) yield { gone: [], put: entries.map(({ text }) => text) }
}

/**
 * Made from the policy key, so there is no second secret to keep; the prefix keeps it apart from every other use of
 * that key.
 */
function sealKey(secret: Uint8Array): Uint8Array {
  return primitives.hash32(concat(utf8('kith signed lists 1\n'), secret))
}
