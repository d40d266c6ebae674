/**
 * The session's verbs, one at a time. Read `session-state.ts` first; each verb's story lies in a folder of its own:
 * `sign-in/` (in and out), `unlock/` (start, lock, unlock), `commands/` (what the administrator signed). `opening/` brings
 * an account onto the `stage/` that all of them act on.
 */

import type { ClosedFailure, OpeningFailure } from '../../../shared/failures.ts'
import { type FailureKind, ok, type Result } from '../../../shared/rpc.ts'
import type { Protection, Session } from '../../../shared/session.ts'
import { storedAccount } from '../account/account-store.ts'
import { whyClosed } from './session-state.ts'
import type { SignInInput } from './sign-in/attempt.ts'
import { signIn } from './sign-in/sign-in.ts'
import { signOut } from './sign-in/sign-out.ts'
import { takeMailPassword } from './stage/account-mail.ts'
import { closeAccount } from './stage/close-account.ts'
import { tellStanding } from './stage/show-account.ts'
import { namedPlace, type Opened, type Stage } from './stage/stage.ts'
import { start } from './unlock/start.ts'
import { createUnlockThrottle } from './unlock/unlock-throttle.ts'
import { lock, unlock } from './unlock/unlock.ts'

/** The session as the handlers use it. The verbs answer with the session as it is then, or with why they failed. */
export type SessionService = {
  readonly state: () => Session
  /** The account, when its data may be shown. */
  readonly open: () => Opened | undefined
  readonly whyClosed: () => ClosedFailure
  readonly signIn: (input: SignInInput) => Promise<Result<Session, OpeningFailure>>
  readonly signOut: () => Promise<Result<Session, never>>
  readonly lock: () => Promise<Result<Session, ClosedFailure>>
  readonly unlock: (secret: string) => Promise<Result<Session, OpeningFailure>>
  readonly mailPassword: (password: string) => Promise<Result<Session, ClosedFailure>>
  readonly protection: () => Promise<Result<Protection, never>>
  /** Asks again what the account may administer. */
  readonly tellStanding: () => void
  /** Brings the profile up as it was left. */
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The session on a stage; nothing happens before `start`. */
export function createSession(stage: Stage): SessionService {
  const throttle = createUnlockThrottle(stage.ports.clock)
  // The state is read when the verb has ended, inside its turn: a later verb can't have changed it yet.
  const verb = <K extends FailureKind>(act: () => Promise<Result<undefined, K>>): Promise<Result<Session, K>> =>
    stage.inTurn(async () => {
      const result = await act()
      return result.ok ? ok(stage.session()) : result
    })
  return {
    state: stage.session,
    // The store may be open behind a lock or a wait for approval: then nothing may be read of it.
    open: () => (stage.state().step === 'ready' ? stage.opened() : undefined),
    whyClosed: () => whyClosed(stage.state()),
    signIn: (input) => verb(() => signIn(stage, input)),
    signOut: () =>
      verb(async () => {
        await signOut(stage)
        return ok(undefined)
      }),
    lock: () => verb(() => lock(stage)),
    unlock: (secret) => verb(() => unlock(stage, throttle, secret)),
    mailPassword: (password) => verb(() => takeMailPassword(stage, password)),
    tellStanding: () => stage.queue(() => tellStanding(stage)),
    protection: async () => ok(await protectionOf(stage)),
    start: () => stage.inTurn(() => start(stage)),
    close: () =>
      stage.inTurn(async () => {
        // A timer that fired later would queue a verb for a session that is gone.
        stage.stopWaiting()
        await closeAccount(stage)
      }),
  }
}

/** How secrets are kept for the account in use; before one is open, how they would be. */
async function protectionOf(stage: Stage): Promise<Protection> {
  const keychainAvailable = await stage.ports.secrets.available()
  const opened = stage.opened()
  const place = namedPlace(stage)
  const stored = place ? storedAccount(place) : 'none'
  const kind = opened?.runtime.store.vault.protection ?? (stored === 'keysMissing' ? 'none' : stored)
  return { kind, keychainAvailable }
}
