/** While a device waits for its approval: asks the server again and again by logging in. */
import type { ClosedFailure } from '../../../../shared/failures.ts'
import type { Undo } from '../../ground/ports.ts'
import { deviceWords, primitives } from '../../keys/primitives.ts'
import { serverWords } from '../../link/trust.ts'
import { isRefusal } from '../session-state.ts'
import { leaveAccount } from '../stage/close-account.ts'
import { showAccount } from '../stage/show-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'

/** Milliseconds between two questions: an administrator on the telephone sees the effect, and no limit is touched. */
const askEvery = 5_000

/** Shows that the device waits, and goes on when it is approved or can no longer be. */
export function awaitApproval(stage: Stage, opened: Opened): void {
  showPending(stage, opened)
  stage.waitFor(
    askForApproval(stage, opened, (end) => {
      stage.queue(async () => {
        // Signed out, or another account opened, while this waited in the queue.
        if (stage.opened() !== opened) return
        if (end === 'approved') showAccount(stage, opened)
        else await leaveAccount(stage, end)
      })
    }),
  )
}

function showPending(stage: Stage, { runtime }: Opened): void {
  const record = runtime.store.account.read()
  const manifest = runtime.manifest()
  if (!record || !manifest) throw new Error('a pending device without its server')
  const words = { deviceWords: deviceWords(runtime.store.vault.keys), serverWords: serverWords(primitives, manifest) }
  stage.dispatch({ type: 'waitingForApproval', user: record.user, server: record.server, words })
}

/** Calls `ended` once, when the device is approved or can no longer be. Returns the undo. */
function askForApproval(stage: Stage, { runtime }: Opened, ended: (end: 'approved' | ClosedFailure) => void): Undo {
  let stopped = false
  let undo: Undo = () => undefined
  const later = (ms: number): void => {
    if (!stopped) undo = stage.ports.clock.after(ms, () => void ask())
  }
  const end = (how: 'approved' | ClosedFailure): void => {
    if (stopped) return
    stopped = true
    ended(how)
  }
  const ask = async (): Promise<void> => {
    const password = runtime.store.account.read()?.password
    if (password === undefined) return end('notSignedIn')
    const answer = await runtime.login(password)
    if (stopped) return
    if (answer.ok) end('approved')
    else if (isRefusal(answer.failure.kind)) end(answer.failure.kind)
    else later(Math.max(askEvery, answer.failure.detail?.retryAfter ?? 0))
  }
  later(askEvery)
  return () => {
    stopped = true
    undo()
  }
}
