/** The mail side's repositories, by name, over one database. */
import type { Database } from '../../database/open.ts'
import { type ConversationStore, createConversationStore, createDraftStore, type DraftStore } from './conversations.ts'
import { createHeldStore, type HeldStore } from './held-store.ts'
import { createMessageStore, type MessageStore } from './messages.ts'
import { createOutboxQueue, type OutboxQueue } from './outbox-queue.ts'
import { createPositionStore, type PositionStore } from './positions.ts'

/** The mail side's part of the account's store. */
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

/** The repositories over one open database, whose schema is the mail side's. */
export function createMailStore(database: Database): MailStore {
  return {
    messages: createMessageStore(database),
    conversations: createConversationStore(database),
    drafts: createDraftStore(database),
    queue: createOutboxQueue(database),
    held: createHeldStore(database),
    positions: createPositionStore(database),
    transaction: (body) => database.transaction(body),
  }
}
