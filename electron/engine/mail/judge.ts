/** The guard with the list in force: every judgement of the mail side asks for the list anew (O3). */
import { addressIdentity } from '../../../shared/address.ts'
import type { Conversation } from '../../../shared/contract.ts'
import {
  judgeOutgoing,
  type OutgoingRecipient,
  type OutgoingVerdict,
  planReply,
  type Refusal,
  type ReplyPlan,
} from '../../../shared/guard.ts'
import { assertNever } from '../../../shared/rpc.ts'
import type { MailDependencies } from './dependencies.ts'
import type { Person, StoredMessage } from './store/records.ts'

/** Key of the user's own address (O6). */
export function selfKey(dependencies: MailDependencies): string {
  return addressIdentity(dependencies.account.address)
}

/** The guard's verdict on recipients as a person wrote them. */
export function judgeRecipients(
  dependencies: MailDependencies,
  recipients: readonly OutgoingRecipient[],
): OutgoingVerdict {
  const { view, lease, onExpiry, unicode } = dependencies.list()
  const facts = { now: dependencies.clock.now(), self: dependencies.account.address, recipients }
  return judgeOutgoing(view, { ...facts, lease, onExpiry, unicode })
}

/** The guard's verdict on recipients as they will stand in the envelope. */
export function judgeEnvelope(dependencies: MailDependencies, recipients: readonly string[]): OutgoingVerdict {
  return judgeRecipients(
    dependencies,
    recipients.map((text) => ({ field: 'envelope', text })),
  )
}

/** O5: to whom an answer to this message goes, to its sender or to all. */
export function planAnswer(dependencies: MailDependencies, message: StoredMessage, scope: 'sender' | 'all'): ReplyPlan {
  const { view, lease, onExpiry, unicode } = dependencies.list()
  const { from, to, cc, replyTo = [] } = message.participants
  const isOwn = message.direction === 'out'
  const texts = (people: readonly Person[]) => people.map(({ address }) => address)
  return planReply(view, {
    now: dependencies.clock.now(),
    self: dependencies.account.address,
    lease,
    onExpiry,
    unicode,
    senders: texts(isOwn ? to : [from]),
    // An own message's Reply-To says where others answer the user, not where the user writes on.
    replyTo: isOwn ? [] : texts(replyTo),
    to: isOwn ? [] : texts(to),
    cc: texts(cc),
    all: scope === 'all',
  })
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
