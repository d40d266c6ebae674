/**
 * Incoming messages: judged, then stored in one transaction with the position, so that a message is neither lost nor
 * stored twice whenever the process ends. Everything is announced after it is stored.
 */
import { createTurns } from '../../../../shared/turns.ts'
import { StoreError } from '../../ground/store-error.ts'
import type { MailDependencies } from '../dependencies.ts'
import type { Aside, Position } from '../store/folders.ts'
import type { Standing } from '../store/messages.ts'
import type { MailStore } from '../store/store.ts'
import { announceOutcome, announceAdmitted, type Change, merge, newOutcome, type Outcome } from './announce.ts'
import { type Fetched, type Judged, judge, keyOf, listState, type Prepared, prepareList, readSent } from './incoming.ts'
import { prepare } from './prepare.ts'
import { type MessageReader, ReaderClosed } from './reader.ts'

/** What a folder brought. */
type Batch = {
  readonly folder: string
  /** `inbox` is judged; `sent` is the user's own. */
  readonly role: 'inbox' | 'sent'
  readonly messages: readonly Fetched[]
  /** Messages that the server would not give, as they are to be noted. */
  readonly refused: readonly Aside[]
  /** How far the folder is read with it. */
  readonly position: Position
  readonly standing: Standing
}

/** Where messages enter the store. */
export type Inbox = {
  receive(batch: Batch): Promise<void>
  /** I6: held messages of whose claimed sender the list says something else than when they were judged. */
  listChanged(): Promise<void>
  /** Held messages whose proof failed for want of DNS. */
  retryProofs(): Promise<void>
}

type Parts = { readonly dependencies: MailDependencies; readonly store: MailStore; readonly reader: MessageReader }

/** Bytes of a held message that are written in one go with what else came. */
const smallMessage = 1024 * 1024

/** The inbox over one store. Its methods run one after another and reject only for bugs and a failing store. */
export function createInbox(dependencies: MailDependencies, store: MailStore, reader: MessageReader): Inbox {
  const parts = { dependencies, store, reader }
  // Two judgements of one held message at a time would both find it held.
  const inTurn = createTurns()
  return {
    receive: (batch) => inTurn(() => receive(parts, batch)),
    listChanged: () => inTurn(() => judgeAgain(parts, idsOfChangedClaims(parts))),
    retryProofs: () => inTurn(() => judgeAgain(parts, store.held.idsToRetry())),
  }
}

async function receive(parts: Parts, batch: Batch): Promise<void> {
  const { dependencies } = parts
  const prepared: Prepared[] = []
  const aside: Aside[] = [...batch.refused]
  // One after another: each may ask the DNS and hold a message of 25 MB.
  for (const fetched of batch.messages) {
    const one = await prepareOne(parts, fetched)
    if (one) prepared.push(one)
    else aside.push(...asideOf(fetched))
  }
  if (batch.role === 'inbox') {
    await prepareList(dependencies, prepared)
    await keepLarge(parts, prepared)
  }
  announceOutcome(parts, storeAll(parts, batch, prepared, aside))
}

/** How far the folder is read, and what of it could not be had: in the transaction that stores the rest. */
function mark({ dependencies, store }: Parts, { folder, position }: Batch, aside: readonly Aside[]): void {
  for (const one of aside) store.folders.setAside(folder, one, dependencies.clock.now())
  store.folders.set(folder, position)
}

function asideOf({ place }: Fetched): readonly Aside[] {
  return place ? [{ uid: place.uid, pause: 0 }] : []
}

/** A message that breaks its reading costs itself alone. */
async function prepareOne({ dependencies, reader }: Parts, fetched: Fetched): Promise<Prepared | undefined> {
  // A server may give no date, or one that is none.
  const at = Number.isSafeInteger(fetched.at) ? fetched.at : dependencies.clock.now()
  try {
    return await prepare(dependencies, reader, { ...fetched, at })
  } catch (error) {
    if (error instanceof ReaderClosed) throw error
    dependencies.log.error('inbox.unreadable', { name: nameOf(error) })
    return undefined
  }
}

/** Bytes of large held messages are written before, piece by piece: other work has to wait for a transaction. */
async function keepLarge({ dependencies, store }: Parts, messages: readonly Prepared[]): Promise<void> {
  for (const one of messages) {
    if (one.fetched.raw.length <= smallMessage) continue
    const judged = judge(dependencies, one)
    if (judged.kind === 'held') await store.held.keep(judged.row)
  }
}

/**
 * All messages and the position in one transaction: a crash leaves both or neither. Where one message cannot be stored
 * each is stored alone, and those that cannot be are set aside. The store's own failure is nobody's fault: it is thrown.
 */
