/** One try to sign in: what was typed, what it means, and how it ended. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { type FailureKind, ok, type Result } from '../../../../shared/rpc.ts'
import type { AccountPlace } from '../../keys/account-place.ts'
import type { Target } from '../../link/target.ts'
import type { Opened } from '../stage/stage.ts'

/** As typed. `server`: an address or an enrolment code. `passphrase`: where no keychain keeps the secrets. */
export type SignInInput = {
  readonly server: string
  readonly user: string
  readonly password: string
  readonly passphrase?: string | undefined
}

/** One try, as far as it is clear before anything is asked. */
export type Attempt = {
  readonly input: SignInInput
  readonly target: Target
  readonly place: AccountPlace
  /** The failure that the form showed when this was typed: signing in again is the user's answer to it. */
  readonly shownCause: FailureKind | undefined
}

/** A sign-in that ended well. `again`: into the account that was open already. */
export type SignedIn = { readonly opened: Opened; readonly step: 'active' | 'pending' | 'again' }

/** What a login's answer makes of the opened account; a device that must wait keeps the password, to ask again. */
export function signedIn(
  opened: Opened,
  answer: Result<unknown, OpeningFailure>,
  password: string,
): Result<SignedIn, OpeningFailure> {
  if (answer.ok) return ok({ opened, step: 'active' })
  if (answer.failure.kind !== 'devicePending') return { ok: false, failure: answer.failure }
  // Kept although the login failed: while the device waits for approval it asks again by itself.
  opened.runtime.store.account.change({ password })
  return ok({ opened, step: 'pending' })
}
