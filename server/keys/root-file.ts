/** A root key, or the policy key, off the machine: a file that a passphrase opens (Argon2id, secretbox), or the plain file that `init` made. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { jsonOf } from '../../shared/json.ts'
import { fromBase64, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import { writeOnce } from '../ground/durable-file.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { Done } from '../ground/refusals.ts'
import { pairOf } from './key-files.ts'
import { stretchPassphrase, stretchSchema } from './stretch.ts'

/** Keys that may leave the machine. */
export type PortableKey = 'root' | 'policy'

const fileSchema = z.strictObject({
  kind: z.enum(['kith root key', 'kith policy key']),
  format: z.literal(1),
  /** So that custodians know which one they hold. */
  public: z.string(),
  stretch: stretchSchema,
  nonce: z.string(),
  box: z.string(),
})

/** A file that decides over the organisation and may be copied: longer than an account's password. */
const minPassphraseLength = 12
const nonceBytes = 24
/** More is no key file. */
const maxFileLength = 10_000

/**
 * Writes the key and reads it back. A file that is there already is never replaced: it counts where this passphrase opens
 * it and it holds this key, so that a run that was cut off may be repeated.
 */
export async function writeRootFile(
  { file, passphrase }: { readonly file: string; readonly passphrase: string },
  key: KeyPair,
  name: PortableKey = 'root',
): Promise<Done> {
  if (passphrase.length < minPassphraseLength)
    return { ok: false, why: `a passphrase needs at least ${minPassphraseLength} characters` }
  // Argon2id with 64 MiB and 3 passes: guessing costs whoever has a copy of the file as much for each try.
  const stretch = { salt: toBase64(randomBytes(16)), memory: 65_536, passes: 3 }
  const kek = await stretchPassphrase(passphrase, stretch)
  const nonce = randomBytes(nonceBytes)
  const sealed = {
    kind: `kith ${name} key`,
    format: 1,
    public: toBase64(key.public),
    stretch,
    nonce: toBase64(nonce),
    box: toBase64(primitives.secretbox(key.secret, nonce, kek)),
  }
  await writeOnce(file, `${JSON.stringify(sealed, null, 2)}\n`)
  // What was just written is opened before anybody removes the original: a file that cannot be opened loses the
  // organisation.
  const read = await openRootFile(file, passphrase, name)
  if (!read.ok) return read
  const isSame = toBase64(read.value.public) === toBase64(key.public)
  return isSame ? { ok: true, value: undefined } : { ok: false, why: `${file} is there already and holds another key` }
}

/** Whether a passphrase is needed to open the file. */
export async function isProtected(file: string): Promise<boolean> {
  return readText(file).then((text) => !secretOf(text))
}

/** Opens such a file; `why` says whether it cannot be read, is of another kind, or has another passphrase. */
export async function openRootFile(
  file: string,
  passphrase: string,
  name: PortableKey = 'root',
): Promise<Done<KeyPair>> {
  const text = await readText(file)
  if (text === '') return { ok: false, why: `cannot read ${file}` }
  const plain = secretOf(text)
  if (plain) return { ok: true, value: pairOf(name, plain) }
  const parsed = fileSchema.safeParse(jsonOf(text))
  const nonce = parsed.success ? fromBase64(parsed.data.nonce, nonceBytes) : undefined
  const box = parsed.success ? fromBase64(parsed.data.box) : undefined
  if (!parsed.success || !nonce || !box || parsed.data.kind !== `kith ${name} key`)
    return { ok: false, why: `${file} is not a ${name} key file, or is damaged` }
  const secret = primitives.openSecretbox(box, nonce, await stretchPassphrase(passphrase, parsed.data.stretch))
  if (secret?.length !== 32) return { ok: false, why: `${file} does not open with this passphrase` }
  return { ok: true, value: pairOf(name, secret) }
}

async function readText(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.length > maxFileLength ? '' : text
}

function secretOf(text: string): Uint8Array | undefined {
  return fromBase64(text.trim(), 32)
}
