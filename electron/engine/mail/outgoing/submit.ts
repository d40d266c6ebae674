/**
 * The one function that submits (O4): messages and receipts alike are judged here, composed, and saved as queued in one
 * transaction. Refused: nothing is stored.
 */
import { createHash } from 'node:crypto'
import { type Address, parseAddress } from '../../../../shared/address.ts'
import type { OutgoingRecipient } from '../../../../shared/guard.ts'
import type { Draft } from '../../../../shared/message.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import type { MailDependencies } from '../dependencies.ts'
import { judgeRecipients, selfKey } from '../judge.ts'
import type { Participants, Person, StoredMessage } from '../store/records.ts'
import type { MailStore } from '../store/store.ts'
import { type Composition, composeMessage, newMessageId } from './compose.ts'
import { composeReceipt } from './receipt.ts'

/** Why nothing was queued: the guard refused, this version may not send, or nobody is left to send to. */
type SubmitFailure = 'refused' | 'serverNewer' | 'badRequest'

/** The one way into the queue. */
export type Submitter = {
  submit(draft: Draft): Result<{ readonly id: string }, SubmitFailure>
  /** Queues a read receipt for a message whose sender asked for one. Where the guard refuses it, there is none. */
  submitReceipt(original: StoredMessage): void
}

type Recipients = { readonly to: readonly string[]; readonly cc: readonly string[]; readonly bcc: readonly string[] }
type Submission = {
  readonly purpose: 'message' | 'receipt'
  readonly recipients: Recipients
  readonly compose: (basis: Basis) => Uint8Array
  /** Writes what belongs to the submission, in its transaction. */
  readonly record: (queued: Queued) => void
}
type Basis = { readonly participants: Participants; readonly at: number; readonly messageId: string }
type Queued = Basis & { readonly id: string; readonly conversation: string; readonly partner: Person }

/** The id of what the outbox sends, by its own Message-ID; in older stores of every message. */
export function submittedIdentity(direction: 'in' | 'out', sender: string, messageId: string): string {
  return createHash('sha256').update(`${direction}\n${sender}\n${messageId}`).digest('hex').slice(0, 32)
}

/** The submitter over one store. Failures of `submit`: refused with the guard's reasons, badRequest, serverNewer. */
export function createSubmitter(dependencies: MailDependencies, store: MailStore): Submitter {
  const submitOne = (submission: Submission): Result<Queued, SubmitFailure> => enqueue(dependencies, store, submission)
  return {
    submit(draft) {
      if (draft.kind === 'chat' && draft.text.trim() === '') return fail('badRequest', { fields: ['text'] })
      const composition = { kind: draft.kind, subject: draft.subject, text: draft.text, ...thread(store, draft) }
      const result = submitOne({
        purpose: 'message',
        recipients: draft,
        compose: (basis) => composeMessage({ ...composition, ...basis }),
        record: (queued) => {
          recordOwn(store, { ...composition, ...queued }, queued)
          if (draft.begunAs !== undefined) store.drafts.remove(draft.begunAs)
        },
      })
      if (!result.ok) return result
      const { id, conversation } = result.value
      dependencies.emit('message.changed', { id, conversation, delivery: { step: 'waiting' } })
      dependencies.emit('conversation.changed', { id: conversation })
      return ok({ id })
    },
    submitReceipt(original) {
      submitOne({
        purpose: 'receipt',
        recipients: { to: [original.participants.from.address], cc: [], bcc: [] },
        compose: (basis) => composeReceipt(original, basis),
        record: () => store.messages.setReceiptSent(original.id),
      })
    },
  }
}

function enqueue(
  dependencies: MailDependencies,
  store: MailStore,
  submission: Submission,
): Result<Queued, SubmitFailure> {
  // The organisation asks for a newer app (`minClient`): what this one lets through may be what was mended there.
  if (dependencies.list().sendingOff === 'upgrade') return fail('serverNewer')
  const { to, cc, bcc } = submission.recipients
  const verdict = judgeRecipients(dependencies, [...inField('to', to), ...inField('cc', cc), ...inField('bcc', bcc)])
  if (!verdict.allowed) return fail('refused', { refusals: verdict.refusals })
  const envelope = distinct(verdict.recipients)
  const messageId = newMessageId(dependencies.account.address, dependencies.random)
  const participants = participantsOf(dependencies, submission.recipients)
  const basis: Basis = { participants, at: dependencies.clock.now(), messageId }
  // The conversation is the first recipient's who is not the user; a note to oneself has only the user.
  const partner = envelope.find((a) => a.key !== selfKey(dependencies)) ?? envelope[0]
  if (partner === undefined) return fail('badRequest', { fields: ['to'] })
  const queued: Queued = {
    ...basis,
    id: submittedIdentity('out', selfKey(dependencies), messageId),
    conversation: partner.key,
    partner: personOf(dependencies, partner),
  }
  // Outside the transaction: composing takes time, and the store's lock would wait for it.
  const raw = submission.compose(basis)
  store.transaction(() => {
    const recipients = envelope.map((address) => address.text)
    const row = { id: queued.id, conversation: partner.key, purpose: submission.purpose, messageId, recipients, raw }
    store.queue.add(row, basis.at)
    submission.record(queued)
  })
  return ok(queued)
}

function recordOwn(store: MailStore, composition: Composition, queued: Queued): void {
  const message = {
    ...composition,
    id: queued.id,
    conversation: queued.conversation,
    direction: 'out',
    simplified: false,
    read: true,
    delivery: { step: 'waiting' },
    receipt: 'none',
  } as const
  const rank = store.messages.add(message, 'own', composition.at)
  store.conversations.touch(queued.conversation, queued.partner, rank ?? composition.at)
  if (composition.kind === 'chat') store.drafts.remove(queued.conversation)
}

function inField(field: 'to' | 'cc' | 'bcc', texts: readonly string[]): readonly OutgoingRecipient[] {
  return texts.map((text) => ({ field, text }))
}

/** One RCPT TO per identity (A3), however often an address was written. */
function distinct(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [address.key, address] as const)).values()]
}

function participantsOf(dependencies: MailDependencies, recipients: Recipients): Participants {
  const people = (texts: readonly string[]): readonly Person[] =>
    texts.flatMap((text) => {
      const parsed = parseAddress(text, { unicode: dependencies.list().unicode })
      return parsed.ok ? [personOf(dependencies, parsed.value)] : []
    })
  const { address, name } = dependencies.account
  return { from: { address, name }, to: people(recipients.to), cc: people(recipients.cc) }
}

function personOf(dependencies: MailDependencies, address: Address): Person {
  if (address.key === selfKey(dependencies)) return { address: address.text, name: dependencies.account.name }
  return { address: address.text, name: dependencies.list().view?.find(address.key)?.name ?? '' }
}

/** References of RFC 5322 3.6.4: the parent's thread and the parent. */
function thread(store: MailStore, draft: Draft): { readonly references: readonly string[] } {
  const parent = draft.inReplyTo === undefined ? undefined : store.messages.get(draft.inReplyTo)
  if (!parent?.messageId.startsWith('<')) return { references: [] }
  return { references: [...parent.references, parent.messageId] }
}
