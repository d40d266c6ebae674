/** Signing out: the password is forgotten, the session at the server ended, the account closed. Its store stays. */
import { isOpenStore, openAccountStore } from '../../account/account-store.ts'
import { forgetPassword } from '../../account/store-policy.ts'
import { accountPlace } from '../../keys/account-place.ts'
import { leaveAccount } from '../stage/close-account.ts'
import type { Stage } from '../stage/stage.ts'

/** Never fails: what the server does not hear of it, it learns when the session ends by itself. */
export async function signOut(stage: Stage): Promise<void> {
  const opened = stage.opened()
  if (opened) {
    // First, before anything waits for the network: a crash from here on leaves a store that does not log in by itself.
    forgetPassword(opened.runtime.store)
    await opened.mail?.service.stop()
    await opened.runtime.logout()
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
  const { server, user } = stage.profile()
  const store = await openAccountStore(stage.ports, accountPlace(stage.ports.profile, server, user))
  if (!store.ok) return
  forgetPassword(store.value)
  if (isOpenStore(store.value)) store.value.database.close()
  stage.saveProfile({ locked: false })
}
