/** Recovery codes: each opens the administration once where the authenticator is not at hand. */
import { hashOf } from '../ground/hash.ts'
import { madeUp, madeUpTyped } from '../ground/made-up.ts'
import type { Store } from '../store/store.ts'

/** How many are made at once. */
const howMany = 10

/** New ones in place of those that were there; only their hashes are kept. In the transaction under way. */
export async function makeRecoveryCodes(inside: Store, user: string, now: number): Promise<readonly string[]> {
  const codes = Array.from({ length: howMany }, madeUp)
  const rows = codes.map((code) => ({ hash: hashFor(user, madeUpTyped(code) ?? ''), user, at: now }))
  await inside.administration.setRecoveries(user, rows)
  return codes
}

/** Whether what was typed is one that the user has; it counts no more. In the transaction under way. */
export async function spendRecoveryCode(inside: Store, user: string, typed: string): Promise<boolean> {
  const code = madeUpTyped(typed)
  return code !== undefined && (await inside.administration.spendRecovery(user, hashFor(user, code)))
}

/** 79 bits need no slow hash; the login keeps equal hashes of two users apart. */
function hashFor(user: string, code: string): string {
  return hashOf(`recovery ${user} ${code}`)
}
