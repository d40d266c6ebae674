/** The mail side's repositories, by name, over one database. */
import type { Database } from '../../database/open.ts'
import { type ConversationStore, conversationStore, type DraftStore, draftStore } from './conversations.ts'
import { type HeldStore, heldStore } from './held-store.ts'
import { type MessageStore, messageStore } from './messages.ts'
import { type OutboxQueue, outboxQueue } from './outbox-queue.ts'
import { type PositionStore, positionStore } from './positions.ts'

export type MailStore = {
  readonly messages: MessageStore
  readonly conversations: ConversationStore
  readonly drafts: DraftStore
  readonly queue: OutboxQueue
  readonly held: HeldStore
  readonly positions: PositionStore
  /** All or nothing. `body` must not await. */
  transaction<T>(body: () => T): T
}

export function mailStore(database: Database): MailStore {
  return {
    messages: messageStore(database),
    conversations: conversationStore(database),
    drafts: draftStore(database),
    queue: outboxQueue(database),
    held: heldStore(database),
    positions: positionStore(database),
    transaction: (body) => database.transaction(body),
  }
}
