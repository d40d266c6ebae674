/** Opens the locked store, without the server: by the passphrase, or by the account's password in keychain mode. */
import { fail, type Result } from '../../../shared/rpc.ts'
import { accountPlace } from '../account/account-place.ts'
import { type AccountStore, openAccountStore } from '../account/account-store.ts'
import { checkPassword } from '../keys/stretch.ts'
import { whyClosed } from './session-state.ts'
import type { Stage } from './stage.ts'
import type { UnlockThrottle } from './unlock-throttle.ts'

export async function unlockStore(
  stage: Stage,
  throttle: UnlockThrottle,
  secret: string,
): Promise<Result<AccountStore>> {
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
  if (state.secret === 'password' && !(await checkPassword(secret, store.value.vault.keys.verifier ?? ''))) {
    store.value.database.close()
    throttle.wrong()
    return fail('authFailed')
  }
  throttle.right()
  return store
}
