/** Who calls: the token in `Authorization`, and how often somebody may guess one. */
import { addressLimit, attemptsLock, countAttempt, noAttempts, waitOf } from '../accounts/attempt-limit.ts'
import { isProven, networkPlace, remember } from '../accounts/proven.ts'
import { findToken, type TokenHolder } from '../administration/tokens.ts'
import { networkOf } from '../ground/network.ts'
import type { AdminService } from './dispatch.ts'
import { type Answer, failed } from './faults.ts'

/** Longer than any token. */
const maxHeader = 200

/** As a bearer's, or as the password of anybody: many toolkits know no other way. */
function tokenIn(header: string): string | undefined {
  const [, basic] = /^Basic ([\w+/]+=*)$/i.exec(header) ?? []
  if (basic === undefined) return /^Bearer ([\w-]+)$/i.exec(header)?.[1]
  return /^[^:]*:([\w-]+)$/.exec(Buffer.from(basic, 'base64').toString('latin1'))?.[1]
}

/** Whatever is wrong with a token, the answer is the same. */
export async function authorise(
  { store, clock }: Pick<AdminService, 'store' | 'clock'>,
  { header = '', ip }: { readonly header: string | undefined; readonly ip: string },
): Promise<Answer<TokenHolder>> {
  const now = clock.now()
  // A long one is not looked at: the header is a stranger's, and of whatever it names the hash is computed.
  const token = header.length > maxHeader ? undefined : tokenIn(header)
  const holder = token === undefined ? undefined : await findToken(store, token, now)
  const network = networkOf(ip)
  const key = `token:${network}`
  const at = { who: `token ${holder?.name ?? ''}`, place: networkPlace(network), now }
  // Where the token was used before, nobody else's guesses stop it.
  if (holder && (await isProven(store, at))) return { ok: true, value: holder }
  // Only failed tries are counted: a good token is never slowed by its own calls.
  const tries = (await store.access.attempts(key)) ?? noAttempts(key)
  const wait = waitOf(addressLimit, tries, now)
  if (wait > 0) return failed('RateLimited', { retryAfter: wait })
  if (holder) {
    await remember(store, at)
    return { ok: true, value: holder }
  }
  await store.transaction(async ({ access }) => {
    const counted = countAttempt(addressLimit, (await access.attempts(key)) ?? noAttempts(key), now)
    if (counted.allowed) await access.setAttempts(counted.row)
  }, attemptsLock)
  return failed('Unauthorised', {})
}
