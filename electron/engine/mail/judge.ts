/** The guard with the list in force: every judgement of the mail side asks for the list anew (O3). */
import { foldAscii } from '../../../shared/address.ts'
import type { Conversation } from '../../../shared/contract.ts'
import { judgeOutgoing, type OutgoingRecipient, type OutgoingVerdict, type Refusal } from '../../../shared/guard.ts'
import { assertNever } from '../../../shared/rpc.ts'
import type { MailDependencies } from './dependencies.ts'

export function selfKey(dependencies: MailDependencies): string {
  return foldAscii(dependencies.account.address)
}

export function judgeRecipients(
  dependencies: MailDependencies,
  recipients: readonly OutgoingRecipient[],
): OutgoingVerdict {
  const { view, lease, onExpiry, unicode } = dependencies.list()
  const facts = { now: dependencies.clock.now(), self: dependencies.account.address, recipients }
  return judgeOutgoing(view, { ...facts, lease, onExpiry, unicode })
}

export function judgeEnvelope(dependencies: MailDependencies, recipients: readonly string[]): OutgoingVerdict {
  return judgeRecipients(
    dependencies,
    recipients.map((text) => ({ field: 'envelope', text })),
  )
}

/** The list itself is missing or too old: a newer one may allow what this one cannot, so what is queued waits. */
export function isPassing(refusals: readonly Refusal[]): boolean {
  return refusals.every(({ reason }) => reason === 'leaseOver' || reason === 'noList')
}

/** Why a conversation is closed, or undefined while it is open. */
export function closedReason(dependencies: MailDependencies, id: string): Conversation['closed'] {
  if (dependencies.list().sendingOff === 'upgrade') return 'upgrade'
  const verdict = judgeRecipients(dependencies, [{ field: 'to', text: id }])
  if (verdict.allowed) return undefined
  return closedBy(verdict.refusals[0])
}

function closedBy(refusal: Refusal | undefined): 'removed' | 'expired' | 'lease' {
  if (refusal === undefined) return 'removed'
  switch (refusal.reason) {
    case 'expired':
      return 'expired'
    case 'leaseOver':
    case 'noList':
      return 'lease'
    case 'notListed':
    case 'closed':
    case 'malformed':
    case 'noRecipients':
    case 'tooMany':
      return 'removed'
    default:
      return assertNever(refusal.reason)
  }
}
