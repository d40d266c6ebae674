/**
 * Tries one message after the other. Each is judged again with the list then in force (O3) and sent, and each step is
 * saved before it is announced. What was interrupted goes out again with the same bytes and Message-ID.
 */
import type { Refusal } from '../../../../shared/guard.ts'
import type { Delivery } from '../../../../shared/message.ts'
import { assertNever } from '../../../../shared/rpc.ts'
import { nextPause } from '../../ground/back-off.ts'
import type { MailDependencies } from '../dependencies.ts'
import { isPassing, judgeEnvelope } from '../judge.ts'
import { fewestTries, outboxLifetime, quietRefusals, sendBackoff } from '../limits.ts'
import type { RejectedRecipient, SendOutcome, SmtpClient } from '../network/smtp.ts'
import type { Troubles } from '../network/troubles.ts'
import type { OutboxRow } from '../store/outbox-queue.ts'
import type { MailStore } from '../store/store.ts'

/** What sending needs. */
export type SendingParts = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly troubles: Troubles
  /** A message was sent and waits to be put into the Sent folder. */
  readonly sent: () => void
}

/** One run of the worker, from start to stop. */
export type SendingRun = {
  readonly client: SmtpClient
  stopped: boolean
  /** The server refused the password. */
  blocked: boolean
  pausedUntil: number
  pause: number
  /** Logins refused in a row. */
  refusals: number
}

type Failed = Extract<Delivery, { readonly step: 'failed' }>

/** Sends what is due, one after the other, until nothing is or the server does not answer. */
export async function drain(parts: SendingParts, run: SendingRun): Promise<void> {
  const { store, dependencies } = parts
  const { clock } = dependencies
  while (!run.stopped && !run.blocked && dependencies.list().sendingOff !== 'upgrade') {
    // Further away than any pause: the clock was set back, and nobody waits for it to get there again.
    const latest = clock.now() + sendBackoff.cap
    if (run.pausedUntil > clock.now() && run.pausedUntil <= latest) return
    const row = store.queue.due(clock.now(), latest)
    if (row === undefined) return
    if (clock.now() - row.queuedAt > outboxLifetime && row.attempts >= fewestTries) {
      giveUp(parts, row, { step: 'failed', reason: 'expired' })
      continue
    }
    const refusals = failRefused(parts, row)
    if (refusals === 'refused') continue
    if (refusals === 'wait') postpone(parts, row)
    else await sendOne(parts, run, row)
  }
}

async function sendOne(parts: SendingParts, run: SendingRun, row: OutboxRow): Promise<void> {
  const { store, dependencies } = parts
  store.transaction(() => {
    // On the disk before the first byte leaves: after a crash a row in this state may have been accepted.
    store.queue.setState(row.id, 'sending')
    store.messages.setDelivery(row.id, { step: 'sending' })
  })
  announce(parts, row)
  const outcome = await run.client.deliver({
    from: dependencies.account.address,
    recipients: row.recipients,
    raw: row.raw,
    admitted: () => {
      const verdict = judgeEnvelope(dependencies, row.recipients)
      // Stopped while it connected, as by a lock: nothing may leave any more, and no recipient is admitted.
      return verdict.allowed && !run.stopped ? verdict.recipients : []
    },
  })
  settle(parts, run, row, outcome)
}

function settle(parts: SendingParts, run: SendingRun, row: OutboxRow, outcome: SendOutcome): void {
  tellLogin(parts, run, outcome)
  switch (outcome.kind) {
    case 'sent':
      run.pause = 0
      if (outcome.rejected.length === 0) markSent(parts, row)
      else settleRejected(parts, row, outcome.rejected)
      break
    case 'rejected':
      settleRejected(parts, row, outcome.rejected)
      break
    case 'tooLarge':
      giveUp(parts, row, { step: 'failed', reason: 'tooLarge' })
      break
    case 'authFailed':
      // Each further try with this password brings the account nearer to its lock: nothing more until a restart.
      run.blocked = true
      giveUp(parts, row, { step: 'failed', reason: 'authFailed' })
      parts.dependencies.connectionChanged('authFailed')
      break
    case 'refused':
      if (failRefused(parts, row) !== 'refused') postpone(parts, row)
      break
    case 'temporary':
      if (outcome.scope === 'connection') pauseAll(parts, run)
      postpone(parts, row)
      break
    default:
      assertNever(outcome)
  }
}

