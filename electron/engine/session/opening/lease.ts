/**
 * The lease of protocol.md section 9: a store that the server has not confirmed for too long, or that the administrator
 * has locked, is not shown again before a fresh answer. A session that is open meanwhile goes on reading (guard.md O7);
 * what it may still send is the policy's.
 */
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { carryOutUnfinished } from '../commands/carry-out.ts'
import { lockReasonOf } from '../session-state.ts'
import { keepLease } from '../stage/account-mail.ts'
import { lockAccount, showLocked } from '../stage/close-account.ts'
import { showAccount } from '../stage/show-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'

/** Whether the store must not be shown before a fresh answer. */
export function isHeld(stage: Stage, opened: Opened): boolean {
  keepLease(opened.runtime, stage.ports.clock.now())
  return heldBy(opened) !== undefined
}

function heldBy({ runtime }: Opened): 'lease' | 'lock' | undefined {
  return runtime.store.account.read()?.held
}

/** An answer may bring commands first; the next one confirms the list. */
const rounds = 2

/**
 * Shows the account; where it is held, only once the server has confirmed its list. Otherwise closes it again behind the
 * lock and says why: the failure of the sync, or `locked`.
 */
export async function showConfirmed(stage: Stage, opened: Opened): Promise<Result<undefined>> {
  const { runtime } = opened
  if (isHeld(stage, opened)) showLocked(stage, opened, lockReasonOf(heldBy(opened)))
  let result: Result<unknown> = ok(undefined)
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
