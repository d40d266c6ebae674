/**
 * Opens the locked store: by the passphrase, or by the account's password in keychain mode; without the server, unless its
 * half is needed.
 */
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { isOpenStore, openAccountStore } from '../../account/account-store.ts'
import { accountPlace } from '../../keys/account-place.ts'
import { checkPassword } from '../../keys/stretch.ts'
import { entranceOf, openAccount, type Reactions } from '../opening.ts'
import { whyClosed } from '../session-state.ts'
import type { Opened, Stage } from '../stage.ts'
import { openByLogin, sayWhyLocked } from './online-unlock.ts'
import type { UnlockThrottle } from './unlock-throttle.ts'

export async function unlockStore(
  stage: Stage,
  throttle: UnlockThrottle,
  reactions: Reactions,
  secret: string,
): Promise<Result<Opened>> {
  const state = stage.state()
  if (state.step !== 'locked') return fail(state.step === 'ready' ? 'badRequest' : whyClosed(state))
  const admitted = throttle.admit()
  if (!admitted.ok) return admitted
  const { server, user } = stage.profile()
  const place = accountPlace(stage.ports.profile, server, user)
  const store = await openAccountStore(stage.ports, place, state.secret === 'passphrase' ? secret : undefined)
  if (!store.ok) {
    if (store.failure.kind === 'passphraseWrong') throttle.wrong()
    return store
  }
  if (!isOpenStore(store.value)) {
    const given = state.secret === 'password' ? { password: secret } : {}
    const opened = await openByLogin(stage, reactions, store.value, given)
    if (opened.ok) throttle.right()
    else if (opened.failure.kind === 'authFailed') throttle.wrong()
    if (!opened.ok) sayWhyLocked(stage, opened)
    return opened
  }
  if (state.secret === 'password' && !(await checkPassword(secret, store.value.vault.keys.verifier ?? ''))) {
    store.value.database.close()
    throttle.wrong()
    return fail('authFailed')
  }
  throttle.right()
  return ok(await openAccount(stage, entranceOf(stage, store.value), reactions))
}
