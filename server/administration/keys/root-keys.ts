/** The root keys that sign a manifest: those in the data folder and those in files that custodians brought. */
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import { type Done, refusal } from '../../ground/refusals.ts'
import { readKeys } from '../../keys/key-files.ts'
import { newestManifest } from '../../keys/manifests.ts'
import { openRootFile } from '../../keys/root-file.ts'
import type { Context } from '../../settings/context.ts'

/** A custodian's file and what opens it. */
export type RootFile = { readonly file: string; readonly passphrase: string }

/** Enough root keys for the manifest in force, or what is missing. */
export async function openRoots(
  { store, folder }: Pick<Context, 'store' | 'folder'>,
  files: readonly RootFile[],
): Promise<Done<readonly KeyPair[]>> {
  const { m } = await newestManifest(store)
  const keys = new Map<string, KeyPair>()
  for (const key of await readKeys(folder, 'root')) keys.set(toBase64(key.public), key)
  for (const { file, passphrase } of files) {
    const opened = await openRootFile(file, passphrase)
    if (!opened.ok) return opened
    if (!m.rk.includes(toBase64(opened.value.public)))
      return { ok: false, why: `${file} is not a root key of the manifest in force (version ${m.ver})` }
    keys.set(toBase64(opened.value.public), opened.value)
  }
  // Counted by what the manifest lists: a key that lies in the folder since an earlier rotation signs nothing.
  const listed = m.rk.flatMap((text) => keys.get(text) ?? [])
  if (listed.length >= m.k) return { ok: true, value: listed }
  const missing = m.k - listed.length
  const why =
    m.k === 1
      ? 'the root key is not in the data folder: name its file with --root-key FILE'
      : `${m.k} root keys must sign and ${missing} ${missing === 1 ? 'is' : 'are'} missing: name each one's file with --root-key FILE`
  return refusal('rootElsewhere', '', why)
}
