/** The queue of own messages: wakes the worker, keeps its pauses, and takes up again what a crash interrupted. */
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import type { Undo } from '../../ground/ports.ts'
import { StoreError } from '../../ground/store-error.ts'
import { judgeEnvelope } from '../judge.ts'
import { sendBackoff } from '../limits.ts'
import type { SmtpClient } from '../network/smtp.ts'
import { announce, drain, failRefused, pauseAll, type SendingParts, type SendingRun } from './sending.ts'

/** Sends what is queued, in order within each conversation. */
export type Outbox = Worker & {
  retry(id: string): Result<Record<string, never>, 'notFound' | 'refused'>
  listChanged(): void
}

type Worker = {
  start(): void
  stop(): Promise<void>
  /** Something was queued, or may leave now. */
  wake(): void
  /** The network is back: pauses end. */
  endPauses(): void
  /** The user asks: even a refused password is tried once more. */
  tryAgain(): void
}

type OutboxParts = SendingParts & { readonly smtp: () => SmtpClient }

/** The outbox of one account. What a crash interrupted is queued again at once; sending begins with `start`. */
export function createOutbox(parts: OutboxParts): Outbox {
  returnToQueue(parts)
  const work = worker(parts)
  return {
    ...work,
    retry(id) {
      const result = requeue(parts, id)
      if (result.ok) work.tryAgain()
      return result
    },
    listChanged() {
      for (const row of parts.store.queue.inState('waiting')) failRefused(parts, row)
      // What waited for a valid list may leave now.
      work.endPauses()
    },
  }
}

function worker(parts: OutboxParts): Worker {
  const { clock } = parts.dependencies
  let run: SendingRun | undefined
  let working: Promise<void> | undefined
  let again = false
  let undoTimer: Undo = () => undefined

  const work = async (current: SendingRun): Promise<void> => {
    let due: number | undefined
    try {
      // Messages are sent one at a time and only here, so a row that says `sending` now was interrupted by an error.
      returnToQueue(parts)
      do {
        again = false
        await drain(parts, current)
      } while (again && !current.stopped)
      due = parts.store.queue.nextAt()
      parts.troubles.tell('outbox', undefined)
    } catch (error) {
      due = afterFailure(parts, current, error)
    }
    working = undefined
    undoTimer()
    if (due === undefined || current.blocked || current.stopped) return
    undoTimer = clock.after(pauseBefore(due, current, clock.now()), wake)
  }
  function wake(): void {
    if (run === undefined || run.stopped) return
    again = true
    working ??= work(run)
  }
  const endPauses = (): void => {
    parts.store.queue.endPauses(clock.now())
    if (run) Object.assign(run, { pausedUntil: 0, pause: 0 })
    wake()
  }
  return {
    start() {
      requeueUnauthenticated(parts)
      run ??= { client: parts.smtp(), stopped: false, blocked: false, pausedUntil: 0, pause: 0, refusals: 0 }
      run.blocked = false
      wake()
    },
    async stop() {
      if (run === undefined) return
      run.stopped = true
      undoTimer()
      // Ends a delivery that hangs; its message returns to the queue with the same bytes.
      run.client.close()
      await working
      run = undefined
    },
    wake,
    endPauses,
    tryAgain() {
      if (run) run.blocked = false
      endPauses()
    },
  }
}

/** The store failed, or there is a bug. Nothing is lost: the row is as it was saved last. Returns when to try again. */
function afterFailure(parts: SendingParts, run: SendingRun, error: unknown): number {
  const isStore = error instanceof StoreError
  const name = error instanceof Error ? error.name : typeof error
  parts.dependencies.log.error('outbox.failed', { name, code: isStore ? error.code : '' })
  parts.troubles.tell('outbox', isStore ? error.kind : 'internal')
  pauseAll(parts, run)
  return run.pausedUntil
}

/** Milliseconds until the worker wakes. Never at once: what is due may wait for an earlier message of its conversation. */
function pauseBefore(due: number, { pausedUntil }: SendingRun, now: number): number {
  const pause = Math.max(due, pausedUntil) - now
  // Longer than any pause: the clock was set back.
  return pause > sendBackoff.cap ? sendBackoff.base : Math.max(pause, sendBackoff.base)
}

function requeue(parts: SendingParts, id: string): Result<Record<string, never>, 'notFound' | 'refused'> {
  const { store, dependencies } = parts
  const row = store.queue.get(id)
  // Only a failed one: a message that waits or is being sent must not go out twice.
  if (row?.state !== 'failed') return fail('notFound')
  // The user's wish is judged like a new message: the list may have changed since it failed.
  const verdict = judgeEnvelope(dependencies, row.recipients)
  if (!verdict.allowed) return fail('refused', { refusals: verdict.refusals })
  store.transaction(() => {
    store.queue.requeue(id, dependencies.clock.now())
    store.messages.setDelivery(id, { step: 'waiting' })
  })
  announce(parts, row)
  return ok({})
}

/** After a crash nobody knows whether `sending` was accepted: it goes out again, and the other side drops a second copy. */
function returnToQueue(parts: SendingParts): void {
  const { store } = parts
  for (const row of store.queue.inState('sending')) {
    store.transaction(() => {
      store.queue.setState(row.id, 'waiting')
      store.messages.setDelivery(row.id, { step: 'waiting' })
    })
    announce(parts, row)
  }
}

/** A new start may mean a new password: what failed for the old one is tried once more. */
function requeueUnauthenticated(parts: SendingParts): void {
  const { store } = parts
  for (const row of store.queue.inState('failed')) {
    const delivery = store.messages.get(row.id)?.delivery
    if (delivery?.step !== 'failed' || delivery.reason !== 'authFailed') continue
    store.transaction(() => {
      store.queue.setState(row.id, 'waiting')
      store.messages.setDelivery(row.id, { step: 'waiting' })
    })
    announce(parts, row)
  }
}
