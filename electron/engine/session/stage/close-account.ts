/** Takes the account off the stage: closed, locked, or left for the sign-in form. */
import type { ClosedFailure } from '../../../../shared/failures.ts'
import type { SessionEvent } from '../session-state.ts'
import type { Opened, Stage } from './stage.ts'

type LockReason = Extract<SessionEvent, { readonly type: 'locked' }>['reason']

/** Ends mail, connection and store of the open account, if there is one; resolves when the store is closed. */
export async function closeAccount(stage: Stage): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  // Off the stage before it is closed: nothing that runs meanwhile may use a store that is about to be gone.
  stage.setOpened(undefined)
  // Mail before the store: a message that is being stored is still written. What fails in one step must not keep the
  // next from its work: a store that was to be closed would stay open.
  await ended(stage, 'mail', async () => opened.mail?.service.stop())
  await ended(stage, 'account', opened.runtime.close)
}

/** One step of closing; its failure is for the log alone. */
export async function ended({ ports }: Stage, what: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    ports.log.error('closing', { what, error: error instanceof Error ? error.name : typeof error })
  }
}

/** Shows the lock and closes the account behind it. */
export async function lockAccount(stage: Stage, reason: LockReason): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  showLocked(stage, opened, reason)
  await closeAccount(stage)
}

/** From here on nothing of the account is shown; its store may still be open. */
export function showLocked(stage: Stage, { runtime }: Opened, reason: LockReason): void {
  const { user } = stage.profile.read()
  const secret = runtime.store.vault.protection === 'passphrase' ? 'passphrase' : 'password'
  stage.dispatch({ type: 'locked', secret, reason, user })
}

/** Closes the account and shows the sign-in form, with the failure that led there. */
export async function leaveAccount(stage: Stage, cause?: ClosedFailure): Promise<void> {
  // What the session waited for belongs to the account that is left.
  stage.stopWaiting()
  await closeAccount(stage)
  const { server, user } = stage.profile.read()
  stage.dispatch({ type: 'closed', server, user, ...(cause === undefined ? {} : { cause }) })
}
