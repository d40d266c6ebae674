/**
 * A message's signature by whoever answers for its author, `X-Kith-Signature`: an organisation's gateway key, or any
 * other. It proves the author to those whose whitelist names that key (guard.md I2, level `key:<pk>`), without the DNS.
 */
import type { IncomingFacts, ListView } from '../guard.ts'
import { authorOf, type RawMessage } from '../header.ts'
import { encodeCanonical } from './bytes/canonical.ts'
import { fromBase64, toBase64 } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { signAs, verifyAs } from './bytes/signing.ts'
import { foldField, type MessageHashes, messageHashes, messageIdOf } from './verdict.ts'

/** Name of the header field, as it is written. shared/header.ts gives names in lower case. */
export const signatureField = 'X-Kith-Signature'

/** Bytes of an Ed25519 public key, and of a signature. */
const [keyLength, signatureLength] = [32, 64]
/** Characters of a field that is worth reading: 88 of base64, and folds. */
const maxField = 200

/** The level at which a message signed by this key is proven. */
export function keyLevel(publicKey: Uint8Array): string {
  return `key:${toBase64(publicKey)}`
}

type Signed = MessageHashes & {
  /** `messageIdOf` the message. */
  readonly mid: string
  /** The author's address key. */
  readonly from: string
}

/** Makes the whole field. `seed`: of the key that signs. */
export function signatureFor(primitives: Primitives, signed: Signed, seed: Uint8Array): string {
  return `${signatureField}: ${foldField(toBase64(signAs(primitives, 'mail', bytesOf(signed), seed)))}`
}

function bytesOf({ mid, from, hdr, bdy }: Signed): Uint8Array {
  return encodeCanonical({ t: 'mail', mid, from, hdr, bdy })
}

type Reader = { readonly list: ListView | undefined; readonly unicode: boolean }

/**
 * What the message's signature proves to this reader: asked only where the list names a key for the one author that From
 * names. Two signatures are doubt, and prove nothing (F1). `hashes`: those of the message, where they are known already.
 */
export function keySignatureOf(
  primitives: Primitives,
  { list, unicode }: Reader,
  message: RawMessage,
  hashes?: MessageHashes,
): IncomingFacts['keySignature'] {
  const fields = message.fields.filter(({ name }) => name === signatureField.toLowerCase())
  const from = fields.length === 1 && message.fault === undefined ? authorOf(message, unicode)?.address.key : undefined
  const level = from === undefined ? undefined : list?.find(from)?.level
  if (from === undefined || level?.startsWith('key:') !== true) return undefined
  const key = level.slice('key:'.length)
  const publicKey = fromBase64(key, keyLength)
  const value = fields[0]?.value ?? ''
  const signature = value.length > maxField ? undefined : fromBase64(value.replace(/[ \t]+/g, ''), signatureLength)
  // A signature that can't be read is a failed proof, not an absent one.
  if (!publicKey || !signature) return { key, valid: false }
  const bytes = bytesOf({ mid: messageIdOf(message), from, ...(hashes ?? messageHashes(primitives, message)) })
  return { key, valid: verifyAs(primitives, 'mail', { bytes, signature }, [publicKey]) }
}
