/** Signing out: the password is forgotten, the session at the server ended, the account closed. Its store stays. */
import { type AccountStore, isOpenStore, openAccountStore, type SealedStore } from '../../account/account-store.ts'
import { forgetPassword } from '../../account/store-policy.ts'
import { writeIfPossible } from '../../ground/store-error.ts'
import { ended, leaveAccount } from '../stage/close-account.ts'
import { namedPlace, type Stage } from '../stage/stage.ts'

/** Never fails: what the server does not hear of it, it learns when the session ends by itself. */
export async function signOut(stage: Stage): Promise<void> {
  const opened = stage.opened()
  if (opened) {
    // First, before anything waits for the network: a crash from here on leaves a store that does not log in by itself.
    forget(stage, opened.runtime.store)
    await ended(stage, 'mail', async () => opened.mail?.service.stop())
    await ended(stage, 'session', opened.runtime.logout)
  } else if (stage.state().step === 'locked') {
    await forgetBehindTheLock(stage)
  }
  await leaveAccount(stage)
}

/**
 * Signing out on the lock screen: the password goes from the store, so that the next start can't open it. Where the
 * store does not open, by a passphrase or a keychain that is away, the lock stays for the next start.
 */
async function forgetBehindTheLock(stage: Stage): Promise<void> {
  const place = namedPlace(stage)
  const store = place && (await openAccountStore(stage.ports, place))
  if (!store?.ok) return
  forget(stage, store.value)
  if (isOpenStore(store.value)) store.value.database.close()
}

/** Locked until the password is gone: a disk that does not let go of it leaves the lock for the next start. */
function forget(stage: Stage, store: AccountStore | SealedStore): void {
  stage.profile.setLocked(true)
  if (writeIfPossible(stage.ports.log, 'sign-out', () => forgetPassword(store))) stage.profile.setLocked(false)
}
