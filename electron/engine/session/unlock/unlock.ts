/**
 * Opens the locked store: by the passphrase, or by the account's password in keychain mode; without the server, unless its
 * half is needed.
 */
import type { ClosedFailure, OpeningFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { isOpenStore, openAccountStore, type SealedStore } from '../../account/account-store.ts'
import { checkPassword } from '../../keys/stretch.ts'
import { enter } from '../opening/enter.ts'
import { openStored } from '../opening/open-account.ts'
import { afterFailedUnlock, whyClosed } from '../session-state.ts'
import { lockAccount } from '../stage/close-account.ts'
import { namedPlace, type Opened, type Stage } from '../stage/stage.ts'
import { openByLogin } from './open-by-login.ts'
import type { UnlockThrottle } from './unlock-throttle.ts'

/**
 * By the user: the lock is kept in the profile, so that a restart does not open it. Fails only where nothing is open, not
 * where the disk is full.
 */
export async function lock(stage: Stage): Promise<Result<undefined, ClosedFailure>> {
  if (stage.state().step !== 'ready') return fail(whyClosed(stage.state()))
  stage.profile.setLocked(true)
  await lockAccount(stage, 'user')
  return ok(undefined)
}

/**
 * `secret`: the passphrase or the password, as the lock asks. Failures: badRequest and those of `whyClosed` where
 * nothing is locked, tooManyAttempts, passphraseWrong, authFailed, those of the store and of a login.
 */
export async function unlock(
  stage: Stage,
  throttle: UnlockThrottle,
  secret: string,
): Promise<Result<undefined, OpeningFailure>> {
  const opened = await openLocked(stage, throttle, secret)
  if (!opened.ok) return opened
  // Only now that the store is open: after a wrong guess the app must still start locked.
  stage.profile.setLocked(false)
  return enter(stage, opened.value)
}

async function openLocked(
  stage: Stage,
  throttle: UnlockThrottle,
  secret: string,
): Promise<Result<Opened, OpeningFailure>> {
  const state = stage.state()
  if (state.step !== 'locked') return fail(state.step === 'ready' ? 'badRequest' : whyClosed(state))
  // Before the passphrase is stretched: a guess that is refused costs nothing and tells nothing.
  const admitted = throttle.admit()
  if (!admitted.ok) return admitted
  const place = namedPlace(stage)
  if (!place) return fail('notSignedIn')
  const store = await openAccountStore(stage.ports, place, state.secret === 'passphrase' ? secret : undefined)
  if (!store.ok) {
    if (store.failure.kind === 'passphraseWrong') throttle.wrong()
    return store
  }
  const password = state.secret === 'password' ? secret : undefined
  if (!isOpenStore(store.value)) return openSealed(stage, throttle, store.value, password)
  if (password !== undefined && !(await checkPassword(password, store.value.vault.keys.verifier ?? ''))) {
    store.value.database.close()
    throttle.wrong()
    return fail('authFailed')
  }
  throttle.right()
  return ok(await openStored(stage, store.value))
}

/** The server is the judge of the password here, as the database is still closed. */
async function openSealed(
  stage: Stage,
  throttle: UnlockThrottle,
  sealed: SealedStore,
  password: string | undefined,
): Promise<Result<Opened, OpeningFailure>> {
  const opened = await openByLogin(stage, sealed, { password })
  if (opened.ok) {
    throttle.right()
    return opened
  }
  const { kind } = opened.failure
  if (kind === 'authFailed') throttle.wrong()
  const event = afterFailedUnlock(stage.state(), kind, stage.profile.read())
  if (event) stage.dispatch(event)
  return opened
}
