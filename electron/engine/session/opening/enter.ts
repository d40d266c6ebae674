/**
 * Where a store leads that start or unlock has opened: to the account, to the wait for approval, or to the sign-in
 * form.
 */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { assertNever, ok, type Result } from '../../../../shared/rpc.ts'
import { carryOutUnfinished } from '../commands/carry-out.ts'
import { entryOf } from '../session-state.ts'
import { leaveAccount } from '../stage/close-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'
import { awaitApproval } from './pending.ts'
import { showConfirmed } from './show-confirmed.ts'

/** Fails only where the store stays locked because the server did not confirm its list (show-confirmed.ts). */
export async function enter(stage: Stage, opened: Opened): Promise<Result<undefined, OpeningFailure>> {
  await carryOutUnfinished(stage, opened, 'urgent')
  if (stage.opened() !== opened) return ok(undefined)
  const entry = entryOf(opened.runtime.store.account.read())
  switch (entry) {
    case 'signedOut':
      await leaveAccount(stage)
      return ok(undefined)
    case 'pending':
      awaitApproval(stage, opened)
      return ok(undefined)
    case 'ready':
      return showConfirmed(stage, opened)
    default:
      return assertNever(entry)
  }
}