function tellLogin({ troubles }: SendingParts, run: SendingRun, outcome: SendOutcome): void {
  if (outcome.kind !== 'temporary') {
    run.refusals = 0
    troubles.tell('smtp', undefined)
  } else if (outcome.login === 'none') troubles.tell('smtp', 'sendingNoLogin')
  else if (outcome.login === 'refused') {
    run.refusals += 1
    if (run.refusals >= quietRefusals) troubles.tell('smtp', 'sendingRefused')
  }
}

/** The server as a whole does not answer: nothing is tried before a pause, which is longer each time in a row. */
export function pauseAll(parts: SendingParts, run: SendingRun): void {
  run.pause = nextPause(sendBackoff, run.pause, parts.dependencies.random)
  run.pausedUntil = parts.dependencies.clock.now() + run.pause
}

function markSent(parts: SendingParts, row: OutboxRow): void {
  const { store, dependencies } = parts
  const delivery: Delivery = { step: 'sent', at: dependencies.clock.now() }
  store.transaction(() => {
    if (row.purpose === 'receipt') store.queue.remove(row.id)
    else store.queue.setState(row.id, 'filing')
    store.messages.setDelivery(row.id, delivery)
  })
  announce(parts, row)
  // A receipt is not filed: the user did not write it.
  if (row.purpose === 'message') parts.sent()
}

/** Some recipients were not accepted: only they are tried again, the others have the message. */
function settleRejected(parts: SendingParts, row: OutboxRow, rejected: readonly RejectedRecipient[]): void {
  // Without names the server refused the message as a whole.
  const left = rejected.length === 0 ? row.recipients : rejected.map(({ address }) => address)
  parts.store.queue.setRecipients(row.id, left)
  if (rejected.length > 0 && rejected.every(({ permanent }) => !permanent)) {
    postpone(parts, row)
    return
  }
  const refusals = left.map((address) => ({ address, rule: 'SMTP', reason: 'rejected' }))
  giveUp(parts, row, { step: 'failed', reason: 'rejected', refusals })
}

function postpone(parts: SendingParts, row: OutboxRow): void {
  const { store, dependencies } = parts
  const pause = nextPause(sendBackoff, row.pause, dependencies.random)
  store.transaction(() => {
    store.queue.postpone(row.id, pause, dependencies.clock.now() + pause)
    store.messages.setDelivery(row.id, { step: 'waiting' })
  })
  announce(parts, row)
}

/** A message stays in the queue, failed, for `Try again`; a receipt is not worth that. */
function giveUp(parts: SendingParts, row: OutboxRow, delivery: Failed): void {
  const { store } = parts
  store.transaction(() => {
    if (row.purpose === 'receipt') store.queue.remove(row.id)
    else store.queue.setState(row.id, 'failed')
    store.messages.setDelivery(row.id, delivery)
  })
  announce(parts, row)
}

/** O3: `refused` by the list in force, and failed; `wait` when there is no valid list; otherwise it may leave. */
export function failRefused(parts: SendingParts, row: OutboxRow): 'refused' | 'wait' | 'allowed' {
  const verdict = judgeEnvelope(parts.dependencies, row.recipients)
  if (verdict.allowed) return 'allowed'
  if (isPassing(verdict.refusals)) return 'wait'
  giveUp(parts, row, { step: 'failed', reason: 'refused', refusals: verdict.refusals.map(copyRefusal) })
  return 'refused'
}

function copyRefusal({ address, rule, reason }: Refusal) {
  return { address, rule, reason }
}

/** Tells what was saved, not what was tried. */
export function announce({ store, dependencies }: SendingParts, row: OutboxRow): void {
  if (row.purpose === 'receipt') return
  const { id, conversation } = row
  const delivery = store.messages.get(id)?.delivery
  dependencies.emit('message.changed', { id, conversation, ...(delivery ? { delivery } : {}) })
}
