/** What the faces are shown: rows of the store in the light of the list in force. */
import { type Address, addressIdentity } from '../../../shared/address.ts'
import type { Conversation, KithContract } from '../../../shared/contract.ts'
import type { ReplyPlan } from '../../../shared/guard.ts'
import type { Message, Participant } from '../../../shared/message.ts'
import type { Output } from '../../../shared/rpc.ts'
import type { MailDependencies } from './dependencies.ts'
import { keyOf } from './incoming/incoming.ts'
import { closedReason, judgeRecipients, selfKey } from './judge.ts'
import type { Person, StoredMessage } from './store/records.ts'
import type { MailStore } from './store/store.ts'

/** Characters of the last message shown in the list of conversations. */
const previewLength = 200

/** A stored message as the page gets it. */
export function showMessage(dependencies: MailDependencies, message: StoredMessage): Message {
  const { from, to, cc } = message.participants
  const show = (person: Person): Participant => showPerson(dependencies, person)
  return {
    id: message.id,
    conversation: message.conversation,
    kind: message.kind,
    direction: message.direction,
    from: show(from),
    to: to.map(show),
    cc: cc.map(show),
    subject: message.subject,
    text: message.text,
    simplified: message.simplified,
    ...message.notices,
    at: message.at,
    read: message.read,
    ...(message.delivery ? { delivery: message.delivery } : {}),
  }
}

/** I4: `listed` is what the list in force says, not the one of the day the message came. */
function showPerson(dependencies: MailDependencies, person: Person): Participant {
  const { allowed } = judgeRecipients(dependencies, [{ field: 'to', text: person.address }])
  const contact = dependencies.list().view?.find(keyOf(person))
  // A4: as the entry wrote it, in capitals or not.
  return { address: contact?.address ?? person.address, name: contact?.name ?? person.name, listed: allowed }
}

/** The plan of an answer (O5), its recipients named by the list. */
export function showReplyPlan(
  dependencies: MailDependencies,
  plan: ReplyPlan,
): Output<KithContract, 'message.planReply'> {
  const { view } = dependencies.list()
  const show = ({ text, key }: Address) => ({ address: text, name: view?.find(key)?.name ?? '' })
  return {
    to: plan.to.map(show),
    cc: plan.cc.map(show),
    dropped: plan.dropped.map((refusal) => ({ ...refusal })),
    unusedReplyTo: [...plan.unusedReplyTo],
  }
}

/** Undefined for somebody who is neither in the list nor in the history. */
export function showConversation(
  dependencies: MailDependencies,
  store: MailStore,
  address: string,
): Conversation | undefined {
  const id = addressIdentity(address)
  const row = store.conversations.get(id)
  const contact = dependencies.list().view?.find(id)
  const isSelf = id === selfKey(dependencies)
  if (!row && !contact && !isSelf) return undefined
  const { account } = dependencies
  const closed = closedReason(dependencies, id)
  const last = store.messages.last(id)
  const { chat, mail } = store.messages.unread(id)
  return {
    id,
    name: contact?.name ?? (isSelf ? account.name : undefined) ?? row?.name ?? '',
    address: contact?.address ?? (isSelf ? account.address : undefined) ?? row?.address ?? id,
    open: closed === undefined,
    ...(closed === undefined ? {} : { closed }),
    ...(last ? { last: { text: lineOf(last), at: last.at, direction: last.direction } } : {}),
    unread: chat + mail,
    ...(mail > 0 ? { unreadMail: mail } : {}),
  }
}

function lineOf(message: StoredMessage): string {
  const text = message.kind === 'mail' && message.subject !== '' ? message.subject : message.text
  return text.slice(0, previewLength).toWellFormed()
}
