/** Signing in as a new device: made ready here, then told to the server, then the account's. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { type FailureKind, fail, ok, type Result } from '../../../../shared/rpc.ts'
import { newRecord } from '../../account/account-login.ts'
import { type StagedAccount, stageAccount } from '../../account/staged-account.ts'
import { createIdentity } from '../../keys/identity.ts'
import { openAccount, openLink } from '../opening/open-account.ts'
import type { Stage } from '../stage/stage.ts'
import { type Attempt, type SignedIn, signedIn } from './attempt.ts'

/**
 * Logs in with new keys and makes their store; what lies at its place is put aside, not destroyed. Failures: those of
 * the vault and the store, before the server is asked; those of a login, and untrustedServer. A refusal leaves nothing.
 */
export async function enrol(stage: Stage, attempt: Attempt): Promise<Result<SignedIn, OpeningFailure>> {
  const staged = await stageAccount(stage.ports, attempt.place, attempt.input.passphrase)
  return staged.ok ? logInAs(stage, attempt, staged.value) : staged
}

/** The first login of a device that is ready, or that was cut off before it had a record. */
export async function logInAs(
  stage: Stage,
  { input, target }: Attempt,
  device: StagedAccount,
): Promise<Result<SignedIn, OpeningFailure>> {
  const identity = createIdentity(device.keys, stage.ports.clock.now)
  const link = openLink(stage, target, identity)
  // The one-time secret of the enrolment code; the server takes it for this device alone.
  const { code } = target
  const { user, password } = input
  const answer = await link.login({ user, password, ...(code === undefined ? {} : { code }) })
  const manifest = identity.manifest()
  if ((!answer.ok && answer.failure.kind !== 'devicePending') || !manifest) {
    link.close()
    // Without a manifest the server was never told of the device.
    if (!manifest || answer.ok || !mayKnowDevice(answer.failure.kind)) await device.discard()
    return answer.ok ? fail('untrustedServer') : { ok: false, failure: answer.failure }
  }
  // Only after the server's word: a mistyped password must not push the old store aside.
  const store = device.settle()
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

/** Whether a login that failed so may have reached the server all the same: its answer was lost, or not believed. */
function mayKnowDevice(failure: FailureKind): boolean {
  return failure === 'unreachable' || failure === 'untrustedServer' || failure === 'internal' || failure === 'busy'
}
