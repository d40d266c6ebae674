/** Shows an account that the lease or the administrator holds back, once the server has confirmed its list. */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { carryOutUnfinished } from '../commands/carry-out.ts'
import { lockReasonOf } from '../session-state.ts'
import { lockAccount, showLocked } from '../stage/close-account.ts'
import { heldBy, isHeld } from '../stage/lease.ts'
import { showAccount } from '../stage/show-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'

/** An answer may bring commands first; the next one confirms the list. */
const rounds = 2

/**
 * Shows the account; where it is held, only once the server has confirmed its list. Otherwise closes it again behind the
 * lock and says why: the failure of the sync, or `locked`.
 */
export async function showConfirmed(stage: Stage, opened: Opened): Promise<Result<undefined, OpeningFailure>> {
  const { runtime } = opened
  // The lock is on screen before the network is asked: what is held must not show meanwhile.
  if (isHeld(stage, opened)) showLocked(stage, opened, lockReasonOf(heldBy(opened)))
  let result: Result<unknown, OpeningFailure> = ok(undefined)
  for (let round = 0; round < rounds && result.ok && isHeld(stage, opened); round += 1) {
    result = await runtime.sync.sync()
    if (!result.ok && result.failure.kind === 'deviceRevoked') await runtime.askForCommand()
    await carryOutUnfinished(stage, opened, 'all')
    // Wiped or locked by a command.
    if (stage.opened() !== opened) return ok(undefined)
  }
  if (!isHeld(stage, opened)) {
    showAccount(stage, opened)
    return ok(undefined)
  }
  await lockAccount(stage, lockReasonOf(heldBy(opened)))
  return result.ok ? fail('locked') : result
}
