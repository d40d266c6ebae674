/** Passwords of accounts and their hashes (Argon2id). */
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { fewAtATime } from '../ground/few-at-a-time.ts'

/** 64 MiB and three passes: 46 ms and a memory price on each guess (RFC 9106 4, second recommendation). */
const options = { memoryCost: 65_536, timeCost: 3, parallelism: 1 }
/**
 * Of the same cost and of a password that nobody knows: what an unknown user's is compared with, so that the answer takes
 * the same time, and what accounts have that nobody signs in to.
 */
export const nobodysHash =
  '$argon2id$v=19$m=65536,t=3,p=1$0hHjdba1bfzK30IrwgQJdQ$dbDXcgTJSQJB+gvvwol9cKTb3qCA/LzwTvsLdb3qnQ4'
/** Hashings at once, 64 MiB each: more than there are processors would only take memory. */
const atOnce = Math.min(4, availableParallelism())

/** Characters; NIST SP 800-63B asks for eight at least. */
export const minPasswordLength = 8
/** Characters; longer ones are refused before they are hashed, so that nobody makes the server work with megabytes. */
export const maxPasswordLength = 1_000

const inTurn = fewAtATime(atOnce)

/** The hash to keep of a password; few are made at a time, since each takes 64 MiB. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), options), true)
}

/**
 * `stored` undefined: nobody's; takes as long and is false. A damaged hash is false too. `first`: waits before those of
 * whom the server knows nothing.
 */
export async function verifyPassword(stored: string | undefined, password: string, first = false): Promise<boolean> {
  const compare = () => verify(stored ?? nobodysHash, password.normalize('NFC')).catch(() => false)
  return (await inTurn(compare, first)) && stored !== undefined
}