function storeAll(parts: Parts, batch: Batch, messages: readonly Prepared[], aside: Aside[]): Outcome {
  const { store, dependencies } = parts
  try {
    const outcome = newOutcome()
    store.transaction(() => {
      for (const one of messages) storeOne(parts, batch, one, outcome)
      mark(parts, batch, aside)
    })
    return outcome
  } catch (error) {
    if (error instanceof StoreError || messages.length === 0) throw error
  }
  const outcome = newOutcome()
  for (const one of messages) {
    const alone = newOutcome()
    try {
      store.transaction(() => storeOne(parts, batch, one, alone))
      merge(outcome, alone)
    } catch (error) {
      if (error instanceof StoreError) throw error
      dependencies.log.error('inbox.notStored', { name: nameOf(error) })
      aside.push(...asideOf(one.fetched))
    }
  }
  store.transaction(() => mark(parts, batch, aside))
  return outcome
}

function storeOne(parts: Parts, batch: Batch, one: Prepared, outcome: Outcome): void {
  const { dependencies, store } = parts
  const judged = batch.role === 'inbox' ? judge(dependencies, one) : readSent(dependencies, one, isConversation(store))
  const uid = one.fetched.place?.uid
  // What was there before the folder was first read is history, and so is what was read elsewhere.
  const isHistory = uid !== undefined && uid <= batch.position.history
  apply(parts, judged, outcome, { standing: batch.standing, telling: isHistory ? 'history' : 'news' })
  if (uid === undefined) return
  store.folders.takeBack(batch.folder, uid)
  const touched = store.places.followSeen(batch.folder, uid, one.fetched.seen)
  if (touched) outcome.touched.push(touched)
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function isConversation(store: MailStore): (key: string) => boolean {
  return (key) => store.conversations.get(key) !== undefined
}

function idsOfChangedClaims({ dependencies, store }: Parts): readonly string[] {
  const list = dependencies.list()
  const claimed = store.held
    .claims()
    .filter(({ key, state }) => listState(list, key) !== state)
    .flatMap(({ key, state }) => store.held.idsOfClaim(key, state))
  // Whom they resemble may be nobody's contact any more (I9).
  const alike = store.held.lookalikes().filter(({ contact }) => !list.view?.find(keyOf({ address: contact })))
  return [...new Set([...claimed, ...alike.map(({ id }) => id)])]
}

/**
 * Each message has its own transaction: a list change may concern many, and one for all would keep other writers
 * waiting.
 */
async function judgeAgain(parts: Parts, ids: readonly string[]): Promise<void> {
  const admitted: Change[] = []
  try {
    for (const id of ids) admitted.push(...(await judgeOneAgain(parts, id)))
  } finally {
    announceAdmitted(parts.dependencies, admitted)
  }
}

async function judgeOneAgain(parts: Parts, id: string): Promise<readonly Change[]> {
  const { dependencies, store, reader } = parts
  const facts = store.held.facts(id)
  // Judged by an earlier round that ran meanwhile.
  if (!facts) return []
  try {
    const prepared = await prepare(dependencies, reader, { ...facts, raw: await store.held.bytes(id) })
    await prepareList(dependencies, [prepared])
    const outcome = settle(parts, id, prepared)
    announceOutcome(parts, outcome)
    return outcome.added
  } catch (error) {
    if (error instanceof StoreError || error instanceof ReaderClosed) throw error
    // It stays held; the others have their turn.
    dependencies.log.error('inbox.unreadable', { name: nameOf(error) })
    return []
  }
}

function settle(parts: Parts, id: string, prepared: Prepared): Outcome {
  const { dependencies, store } = parts
  const outcome = newOutcome()
  store.transaction(() => {
    const judged = judge(dependencies, prepared)
    apply(parts, judged, outcome, { standing: 'history', telling: 'released' })
    if (judged.kind === 'held') return
    store.held.release(id, judged.kind === 'message' ? judged.message.id : undefined)
    outcome.heldMoved = true
  })
  return outcome
}

type How = { readonly standing: Standing; readonly telling: Change['telling'] }

/** Stores what a judgement says, inside the caller's transaction. */
function apply({ dependencies, store }: Parts, judged: Judged, outcome: Outcome, { standing, telling }: How): void {
  if (judged.kind === 'message') {
    const { message, partner } = judged
    const rank = store.messages.add(message, standing, dependencies.clock.now())
    // Already there, as after another UIDVALIDITY: it is not told of again.
    if (rank === undefined) return void outcome.touched.push(message)
    store.conversations.touch(message.conversation, partner, rank)
    outcome.added.push({ message, partner, telling })
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
