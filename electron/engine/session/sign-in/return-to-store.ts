/** Signing in where a store of this account lies on the disk: its own pins and keys count, whatever was typed. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { ok, type Result } from '../../../../shared/rpc.ts'
import { type AccountStore, type SealedStore, vaultDependencies } from '../../account/account-store.ts'
import { makeKeys } from '../../keys/vault.ts'
import type { Target } from '../../link/target.ts'
import { openStored } from '../opening/open-account.ts'
import type { Stage } from '../stage/stage.ts'
import { openByLogin } from '../unlock/open-by-login.ts'
import { type Attempt, type SignedIn, signedIn } from './attempt.ts'
import { enrol, logInAs } from './enrol.ts'

/** Logs in to a store that opened. */
export async function returnToOpen(
  stage: Stage,
  attempt: Attempt,
  store: AccountStore,
): Promise<Result<SignedIn, OpeningFailure>> {
  if (!store.account.read()) {
    // The first sign-in here ended between two steps: the keys are there, the record is not. The server may know the
    // device, so it is this one that goes on.
    const close = async (): Promise<void> => store.database.close()
    return logInAs(stage, attempt, { keys: store.vault.keys, settle: () => ok(store), discard: close })
  }
  const { input, target } = attempt
  // Before the account opens: its identity is made of the keys that lie in the vault then.
  renewKeys(stage, store, target)
  const opened = await openStored(stage, store)
  const answer = await opened.runtime.login(input.password, target.code)
  return signedIn(opened, answer, input.password)
}

/**
 * A store that only a login opens. Where the server has no half for it, only an administrator's new code begins anew: the
 * half may come back from a back-up, but what a new device overwrites in the keychain would not.
 */
export async function returnToSealed(
  stage: Stage,
  attempt: Attempt,
  sealed: SealedStore,
): Promise<Result<SignedIn, OpeningFailure>> {
  const { password } = attempt.input
  const { code } = attempt.target
  const opened = await openByLogin(stage, sealed, { password, code })
  if (opened.ok) return ok({ opened: opened.value, step: 'active' })
  const { kind } = opened.failure
  const isLost = kind === 'deviceRevoked' && code !== undefined
  // Signing in again over the shown failure is the user's consent to begin anew.
  const isDamaged = kind === 'storeDamaged' && attempt.shownCause === kind
  return isLost || isDamaged ? enrol(stage, attempt) : opened
}

/**
 * A revoked device never comes back under its name; with a new enrolment code from the administrator it becomes a new
 * device over the same store.
 */
function renewKeys(stage: Stage, store: AccountStore, target: Target): void {
  if (target.code === undefined || store.account.read()?.device !== 'revoked') return
  const { device, dsig, dbox } = makeKeys(vaultDependencies(stage.ports, store.place))
  // The pair that waited belonged to the old device, which the server has revoked.
  const { other: _oldPair, ...kept } = store.vault.keys
  store.vault.replaceKeys({ ...kept, device, dsig, dbox })
  store.list.rename(device)
}
