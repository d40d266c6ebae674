/** While a device waits for its approval: asks the server again and again by logging in. */
import type { Failure } from '../../../../shared/rpc.ts'
import type { Undo } from '../../ground/ports.ts'
import type { Opened, Stage } from '../stage.ts'

/** Milliseconds between two questions: an administrator on the telephone sees the effect, and no limit is touched. */
const askEvery = 5_000

export type PendingEnd = { readonly approved: true } | { readonly approved: false; readonly failure: Failure }

/** Calls `ended` once, when the device is approved or can no longer be. Returns the undo. */
export function waitForApproval(stage: Stage, opened: Opened, ended: (end: PendingEnd) => void): Undo {
  let stopped = false
  let undo: Undo = () => undefined
  const later = (ms: number): void => {
    if (!stopped) undo = stage.ports.clock.after(ms, () => void ask())
  }
  const end = (result: PendingEnd): void => {
    if (stopped) return
    stopped = true
    ended(result)
  }
  const ask = async (): Promise<void> => {
    const password = opened.runtime.store.account.read()?.password
    if (password === undefined) return end({ approved: false, failure: { kind: 'notSignedIn' } })
    const answer = await opened.runtime.login(password)
    if (stopped) return
    if (answer.ok) end({ approved: true })
    else if (isFinal(answer.failure)) end({ approved: false, failure: answer.failure })
    else later(Math.max(askEvery, answer.failure.detail?.retryAfter ?? 0))
  }
  later(askEvery)
  return () => {
    stopped = true
    undo()
  }
}

/** Anything else, such as a server out of reach, may pass. */
function isFinal({ kind }: Failure): boolean {
  return kind === 'authFailed' || kind === 'deviceRevoked' || kind === 'untrustedServer'
}
