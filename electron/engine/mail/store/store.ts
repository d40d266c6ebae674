/** The mail side's repositories, by name, over one database. */
import type { Database } from '../../database/open.ts'
import { type ConversationStore, createConversationStore, createDraftStore, type DraftStore } from './conversations.ts'
import { createFolderStore, type FolderStore } from './folders.ts'
import { createHeldStore, type HeldStore } from './held-store.ts'
import { createMessageStore, type MessageStore } from './messages.ts'
import { createOutboxQueue, type OutboxQueue } from './outbox-queue.ts'
import { createPlaceStore, type PlaceStore } from './places.ts'

/** The mail side's part of the account's store. */
export type MailStore = {
  readonly messages: MessageStore
  readonly conversations: ConversationStore
  readonly drafts: DraftStore
  readonly queue: OutboxQueue
  readonly held: HeldStore
  readonly folders: FolderStore
  readonly places: PlaceStore
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
    folders: createFolderStore(database),
    places: createPlaceStore(database),
    transaction: (body) => database.transaction(body),
  }
}
