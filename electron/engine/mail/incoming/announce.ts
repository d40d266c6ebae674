/** What incoming messages did to the store, and how the faces hear of it: after it is stored. */
import type { MailDependencies } from '../dependencies.ts'
import type { Touched } from '../store/places.ts'
import type { NewMessage, Person } from '../store/records.ts'
import type { MailStore } from '../store/store.ts'

/**
 * A message that is new in a conversation. `history`: it was there before the folder was first read. `released`: it was
 * held, and is told of together with all that were.
 */
export type Change = {
  readonly message: NewMessage
  readonly partner: Person
  readonly telling: 'news' | 'history' | 'released'
}

/** What was stored. */
export type Outcome = {
  readonly added: Change[]
  /** Own messages of which a receipt came. */
  readonly read: { readonly id: string; readonly conversation: string; readonly at: number }[]
  /** Messages that were there already, and were touched by another program. */
  readonly touched: Touched[]
  heldMoved: boolean
}

/** Characters of a message shown in a notification. */
const previewLength = 200

/** Nothing yet. */
export function newOutcome(): Outcome {
  return { added: [], read: [], touched: [], heldMoved: false }
}

/** Adds one outcome to another. */
export function merge(into: Outcome, more: Outcome): void {
  into.added.push(...more.added)
  into.read.push(...more.read)
  into.touched.push(...more.touched)
  into.heldMoved ||= more.heldMoved
}

type Telling = { readonly dependencies: Pick<MailDependencies, 'emit'>; readonly store: MailStore }

/** Tells of everything that was stored. */
export function announceOutcome({ dependencies: { emit }, store }: Telling, outcome: Outcome): void {
  for (const { id, conversation, at } of outcome.read) {
    emit('message.changed', { id, conversation, delivery: { step: 'read', at } })
  }
  const conversations = new Set<string>(outcome.touched.map(({ conversation }) => conversation))
  for (const change of outcome.added) {
    const { id, conversation, delivery } = change.message
    conversations.add(conversation)
    // At the first reading of a mailbox thousands of notifications would come at once.
    if (change.telling === 'history') continue
    emit('message.changed', { id, conversation, ...(delivery ? { delivery } : {}) })
    if (change.telling === 'news') announceArrival(emit, change)
  }
  for (const id of conversations) emit('conversation.changed', { id })
  if (outcome.heldMoved) emit('held.changed', { total: store.held.total() })
}

/** What a judgement of everything held brought into conversations: told once for each, however many messages they are. */
export function announceAdmitted({ emit }: Pick<MailDependencies, 'emit'>, changes: readonly Change[]): void {
  const received = changes.filter(({ message }) => message.direction === 'in')
  for (const [conversation, moved] of Map.groupBy(received, ({ message }) => message.conversation)) {
    const newest = moved.findLast(({ message }) => !message.read)
    if (newest) announceArrival(emit, newest)
    emit('held.admitted', { conversation, name: moved[0]?.partner.name ?? '', count: moved.length })
  }
}

function announceArrival(emit: MailDependencies['emit'], { message, partner }: Change): void {
  if (message.direction !== 'in' || message.read) return
  const { id, conversation } = message
  emit('message.arrived', { id, conversation, name: partner.name, text: preview(message) })
}

function preview(message: NewMessage): string {
  const text = message.kind === 'mail' && message.subject !== '' ? message.subject : message.text
  return text.slice(0, previewLength).toWellFormed()
}
