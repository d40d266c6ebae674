/**
 * The lease of protocol.md section 9: a store that the server has not confirmed for too long, or that the administrator
 * has locked, is not shown again before a fresh answer. A session that is open meanwhile goes on reading (guard.md O7);
 * what it may still send is the policy's.
 */
import { isOutdated } from '../../../../shared/whitelist/manifest.ts'
import type { AccountRuntime } from '../../account/account-runtime.ts'
import type { SendingOff } from '../session-state.ts'
import type { Opened, Stage } from './stage.ts'

/** Keeps in mind that the lease has been over, until the server confirms the list: the clock may be set back. */
export function keepLease({ keeper, store }: AccountRuntime, now: number): void {
  if (!keeper.state()?.core || keeper.lease(now).lease === 'valid') return
  if (store.account.read()?.held === undefined) store.account.change({ held: 'lease' })
}

/** Why nothing may be sent now. */
export function sendingOf(stage: Stage, runtime: AccountRuntime): SendingOff {
  const manifest = runtime.manifest()
  if (manifest && isOutdated(manifest, stage.ports.appVersion)) return 'upgrade'
  if (!runtime.keeper.state()?.core) return 'no'
  const { lease, onExpiry } = runtime.keeper.lease(stage.ports.clock.now())
  return lease === 'over' && onExpiry === 'block' ? 'lease' : 'no'
}

/** Whether the store must not be shown before a fresh answer. */
export function isHeld(stage: Stage, opened: Opened): boolean {
  keepLease(opened.runtime, stage.ports.clock.now())
  return heldBy(opened) !== undefined
}

/** What holds the store back, where something does. */
export function heldBy({ runtime }: Opened): 'lease' | 'lock' | undefined {
  return runtime.store.account.read()?.held
}
