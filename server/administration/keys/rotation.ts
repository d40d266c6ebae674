/**
 * Rotation of P, F, S and G (protocol.md 1, 3.1, 9). The manifest is the switch: the new key lies beside the old one before
 * it, and is in use from that transaction on. Every step may be repeated: the same command completes what was cut off.
 */
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import { signCommand } from '../../../shared/whitelist/command.ts'
import type { Manifest } from '../../../shared/whitelist/manifest.ts'
import { primitives } from '../../ground/primitives.ts'
import type { Done } from '../../ground/refusals.ts'
import { type KeyName, nextKey, settleKeys } from '../../keys/key-files.ts'
import { type ManifestStep, roleOf, stepManifest } from '../../keys/manifests.ts'
import { policyKeyOf } from '../../keys/policy-key.ts'
import { createListEditor } from '../../lists/editor.ts'
import { signerOf } from '../../lists/issue.ts'
import type { Context } from '../../settings/context.ts'
import type { Store } from '../../store/store.ts'
import { commandOf } from '../devices/device-moves.ts'

/** Keys that are replaced by one step; the root keys have a way of their own (root-rotation.ts). */
export type Rotating = Exclude<KeyName, 'root'>

type Rotation = {
  readonly name: Rotating
  /** Nobody may trust the old key from now on; of the policy key, no list that it signed either. */
  readonly stolen: boolean
  readonly roots: readonly KeyPair[]
  /** What belongs to the same transaction as the new manifest. */
  readonly also?: ManifestStep['also']
}

/** Called after each step that leaves something behind, so that a test can end the process there. */
type Passed = (step: 'made' | 'stored' | 'settled') => void

/**
 * Brings in the next key. `stolen`: the old one is not listed any more, and for P a new epoch begins. `passed` is
 * told of each step, for tests that break off there.
 */
export async function rotateKey(
  context: Context,
  { name, stolen, roots, also }: Rotation,
  passed: Passed = () => undefined,
): Promise<Done<Manifest>> {
  const next = await nextKey(context.folder, name)
  passed('made')
  const role = roleOf[name]
  const text = toBase64(next.public)
  const stepped = await stepManifest(context, {
    roots,
    change: (current) => {
      // In already: the run before this one was cut off after the manifest, and only the files are to be settled.
      const isIn = current[role].includes(text)
      if (isIn && !(stolen && current[role].length > 1)) return undefined
      const keys = stolen ? [text] : withNext(name, current[role], text)
      return { [role]: keys, ...(name === 'policy' && stolen ? { ep: current.ep + 1 } : {}) }
    },
    also: async (inside, manifest) => {
      // In the manifest's transaction: clients never see a manifest whose policy key has signed no list.
      if (name === 'policy') await signAnew(context, inside, { manifest, key: next })
      await also?.(inside, manifest)
    },
  })
  if (!stepped.ok) return stepped
  passed('stored')
  // Files follow the manifest, never the other way: a secret is destroyed when nothing needs it any more.
  await settleKeys(context.folder, name, secretsToKeep(name, stepped.value))
  passed('settled')
  return stepped
}

/** Takes all but the newest key out of the manifest, then their secrets from the disk. */
export async function retireKeys(
  context: Context,
  { name, roots, also }: Omit<Rotation, 'stolen'>,
  passed: Passed = () => undefined,
): Promise<Done<Manifest>> {
  const role = roleOf[name]
  const stepped = await stepManifest(context, {
    roots,
    change: (current) => (current[role].length > 1 ? { [role]: [newestOf(name, current[role])] } : undefined),
    ...(also ? { also } : {}),
  })
  if (!stepped.ok) return stepped
  passed('stored')
  await settleKeys(context.folder, name, secretsToKeep(name, stepped.value))
  passed('settled')
  return stepped
}

/**
 * The same keys in a manifest that lasts longer. `newEpoch`: with every list signed anew, so that devices which took a
 * time of the future begin theirs anew (protocol.md 15). Throws `PolicyKeyAbsent` then where that key is elsewhere.
 */
export function renewManifest(
  context: Context,
  { roots, also, newEpoch = false }: Pick<Rotation, 'roots' | 'also'> & { readonly newEpoch?: boolean },
): Promise<Done<Manifest>> {
  return stepManifest(context, {
    roots,
    change: ({ ep }) => (newEpoch ? { ep: ep + 1 } : {}),
    also: async (inside, manifest) => {
      if (newEpoch) await signAnew(context, inside, { manifest, key: await policyKeyOf(context.folder)(inside) })
      await also?.(inside, manifest)
    },
  })
}

/**
 * The first key listed is in use. A new F, S or P is used at once: with its first answer a client gets the manifest that
 * lists it. G speaks through mail, which may be read before that: the new one is made known, and used when the old one is
 * retired.
 */
function withNext(name: Rotating, listed: readonly string[], next: string): readonly string[] {
  return name === 'gateway' ? [...listed, next] : [next, ...listed]
}

function newestOf(name: Rotating, listed: readonly string[]): string {
  return (name === 'gateway' ? listed.at(-1) : listed[0]) ?? ''
}

/** The old P stays listed for what clients have on the way, but nothing is signed with it any more. */
function secretsToKeep(name: Rotating, manifest: Manifest): readonly string[] {
  return name === 'policy' ? manifest.pk.slice(0, 1) : manifest[roleOf[name]]
}

type Signed = { readonly manifest: Manifest; readonly key: KeyPair }

/** Outside of no time at all. */
const everyTime = { before: Number.MAX_SAFE_INTEGER, after: Number.MAX_SAFE_INTEGER }

/** Every list and every open command under the new policy key. In a new epoch clients take lists only whole (protocol.md 6, step 10). */
async function signAnew(context: Context, inside: Store, { manifest, key }: Signed): Promise<void> {
  const editor = createListEditor({ ...context, sign: signerOf(policyKeyOf(context.folder)) })
  for (const list of await inside.lists.datedOutside(everyTime)) {
    await editor.renew(inside, list, manifest.ep)
  }
  for (const row of await inside.devices.openCommands()) {
    await inside.devices.signCommand(row.id, signCommand(primitives, commandOf(row.bytes), key.secret).s)
  }
}

/** Fingerprint bytes of a key in a manifest. */
export function keyBytes(text: string): Uint8Array {
  return fromBase64(text, 32) ?? new Uint8Array(32)
}
