/**
 * The lease of protocol.md section 9: a store that the server has not confirmed for too long, or that the administrator
 * has locked, is not shown again before a fresh answer. A session that is open meanwhile goes on reading (guard.md O7);
 * what it may still send is the policy's.
 */
import { isOutdated } from '../../../../shared/whitelist/manifest.ts'
import type { AccountRuntime } from '../../account/account-runtime.ts'
import { writeIfPossible } from '../../ground/store-error.ts'
import type { SendingOff } from '../session-state.ts'
import type { Opened, Stage } from './stage.ts'

/**
 * Keeps in mind that the lease has been over, until the server confirms the list: the clock may be set back. Says whether
 * it is over now, which holds also where the disk takes no note of it.
 */
export function keepLease({ ports }: Stage, { keeper, store }: AccountRuntime): boolean {
  if (!keeper.state()?.core || keeper.lease(ports.clock.now()).lease === 'valid') return false
  if (store.account.read()?.held === undefined)
    writeIfPossible(ports.log, 'lease', () => void store.account.change({ held: 'lease' }))
  return true
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
  return keepLease(stage, opened.runtime) || heldBy(opened) !== undefined
}

/** What holds the store back, where something does. */
export function heldBy({ runtime }: Opened): 'lease' | 'lock' | undefined {
  return runtime.store.account.read()?.held
}
