/** Signing in: to the account that is open, to a store that lies here, or as a new device; then showing the account. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { isOpenStore, mayBeginAnew, openAccountStore, storedAccount } from '../../account/account-store.ts'
import type { Undo } from '../../ground/ports.ts'
import { writeIfPossible } from '../../ground/store-error.ts'
import { accountPlace } from '../../keys/account-place.ts'
import { readTarget } from '../../link/target.ts'
import { awaitApproval } from '../opening/pending.ts'
import { showConfirmed } from '../opening/show-confirmed.ts'
import { afterFailedSignIn, shownCauseOf } from '../session-state.ts'
import { closeAccount } from '../stage/close-account.ts'
import { reconnect } from '../stage/show-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'
import { type Attempt, type SignedIn, type SignInInput, signedIn } from './attempt.ts'
import { enrol } from './enrol.ts'
import { mayMeet } from './may-meet.ts'
import { returnToOpen, returnToSealed } from './return-to-store.ts'

/** The first sign-in waits this long for the first list, in milliseconds: then the window has something to show. */
const firstListLimit = 5_000

/**
 * Signs in and shows the account. Failures: badRequest (the server's field), serverUnconfirmed, those of a login, of the vault and of the
 * store; the account that was open before is then closed, unless it is the same one.
 */
export async function signIn(stage: Stage, input: SignInInput): Promise<Result<undefined, OpeningFailure>> {
  stage.stopWaiting()
  const result = await tryToSignIn(stage, input)
  if (result.ok) return showSignedIn(stage, result.value)
  const opened = stage.opened()
  // A device that waits for its approval goes on waiting.
  if (opened && stage.state().step === 'pending') awaitApproval(stage, opened)
  return result
}

async function tryToSignIn(stage: Stage, input: SignInInput): Promise<Result<SignedIn, OpeningFailure>> {
  const target = readTarget(input.server, stage.ports.provisioned)
  if (!target) return fail('badRequest', { fields: ['server'] })
  const place = accountPlace(stage.ports.profile, target.address.origin, input.user)
  if (!(await mayMeet(stage.ports, target.address, place))) return fail('serverUnconfirmed')
  const attempt = { input, target, place, shownCause: shownCauseOf(stage.state()) }
  const current = stage.opened()
  if (current && current.runtime.store.place.folder === place.folder) return signInAgain(current, attempt)
  // One account at a time: two open stores would announce into one page.
  await closeAccount(stage)
  const result = await signInHere(stage, attempt)
  if (result.ok) {
    const account = { account: place.id, server: target.address.origin, user: input.user }
    // Where it can't be kept now the account is open all the same; the next start then shows the form.
    writeIfPossible(stage.ports.log, 'profile', () =>
      stage.profile.save(account, result.value.opened.runtime.store.vault),
    )
    stage.profile.setLocked(false)
    return result
  }
  await closeAccount(stage)
  const { server, user } = stage.profile.read()
  const event = afterFailedSignIn(stage.state(), result.failure.kind, { server, user })
  if (event) stage.dispatch(event)
  return result
}

/** The open account, usually after its password changed: reading goes on whatever the answer is. */
async function signInAgain(opened: Opened, { input, target }: Attempt): Promise<Result<SignedIn, OpeningFailure>> {
  const answer = await opened.runtime.login(input.password, target.code)
  return answer.ok ? ok({ opened, step: 'again' }) : signedIn(opened, answer, input.password)
}

/** By what lies on the disk. */
async function signInHere(stage: Stage, attempt: Attempt): Promise<Result<SignedIn, OpeningFailure>> {
  const { place, input, shownCause } = attempt
  if (storedAccount(place) === 'none') return enrol(stage, attempt)
  const store = await openAccountStore(stage.ports, place, input.passphrase)
  if (!store.ok) {
    const mayEnrol = mayBeginAnew(store.failure.kind, { shownCause, passphrase: input.passphrase })
    return mayEnrol ? enrol(stage, attempt) : store
  }
  return isOpenStore(store.value)
    ? returnToOpen(stage, attempt, store.value)
    : returnToSealed(stage, attempt, store.value)
}

async function showSignedIn(stage: Stage, { opened, step }: SignedIn): Promise<Result<undefined, OpeningFailure>> {
  if (step === 'pending') {
    awaitApproval(stage, opened)
    return ok(undefined)
  }
  if (step === 'again' && stage.state().step === 'ready') await reconnect(stage, opened)
  else {
    const shown = await showConfirmed(stage, opened)
    // The server did not confirm the list, or a command wiped or locked the account.
    if (!shown.ok || stage.opened() !== opened) return shown
  }
  // Best effort: when the list is late, the window shows an empty list and fills it as it comes.
  if (!opened.runtime.keeper.state()?.core) await atMost(stage, firstListLimit, opened.runtime.sync.sync())
  return ok(undefined)
}

/** Waits for the work, but no longer than `limit` milliseconds. */
async function atMost(stage: Stage, limit: number, work: Promise<unknown>): Promise<void> {
  let undo: Undo = () => undefined
  const late = new Promise<void>((resolve) => {
    undo = stage.ports.clock.after(limit, resolve)
  })
  await Promise.race([work, late])
  undo()
}
