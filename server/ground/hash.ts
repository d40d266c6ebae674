/** The hash under which random secrets and chained lines are kept. */
import { createHash } from 'node:crypto'

/** The first 32 bytes of SHA-512, in hex. Secrets given to it are random: a fast hash is enough for them. */
export function hashOf(secret: string): string {
  return createHash('sha512').update(secret).digest('hex').slice(0, 64)
}
