/** Short texts of an account that must not lie readable on the disk, sealed under a key made from the account's KEK. */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives, Random } from '../../../shared/whitelist/bytes/primitives.ts'

/** A sealed text as it lies on the disk. */
export const sealedTextSchema = z.object({ nonce: z.string(), box: z.string() })
/** A sealed text as it lies on the disk. */
export type SealedText = Readonly<z.infer<typeof sealedTextSchema>>

/** Seals a text. */
export function sealText(
  text: string,
  kek: Uint8Array,
  { primitives, random }: { readonly primitives: Primitives; readonly random: Random },
): SealedText {
  const nonce = random(24)
  return { nonce: toBase64(nonce), box: toBase64(primitives.secretbox(utf8(text), nonce, textKey(kek))) }
}

/** Undefined for what was altered, or sealed under another KEK. */
export function unsealText(
  sealed: SealedText,
  kek: Uint8Array,
  primitives: Pick<Primitives, 'openSecretbox'>,
): string | undefined {
  const nonce = fromBase64(sealed.nonce, 24)
  const box = fromBase64(sealed.box)
  const opened = nonce && box ? primitives.openSecretbox(box, nonce, textKey(kek)) : undefined
  return opened ? fromUtf8(opened) : undefined
}

/** A key of its own: one secret, one purpose. */
function textKey(kek: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', kek).update('kith sealed text').digest())
}
