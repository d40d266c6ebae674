import type { Address } from '../../shared/address.ts'
import type { Conversation, KithContract } from '../../shared/contract.ts'
import type { ListView } from '../../shared/guard/facts.ts'
import { planReply } from '../../shared/guard/reply.ts'
import type { Draft, Message, Participant } from '../../shared/message.ts'
import { fail, type Handlers, ok } from '../../shared/rpc.ts'
import { fakeRefusals } from './fake-lists.ts'
import { self } from './fake-messages.ts'
import type { FakeState } from './fake-state.ts'

type TalkCalls = Pick<
  Handlers<KithContract>,
  | 'conversations.list'
  | 'conversations.get'
  | 'conversations.markRead'
  | 'messages.list'
  | 'message.planReply'
  | 'outbox.submit'
  | 'outbox.retry'
  | 'draft.get'
  | 'draft.save'
  | 'message.markRead'
>

function unreadOf(messages: readonly Message[], wanted: Message['kind']): number {
  return messages.filter(({ kind, direction, read }) => kind === wanted && direction === 'in' && !read).length
}

function conversationOf(state: FakeState, id: string): Conversation | undefined {
  const messages = state.messages.filter(({ conversation }) => conversation === id)
  const contact = state.contacts.get(id)
  const last = messages.at(-1)
  if (!contact && !last) return undefined
  const from = messages.find(({ direction }) => direction === 'in')?.from
  return {
    id,
    name: contact?.name ?? from?.name ?? id,
    address: contact?.address ?? id,
    open: contact !== undefined,
    ...(!contact && { closed: 'removed' as const }),
    ...(last && { last: { text: last.text, at: last.at, direction: last.direction } }),
    unread: unreadOf(messages, 'chat') + unreadOf(messages, 'mail'),
    ...(unreadOf(messages, 'mail') > 0 && { unreadMail: unreadOf(messages, 'mail') }),
  }
}

function allConversations(state: FakeState): Conversation[] {
  const ids = [...new Set(state.messages.toReversed().map(({ conversation }) => conversation))]
  return ids.flatMap((id) => conversationOf(state, id) ?? [])
}

function page(state: FakeState, conversation: string, before: string | undefined, count: number) {
  const all = state.messages.filter((message) => message.conversation === conversation)
  const end = before === undefined ? all.length : all.findIndex(({ id }) => id === before)
  const start = Math.max(0, end - count)
  return { messages: all.slice(start, end), more: start > 0 }
}

function submitted(state: FakeState, draft: Draft): Message {
  const [to = ''] = draft.to
  return {
    id: `own-${state.messages.length}`,
    conversation: to.toLowerCase(),
    kind: draft.kind,
    direction: 'out',
    from: self,
    to: draft.to.map((address) => ({ address, name: state.contacts.get(address)?.name ?? '', listed: true })),
    cc: [],
    subject: draft.subject,
    text: draft.text,
    simplified: false,
    at: state.now(),
    read: true,
    delivery: { step: 'waiting' },
  }
}

/** The fake's contacts as the guard sees them: everybody in them is listed. */
function listView(state: FakeState): ListView {
  return {
    size: state.contacts.count(),
    find: (key) => {
      const contact = state.contacts.get(key)
      if (!contact) return undefined
      const { id, name, address, scope, proof } = contact
      return { id, name, address, key, scope, level: proof, send: true, receive: true }
    },
    similar: () => undefined,
  }
}

function plannedReply(state: FakeState, message: Message, scope: 'sender' | 'all') {
  const isOwn = message.direction === 'out'
  const texts = (people: readonly Participant[]) => people.map(({ address }) => address)
  const plan = planReply(listView(state), {
    now: state.now(),
    self: self.address,
    lease: 'valid',
    onExpiry: 'block',
    unicode: false,
    senders: texts(isOwn ? message.to : [message.from]),
    replyTo: isOwn ? [] : (state.replyTo.get(message.id) ?? []),
    to: isOwn ? [] : texts(message.to),
    cc: texts(message.cc),
    all: scope === 'all',
  })
  const named = ({ text }: Address) => ({ address: text, name: state.contacts.get(text)?.name ?? '' })
  return {
    to: plan.to.map(named),
    cc: plan.cc.map(named),
    dropped: plan.dropped.map((refusal) => ({ ...refusal })),
    unusedReplyTo: [...plan.unusedReplyTo],
  }
}

export function talkHandlers(state: FakeState): TalkCalls {
  return {
    'conversations.list': ({ from, count }) => {
      const all = allConversations(state)
      const unread = { chat: unreadOf(state.messages, 'chat'), mail: unreadOf(state.messages, 'mail') }
      return ok({ total: all.length, conversations: all.slice(from, from + count), unread })
    },
    'conversations.get': ({ id }) => {
      const conversation = conversationOf(state, id)
      return conversation ? ok(conversation) : fail('notFound')
    },
    'conversations.markRead': ({ id }) => {
      state.messages = state.messages.map((one) => (one.conversation === id ? { ...one, read: true } : one))
      state.emit('conversation.changed', { id })
      return ok({})
    },
    'message.markRead': ({ id }) => {
      const found = state.messages.find((one) => one.id === id)
      if (!found) return fail('notFound')
      state.messages = state.messages.map((one) => (one.id === id ? { ...one, read: true } : one))
      state.emit('conversation.changed', { id: found.conversation })
      return ok({})
    },
    'messages.list': ({ conversation, before, count }) => ok(page(state, conversation, before, count)),
    'message.planReply': ({ id, scope }) => {
      const message = state.messages.find((one) => one.id === id)
      return message ? ok(plannedReply(state, message, scope)) : fail('notFound')
    },
    'outbox.submit': (draft) => {
      const refusals = fakeRefusals(state, [...draft.to, ...draft.cc, ...draft.bcc])
      if (refusals.length > 0) return fail('refused', { refusals })
      const message = submitted(state, draft)
      state.messages = [...state.messages, message]
      state.mailDrafts = state.mailDrafts.filter(({ id }) => id !== draft.begunAs)
      state.emit('conversation.changed', { id: message.conversation })
      return ok({ id: message.id })
    },
    'outbox.retry': ({ id }) => {
      const found = state.messages.find((one) => one.id === id)
      if (!found) return fail('notFound')
      const delivery = { step: 'waiting' } as const
      state.messages = state.messages.map((one) => (one.id === id ? { ...one, delivery } : one))
      state.emit('message.changed', { id, conversation: found.conversation, delivery })
      return ok({})
    },
    'draft.get': ({ conversation }) => ok({ text: state.drafts.get(conversation) ?? '' }),
    'draft.save': ({ conversation, text }) => {
      state.drafts.set(conversation, text)
      return ok({})
    },
  }
}
