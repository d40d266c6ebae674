/** The mail side's calls of the contract: name -> function. All of them work offline. */
import { addressIdentity } from '../../../shared/address.ts'
import { fail, ok } from '../../../shared/rpc.ts'
import type { MailDependencies, MailHandlers } from './dependencies.ts'
import { prepare } from './incoming/prepare.ts'
import type { MessageReader } from './incoming/reader.ts'
import { judgeRecipients, planAnswer } from './judge.ts'
import { mailDraftHandlers } from './mail-drafts.ts'
import type { Outbox } from './outgoing/outbox.ts'
import type { Submitter } from './outgoing/submit.ts'
import type { MailStore } from './store/store.ts'
import { showConversation, showMessage, showReplyPlan } from './views.ts'

type HandlerParts = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly reader: MessageReader
  readonly submitter: Submitter
  readonly outbox: Outbox
  /** Flags wait to be set on the server. */
  readonly wakeMailbox: () => void
  /** A face shows this conversation: it is told when the conversation closes or opens. */
  readonly watch: (id: string) => void
}

/** The handlers of one account's mail. */
export function mailHandlers(parts: HandlerParts): MailHandlers {
  return {
    ...conversationHandlers(parts),
    ...messageHandlers(parts),
    ...draftHandlers(parts),
    ...mailDraftHandlers(parts.dependencies, parts.store),
    ...heldHandlers(parts),
  }
}

type Named<N extends keyof MailHandlers> = Pick<MailHandlers, N>

function conversationHandlers(
  parts: HandlerParts,
): Named<'conversations.list' | 'conversations.get' | 'conversations.markRead'> {
  const { dependencies, store } = parts
  return {
    'conversations.list': (window) => {
      const { total, rows } = store.conversations.page(window)
      const conversations = rows.flatMap(({ id }) => showConversation(dependencies, store, id) ?? [])
      return ok({ total, conversations, unread: store.messages.unread() })
    },
    'conversations.get': ({ id }) => {
      const conversation = showConversation(dependencies, store, id)
      if (!conversation) return fail('notFound')
      parts.watch(conversation.id)
      return ok(conversation)
    },
    'conversations.markRead': (input) => {
      const id = addressIdentity(input.id)
      // Asked before the messages are marked: afterwards none is unread any more.
      const due = store.messages.receiptsDue(id)
      // Together: a crash between the two would lose the receipts, or send them twice.
      const changed = store.transaction(() => {
        const count = store.messages.markRead(id)
        for (const message of due) parts.submitter.submitReceipt(message)
        return count
      })
      // Nothing changed, so nothing is announced: the page marks a conversation as read on every look at it.
      if (changed === 0) return ok({})
      dependencies.emit('conversation.changed', { id })
      if (due.length > 0) parts.outbox.wake()
      parts.wakeMailbox()
      return ok({})
    },
  }
}

function messageHandlers(
  parts: HandlerParts,
): Named<
  | 'messages.list'
  | 'mail.list'
  | 'message.get'
  | 'message.markRead'
  | 'message.planReply'
  | 'outbox.submit'
  | 'outbox.retry'
  | 'guard.judge'
> {
  const { dependencies, store } = parts
  return {
    'messages.list': ({ conversation, before, count }) => {
      const limit = before === undefined ? undefined : store.messages.get(before)
      if (before !== undefined && !limit) return fail('notFound')
      const { messages, more } = store.messages.window(addressIdentity(conversation), count, limit)
      return ok({ messages: messages.map((message) => showMessage(dependencies, message)), more })
    },
    'mail.list': ({ search, from, count }) => {
      const { total, messages } = store.messages.mail(search, { from, count })
      return ok({ total, messages: messages.map((message) => showMessage(dependencies, message)) })
    },
    'message.get': ({ id }) => {
      const message = store.messages.get(id)
      return message ? ok(showMessage(dependencies, message)) : fail('notFound')
    },
    'message.markRead': ({ id }) => {
      const message = store.messages.get(id)
      if (!message) return fail('notFound')
      if (store.messages.markMessageRead(id) === 0) return ok({})
      dependencies.emit('conversation.changed', { id: message.conversation })
      parts.wakeMailbox()
      return ok({})
    },
    'message.planReply': ({ id, scope }) => {
      const message = store.messages.get(id)
      if (!message) return fail('notFound')
      return ok(showReplyPlan(dependencies, planAnswer(dependencies, message, scope)))
    },
    'outbox.submit': (draft) => {
      const result = parts.submitter.submit(draft)
      if (result.ok) parts.outbox.wake()
      return result
    },
    'outbox.retry': ({ id }) => parts.outbox.retry(id),
    'guard.judge': ({ recipients }) => {
      if (recipients.length === 0) return ok({ refusals: [] })
      const verdict = judgeRecipients(
        dependencies,
        recipients.map((text) => ({ field: 'to', text })),
      )
      return ok({ refusals: verdict.allowed ? [] : verdict.refusals.map((refusal) => ({ ...refusal })) })
    },
  }
}

function draftHandlers({ dependencies, store }: HandlerParts): Named<'draft.get' | 'draft.save'> {
  return {
    'draft.get': ({ conversation }) => ok({ text: store.drafts.get(addressIdentity(conversation)) }),
    'draft.save': ({ conversation, text }) => {
      const shown = showConversation(dependencies, store, conversation)
      if (!shown) return fail('notFound')
      // The page saves again when it leaves; writing the same text would only wear the disk.
      if (store.drafts.get(shown.id) === text) return ok({})
      const now = dependencies.clock.now()
      store.transaction(() => {
        if (text === '') {
          store.drafts.remove(shown.id)
          // A draft puts its conversation into the list; with the last draft gone, one without messages leaves it.
          store.conversations.dropEmpty(shown.id)
        } else {
          store.drafts.save(shown.id, text, now)
          store.conversations.touch(shown.id, shown, shown.last?.at ?? now)
        }
      })
      return ok({})
    },
  }
}

type HeldCalls = 'held.list' | 'held.get' | 'held.looked' | 'held.dismiss' | 'held.restore' | 'held.delete'

function heldHandlers({ dependencies, reader, store, wakeMailbox }: HandlerParts): Named<HeldCalls> {
  const { held } = store
  const chosen = (count: number) => {
    if (count === 0) return fail('notFound')
    dependencies.emit('held.changed', { total: held.total() })
    return ok({ count })
  }
  return {
    'held.list': (window) =>
      ok({
        total: held.total(),
        unseen: held.unseen(),
        keptLooked: held.keptLooked(),
        held: [...held.page(window)],
      }),
    'held.get': async ({ id }) => {
      const found = held.get(id)
      const facts = held.facts(id)
      if (!found || !facts) return fail('notFound')
      // Plain text only, made when it is looked at (I3).
      const raw = await held.bytes(id)
      const { content } = await prepare(dependencies, reader, { ...facts, raw }, 'claimed')
      return ok({ held: found, text: content.text, ofSender: held.ofSender(id) })
    },
    'held.looked': ({ kept }) => {
      const moved = store.transaction(() => [held.setLooked(), kept > 0 && held.setKeptLooked(kept)])
      if (moved.includes(true)) dependencies.emit('held.changed', { total: held.total() })
      return ok({})
    },
    'held.dismiss': ({ id, scope }) => chosen(held.dismiss(id, scope)),
    'held.restore': ({ id, scope }) => chosen(held.restore(id, scope)),
    'held.delete': ({ id, scope }) => {
      const result = chosen(held.delete(id, scope))
      if (result.ok) wakeMailbox()
      return result
    },
  }
}
