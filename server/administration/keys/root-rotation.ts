/** The root keys: leaving the machine (as the policy key may), and being replaced by n new ones of which k must sign (protocol.md 3.1). */
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import type { Manifest } from '../../../shared/whitelist/manifest.ts'
import { codeOf } from '../../ground/durable-file.ts'
import { randomBytes } from '../../ground/primitives.ts'
import type { Done } from '../../ground/refusals.ts'
import { pairOf, readKeys, settleKeys } from '../../keys/key-files.ts'
import { type ManifestStep, newestManifest, stepManifest } from '../../keys/manifests.ts'
import { inUse } from '../../keys/policy-key.ts'
import { openRootFile, type PortableKey, writeRootFile } from '../../keys/root-file.ts'
import type { Context } from '../../settings/context.ts'
import { openRoots, type RootFile } from './root-keys.ts'

/** Called after each step that leaves something behind, so that a test can end the process there. */
type Passed = (step: 'written' | 'stored' | 'settled') => void

/** Writes the key of the data folder to a file and, once that has been read back, removes it from the folder. */
export async function exportKey(
  { folder, store }: Context,
  { file, passphrase, name = 'root' }: RootFile & { readonly name?: PortableKey },
  passed: Passed = () => undefined,
): Promise<Done> {
  const { m } = await newestManifest(store)
  const listed = name === 'root' ? m.rk : m.pk
  const key = inUse(await readKeys(folder, name), listed)
  if (key) {
    const written = await tryWrite({ file, passphrase }, key, name)
    if (!written.ok) return written
  } else {
    // Cut off after the removal: the file tells whether the work is done.
    const opened = await openRootFile(file, passphrase, name)
    const isOurs = opened.ok && listed.includes(toBase64(opened.value.public))
    if (!isOurs) return { ok: false, why: `the ${name} key is not in the data folder` }
  }
  passed('written')
  // Only now, when the file has been read back: until here a cut leaves the key in both places and never in none.
  await settleKeys(folder, name, [])
  passed('settled')
  return { ok: true, value: undefined }
}

type RootRotation = {
  /** Where the new keys go: one file each. */
  readonly to: readonly RootFile[]
  /** How many of them must sign. */
  readonly threshold: number
  /** Files of the old ones, as far as they are not in the folder. */
  readonly from: readonly RootFile[]
  /** What belongs to the same transaction as the new manifest. */
  readonly also?: ManifestStep['also']
}

/** New root keys, each in a file of its own; the old ones of the folder are destroyed when the manifest has moved. */
export async function rotateRoots(
  context: Context,
  { to, threshold, from, also }: RootRotation,
  passed: Passed = () => undefined,
): Promise<Done<Manifest>> {
  if (threshold < 1 || threshold > to.length)
    return { ok: false, why: `of ${to.length} root keys between 1 and ${to.length} must sign` }
  // Every new key is in its file before the manifest names it: a manifest whose keys nobody has could not be
  // replaced.
  const made: KeyPair[] = []
  for (const place of to) {
    const key = await bring(place)
    if (!key.ok) return key
    made.push(key.value)
    passed('written')
  }
  const rk = made.map((key) => toBase64(key.public)).toSorted()
  if (new Set(rk).size < rk.length) return { ok: false, why: 'two of the files hold the same key' }
  // Cut off after the manifest moved: the old keys are none any more, and nothing is left to sign.
  const isDone = isSame((await newestManifest(context.store)).m, rk, threshold)
  const old: Done<readonly KeyPair[]> = isDone ? { ok: true, value: [] } : await openRoots(context, from)
  if (!old.ok) return old
  const stepped = await stepManifest(context, {
    // Enough of the old ones and enough of the new (protocol.md 3.1): the latter shows that the custodians' files
    // open.
    roots: [...old.value, ...made],
    change: (current) => (isSame(current, rk, threshold) ? undefined : { rk, k: threshold }),
    ...(also ? { also } : {}),
  })
  if (!stepped.ok) return stepped
  passed('stored')
  await settleKeys(context.folder, 'root', stepped.value.rk)
  passed('settled')
  return stepped
}

function isSame(current: Manifest, rk: readonly string[], k: number): boolean {
  return current.k === k && current.rk.toSorted().join() === rk.join()
}

/** A new key in its file; the one that is there where a run was cut off. */
async function bring(place: RootFile): Promise<Done<KeyPair>> {
  const there = await openRootFile(place.file, place.passphrase)
  if (there.ok) return there
  const key = pairOf('root', randomBytes(32))
  const written = await tryWrite(place, key)
  // Another file of that name, or one that this passphrase does not open: its own words are the better ones.
  if (!written.ok) return written
  return { ok: true, value: key }
}

async function tryWrite({ file, passphrase }: RootFile, key: KeyPair, name: PortableKey = 'root'): Promise<Done> {
  try {
    return await writeRootFile({ file, passphrase }, key, name)
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return { ok: false, why: `cannot write ${file} (${code})` }
  }
}
