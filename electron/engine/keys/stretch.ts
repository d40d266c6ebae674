/** Argon2id: the only file that knows its library. Turns a passphrase into a key and checks the account password. */
import { hash, hashRaw, verify } from '@node-rs/argon2'
import { z } from 'zod'

/** Parameters kept beside what they made, so that later versions may raise them. `memory` in kB. */
export const stretchSchema = z.object({
  // The lower bounds are the least that OWASP recommends. The upper ones keep an altered file from taking all memory.
  salt: z.base64(),
  memory: z.number().int().min(19_456).max(1_048_576),
  passes: z.number().int().min(2).max(20),
})

/** Salt and cost of one stretched passphrase. */
export type Stretch = z.infer<typeof stretchSchema>

/** 64 MiB and three passes: about 50 ms on a desktop, twice what RFC 9106 section 4 asks of the memory-poor choice. */
const memory = 65_536
const passes = 3

/** A new salt, at today's cost. */
export function newStretch(random: (count: number) => Uint8Array): Stretch {
  return { salt: Buffer.from(random(16)).toString('base64'), memory, passes }
}

/** 32 bytes. The library's default algorithm is Argon2id. */
export async function stretchPassphrase(passphrase: string, stretch: Stretch): Promise<Uint8Array> {
  // NFC: two keyboards may compose the same letter differently, and the key must be the same.
  const key = await hashRaw(passphrase.normalize('NFC'), {
    salt: Buffer.from(stretch.salt, 'base64'),
    memoryCost: stretch.memory,
    timeCost: stretch.passes,
    parallelism: 1,
    outputLen: 32,
  })
  return new Uint8Array(key)
}

/** What `checkPassword` checks against; the password can't be read from it. */
export function passwordVerifier(password: string, random: (count: number) => Uint8Array): Promise<string> {
  return hash(password, { salt: random(16), memoryCost: memory, timeCost: passes, parallelism: 1 })
}

/** False for a verifier that does not parse. */
export async function checkPassword(password: string, verifier: string): Promise<boolean> {
  try {
    return await verify(verifier, password)
  } catch {
    return false
  }
}
