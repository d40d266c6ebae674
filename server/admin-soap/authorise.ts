/** Who calls: the token in `Authorization: Bearer`, and how often somebody may guess one. */
import { addressLimit, countAttempt, noAttempts } from '../accounts/attempt-limit.ts'
import { findToken, type TokenHolder } from '../administration/tokens.ts'
import type { AdminService } from './dispatch.ts'
import { type Answer, failed } from './faults.ts'

/** Longer than any token. */
const maxHeader = 200

/** Whatever is wrong with a token, the answer is the same. */
export async function authorise(
  { store, clock }: Pick<AdminService, 'store' | 'clock'>,
  { header = '', ip }: { readonly header: string | undefined; readonly ip: string },
): Promise<Answer<TokenHolder>> {
  const now = clock.now()
  const key = `token:${ip}`
  // Only failed tries are counted: a good token is never slowed by its own calls.
  const tries = (await store.access.attempts(key)) ?? noAttempts(key)
  if (tries.until > now) return failed('RateLimited', { retryAfter: tries.until - now })
  // A long one is not looked at: the header is a stranger's, and of whatever it names the hash is computed.
  const [, token] = header.length > maxHeader ? [] : (/^Bearer ([\w-]+)$/i.exec(header) ?? [])
  const holder = token === undefined ? undefined : await findToken(store, token, now)
  if (holder) return { ok: true, value: holder }
  await store.transaction(async ({ access }) => {
    const counted = countAttempt(addressLimit, (await access.attempts(key)) ?? noAttempts(key), now)
    if (counted.allowed) await access.setAttempts(counted.row)
  })
  return failed('Unauthorised', {})
}
