/**
 * The lease of protocol.md section 9: a store that the server has not confirmed for too long, or that the administrator
 * has locked, is not shown again before a fresh answer. A session that is open meanwhile goes on reading (guard.md O7);
 * what it may still send is the policy's.
 */
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { keepLease } from '../account-mail.ts'
import { lockAccount, showAccount, showLocked } from '../opening.ts'
import type { LockReason } from '../session-state.ts'
import type { Opened, Stage } from '../stage.ts'

/** Whether the store must not be shown before a fresh answer. */
export function isHeld(stage: Stage, { runtime }: Opened): boolean {
  keepLease(runtime, stage.ports.clock.now())
  return runtime.store.account.read()?.held !== undefined
}

/** An administrator's lock is worded as a withdrawn approval: only the server lifts it. */
function heldReason({ runtime }: Opened): LockReason {
  return runtime.store.account.read()?.held === 'lock' ? 'revoked' : 'lease'
}

/** An answer may bring commands first; the next one confirms the list. */
const rounds = 2

/** Shows the account once the server has confirmed its list; else closes it again and says why. */
export async function confirmFirst(
  stage: Stage,
  opened: Opened,
  carryOutUnfinished: () => Promise<void>,
): Promise<Result<undefined>> {
  const { runtime } = opened
  showLocked(stage, opened, heldReason(opened))
  let result: Result<unknown> = ok(undefined)
  for (let round = 0; round < rounds && result.ok && isHeld(stage, opened); round += 1) {
    result = await runtime.sync.sync()
    if (!result.ok && result.failure.kind === 'deviceRevoked') await runtime.askForCommand()
    await carryOutUnfinished()
    // Wiped or locked by a command.
    if (stage.opened() !== opened) return ok(undefined)
  }
  if (!isHeld(stage, opened)) {
    showAccount(stage, opened)
    return ok(undefined)
  }
  await lockAccount(stage, heldReason(opened))
  return result.ok ? fail('locked') : { ok: false, failure: result.failure }
}
