/** How a passphrase becomes a key (Argon2id): for key files that leave the machine. */
import { hashRaw } from '@node-rs/argon2'
import { z } from 'zod'

/** Parameters kept beside what they made, so that later versions may raise them; `memory` in kB. Bounded: files are strangers. */
export const stretchSchema = z.strictObject({
  salt: z.base64(),
  memory: z.number().int().min(19_456).max(1_048_576),
  passes: z.number().int().min(2).max(20),
})
type Stretch = z.infer<typeof stretchSchema>

/** 32 bytes that open what a passphrase protects. */
export async function stretchPassphrase(passphrase: string, { salt, memory, passes }: Stretch): Promise<Uint8Array> {
  // NFC: the same passphrase typed on another system may come in other code points.
  const key = await hashRaw(passphrase.normalize('NFC'), {
    salt: Buffer.from(salt, 'base64'),
    memoryCost: memory,
    timeCost: passes,
    parallelism: 1,
    outputLen: 32,
  })
  return new Uint8Array(key)
}
