/** Passwords as administrators give them: what may be one, and what ends with the old one. */

import { hashPassword, maxPasswordLength, minPasswordLength } from '../accounts/passwords.ts'
import type { Clock } from '../ground/clock.ts'
import { type Done, type Refusal, refusal } from '../ground/refusals.ts'
import { nudge } from '../lists/nudge.ts'
import type { Store } from '../store/store.ts'
import { faultOfReason, type Note } from './audit.ts'

type Noting = { readonly store: Store; readonly clock: Clock; readonly note: Note }
type NewPassword = { readonly id: string; readonly password: string; readonly why: string }

/** Gives a user a password: sessions end, and tries that failed are forgotten. */
export async function setPassword(dependencies: Noting, { id, password, why }: NewPassword): Promise<Done> {
  const read = await readPassword(password)
  if (!read.ok) return read
  return changeUser(dependencies, { id, why }, async (inside) => {
    await inside.users.setPassword(id, read.value)
    await inside.access.clearAttemptsOf(id)
    await dependencies.note(inside, { op: 'user.password', target: id, why })
  })
}

const done = { ok: true, value: undefined } as const

/** Its hash, or why it cannot be a password. */
export async function readPassword(password: string): Promise<Done<string>> {
  return faultOfPassword(password) ?? { ok: true, value: await hashPassword(password) }
}

/** Why it cannot be a password; undefined where it can. */
export function faultOfPassword(password: string): Refusal | undefined {
  if (password.length < minPasswordLength) return refusal('passwordShort', `${minPasswordLength}`)
  return password.length > maxPasswordLength ? refusal('passwordLong', `${maxPasswordLength}`) : undefined
}

/** A change after which nobody may go on in an old session: they end, and connected clients notice at once. */
function changeUser(
  dependencies: Noting,
  { id, why }: { readonly id: string; readonly why: string },
  work: (inside: Store) => Promise<void>,
): Promise<Done> {
  return dependencies.store.transaction(async (inside) => {
    if (!(await inside.users.get(id))) return refusal('unknownUser', id)
    const unreasoned = await faultOfReason(inside, why)
    if (unreasoned) return unreasoned
    await work(inside)
    await inside.sessions.removeOf(id)
    await nudge(inside, id, dependencies.clock.now())
    return done
  })
}
