/** Invitations: a link or picture by which whoever has it asks for its maker as a contact, who has agreed already. */

import { invitationPrefix, readInvitation } from '../../../shared/requests.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { toBase64Url } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Clock } from '../../ground/clock.ts'
import { hashOf } from '../../ground/hash.ts'
import { randomBytes } from '../../ground/primitives.ts'
import type { Store } from '../../store/store.ts'
import type { UserRow } from '../../store/tables.ts'
import { explain } from '../explain.ts'

/** 128 bits. */
const secretBytes = 16
const lifeMs = 7 * 24 * 3_600_000
/** Of one user that can be used at the same time. */
export const maxInvitations = 20

type Invitation = { readonly text: string; readonly expiresAt: number }

/** The secret is in the text only; the store has its hash. */
export async function createInvitation(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  user: string,
): Promise<Result<Invitation, 'rateLimited'>> {
  const now = clock.now()
  const secret = toBase64Url(randomBytes(secretBytes))
  const exp = now + lifeMs
  return store.transaction(async (inside) => {
    // Counted in the transaction that adds one: two calls at once do not pass the limit together.
    if ((await inside.administration.openInvitations(user, now)) >= maxInvitations)
      return fail('rateLimited', { reason: 'open' })
    await inside.administration.addInvitation({ hash: hashOf(secret), user, exp, used_by: '' })
    return ok({ text: invitationPrefix + secret, expiresAt: exp })
  })
}

type Taken = { readonly text: string; readonly user: UserRow; readonly now: number; readonly unicode: boolean }

/** Spends an invitation; its maker. One that is unknown, used or over is told the same; what it would not help keeps it. */
export async function takeInvitation(
  inside: Store,
  { text, user, now, unicode }: Taken,
): Promise<Result<UserRow, 'refused'>> {
  const secret = readInvitation(text)
  const hash = secret === undefined ? '' : hashOf(secret)
  const row = await inside.administration.invitation(hash)
  const maker = row && (await inside.users.get(row.user))
  const no = fail('refused', { reason: 'invitation' })
  if (!row || maker?.state !== 'active' || row.exp <= now || row.used_by !== '') return no
  if (maker.id === user.id) return fail('refused', { reason: 'self' })
  const seen = await explain(inside, { user: user.id, address: maker.address, now, unicode })
  // Asked before it is spent: it stays good for somebody whom it helps.
  if (seen.ok && seen.value.listed) return fail('refused', { reason: 'listed' })
  return (await inside.administration.spendInvitation(hash, user.id)) ? ok(maker) : no
}
