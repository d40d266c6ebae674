/**
 * Incoming messages: judged, then stored in one transaction with the position, so that a message is neither lost nor
 * stored twice whenever the process ends. Everything is announced after it is stored.
 */
import { createTurns } from '../../ground/turns.ts'
import type { MailDependencies } from '../dependencies.ts'
import type { Position } from '../store/positions.ts'
import type { NewMessage, Person } from '../store/records.ts'
import type { MailStore } from '../store/store.ts'
import {
  type Fetched,
  type Judged,
  judge,
  listState,
  type Prepared,
  prepare,
  prepareList,
  readSent,
} from './incoming.ts'

type Batch = {
  readonly folder: string
  /** `inbox` is judged; `sent` is the user's own. */
  readonly role: 'inbox' | 'sent'
  readonly messages: readonly Fetched[]
  readonly position: Position
  /** The first reading of a mailbox: history arrives, nothing is new. */
  readonly quiet: boolean
}

/** Where messages enter the store. */
export type Inbox = {
  receive(batch: Batch): Promise<void>
  /** I6: held messages of whose claimed sender the list says something else now. */
  listChanged(): Promise<void>
  /** Held messages whose proof failed for want of DNS. */
  retryProofs(): Promise<void>
}

type Change = { readonly message: NewMessage; readonly partner: Person }
type Outcome = {
  readonly added: Change[]
  /** Own messages of which a receipt came. */
  readonly read: { readonly id: string; readonly conversation: string; readonly at: number }[]
  heldMoved: boolean
}
type Parts = { readonly dependencies: MailDependencies; readonly store: MailStore }

/** Characters of a message shown in a notification. */
const previewLength = 200

/** The inbox over one store. Its methods run one after another and reject only for bugs and a failing store. */
export function createInbox(dependencies: MailDependencies, store: MailStore): Inbox {
  const parts = { dependencies, store }
  // Two judgements of one held message at a time would both find it held.
  const inTurn = createTurns()
  return {
    receive: (batch) => inTurn(() => receive(parts, batch)),
    listChanged: () => inTurn(() => judgeAgain(parts, idsOfChangedClaims(parts))),
    retryProofs: () => inTurn(() => judgeAgain(parts, store.held.idsToRetry())),
  }
}

async function receive(parts: Parts, batch: Batch): Promise<void> {
  const { dependencies, store } = parts
  const prepared: Prepared[] = []
  // One after another: each may ask the DNS and hold a message of 25 MB.
  for (const fetched of batch.messages) prepared.push(await prepare(dependencies, withSaneTime(parts, fetched)))
  if (batch.role === 'inbox') await prepareList(dependencies, prepared)
  const outcome = newOutcome()
  store.transaction(() => {
    for (const one of prepared) {
      const judged =
        batch.role === 'inbox' ? judge(dependencies, one) : readSent(dependencies, one, isConversation(store))
      apply(parts, judged, outcome)
    }
    // In this very transaction: a crash leaves both the messages and the position, or neither.
    store.positions.set(batch.folder, batch.position)
  })
  announce(parts, outcome, batch.quiet)
}

/** A server's clock may run ahead; a message from the future would stand below all later ones. */
function withSaneTime({ dependencies }: Parts, fetched: Fetched): Fetched {
  return { ...fetched, at: Math.min(fetched.at, dependencies.clock.now()) }
}

function isConversation(store: MailStore): (key: string) => boolean {
  return (key) => store.conversations.get(key) !== undefined
}

function idsOfChangedClaims({ dependencies, store }: Parts): readonly string[] {
  const { view } = dependencies.list()
  return store.held
    .claims()
    .filter(({ key, state }) => listState(view, key) !== state)
    .flatMap(({ key, state }) => store.held.idsOfClaim(key, state))
}

/**
 * Each message has its own transaction: a list change may concern many, and one for all would keep other writers
 * waiting.
 */
async function judgeAgain(parts: Parts, ids: readonly string[]): Promise<void> {
  const { dependencies, store } = parts
  for (const id of ids) {
    const row = store.held.whole(id)
    // Judged by an earlier round that ran meanwhile.
    if (!row) continue
    const prepared = await prepare(dependencies, row)
    await prepareList(dependencies, [prepared])
    const outcome = newOutcome()
    store.transaction(() => {
      const judged = judge(dependencies, prepared)
      if (judged.kind !== 'held') {
        store.held.remove(id)
        outcome.heldMoved = true
      }
      apply(parts, judged, outcome)
    })
    announce(parts, outcome, false)
  }
}

function newOutcome(): Outcome {
  return { added: [], read: [], heldMoved: false }
}

/** Stores what a judgement says, inside the caller's transaction. */
function apply({ store }: Parts, judged: Judged, outcome: Outcome): void {
  if (judged.kind === 'message') {
    const { message, partner } = judged
    // Already there, as after another UIDVALIDITY: it is not told of again.
    if (!store.messages.add(message)) return
    store.conversations.touch(message.conversation, partner, message.at)
    outcome.added.push({ message, partner })
  } else if (judged.kind === 'held') {
    if (store.held.put(judged.row)) outcome.heldMoved = true
  } else if (judged.kind === 'receipt') {
    const own = store.messages.ownByMessageId(judged.messageId)
    // Only who got the message can have read it.
    if (own?.conversation !== judged.from || own.delivery?.step === 'read') return
    store.messages.setDelivery(own.id, { step: 'read', at: judged.at })
    outcome.read.push({ id: own.id, conversation: own.conversation, at: judged.at })
  }
}

function announce({ dependencies, store }: Parts, outcome: Outcome, quiet: boolean): void {
  const { emit } = dependencies
  for (const { id, conversation, at } of outcome.read) {
    emit('message.changed', { id, conversation, delivery: { step: 'read', at } })
  }
  const conversations = new Set<string>()
  for (const { message, partner } of outcome.added) {
    const { id, conversation, delivery } = message
    conversations.add(conversation)
    // At the first reading of a mailbox thousands of notifications would come at once.
    if (quiet) continue
    emit('message.changed', { id, conversation, ...(delivery ? { delivery } : {}) })
    if (message.direction === 'in' && !message.read) {
      emit('message.arrived', { id, conversation, name: partner.name, text: preview(message) })
    }
  }
  for (const id of conversations) emit('conversation.changed', { id })
  if (outcome.heldMoved) emit('held.changed', { total: store.held.total() })
}

function preview(message: NewMessage): string {
  const text = message.kind === 'mail' && message.subject !== '' ? message.subject : message.text
  return text.slice(0, previewLength).toWellFormed()
}
