/** Passwords of accounts and their hashes (Argon2id). */
import { hash, verify } from '@node-rs/argon2'

/** 64 MiB and three passes: 46 ms and a memory price on each guess (RFC 9106 4, second recommendation). */
const options = { memoryCost: 65_536, timeCost: 3, parallelism: 1 }
/**
 * Of the same cost and of a password that nobody knows: what an unknown user's is compared with, so that the answer takes
 * the same time, and what accounts have that nobody signs in to.
 */
export const nobodysHash =
  '$argon2id$v=19$m=65536,t=3,p=1$0hHjdba1bfzK30IrwgQJdQ$dbDXcgTJSQJB+gvvwol9cKTb3qCA/LzwTvsLdb3qnQ4'
/** Hashings at once, 64 MiB each; the others wait in order. */
const atOnce = 4

/** Characters; NIST SP 800-63B asks for eight at least. */
export const minPasswordLength = 8
/** Characters; longer ones are refused before they are hashed, so that nobody makes the server work with megabytes. */
export const maxPasswordLength = 1_000

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}

/** The hash to keep of a password; few are made at a time, since each takes 64 MiB. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), options))
}

/** `stored` undefined: nobody's; takes as long and is false. A damaged hash is false too. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  const right = await inTurn(() => verify(stored ?? nobodysHash, password.normalize('NFC')).catch(() => false))
  return right && stored !== undefined
}
