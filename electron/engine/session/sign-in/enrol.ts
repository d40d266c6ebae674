/** Signing in as a new device: first the server's word, then the first byte on this disk. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { newRecord } from '../../account/account-login.ts'
import { createAccountStore, storedAccount, vaultDependencies } from '../../account/account-store.ts'
import { setAside } from '../../keys/account-place.ts'
import { createIdentity } from '../../keys/identity.ts'
import { canCreateVault, makeKeys } from '../../keys/vault.ts'
import { openAccount, openLink } from '../opening/open-account.ts'
import type { Stage } from '../stage/stage.ts'
import { type Attempt, type SignedIn, signedIn } from './attempt.ts'

/**
 * Logs in with new keys and makes their store; what lies at its place is put aside, not destroyed. Failures: those of
 * the vault, of a login, and untrustedServer. On failure nothing was written, unless the store itself failed.
 */
export async function enrol(
  stage: Stage,
  { input, target, place }: Attempt,
): Promise<Result<SignedIn, OpeningFailure>> {
  const { ports } = stage
  const dependencies = vaultDependencies(ports, place)
  // Asked first: a device that the server knows but that can't keep its keys would be lost, and so would its code.
  const possible = await canCreateVault(dependencies, input.passphrase)
  if (!possible.ok) return possible
  const keys = makeKeys(dependencies)
  const identity = createIdentity(keys, ports.clock.now)
  const link = openLink(stage, target, identity)
  // The one-time secret of the enrolment code; the server takes it for this device alone.
  const { code } = target
  const { user, password } = input
  const answer = await link.login({ user, password, ...(code === undefined ? {} : { code }) })
  const manifest = identity.manifest()
  if ((!answer.ok && answer.failure.kind !== 'devicePending') || !manifest) {
    link.close()
    return answer.ok ? fail('untrustedServer') : { ok: false, failure: answer.failure }
  }
  // Only after the server's word: a mistyped password must not push the old store aside.
  if (storedAccount(place) !== 'none') setAside(place)
  const store = await createAccountStore(ports, place, { keys, passphrase: input.passphrase })
  if (!store.ok) {
    link.close()
    return store
  }
  store.value.account.write(newRecord(target, input, { manifest, seq: identity.seq() }))
  const opened = await openAccount(stage, { store: store.value, identity, link })
  if (!answer.ok) return signedIn(opened, answer, password)
  const taken = opened.runtime.takeAnswer(answer.value, password)
  if (!taken.ok) return taken
  await opened.runtime.keepPassword(password)
  return ok({ opened, step: 'active' })
}
