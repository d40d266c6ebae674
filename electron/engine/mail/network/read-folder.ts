/**
 * Reads what is new in a folder, batch by batch, and what could not be had before. What the server refuses is looked for
 * by halves: one message that it cannot give must not keep the others back. It is set aside and asked for again later.
 */
import type { MailDependencies } from '../dependencies.ts'
import type { Inbox } from '../incoming/inbox.ts'
import type { Fetched } from '../incoming/incoming.ts'
import { fetchBatchCount, fetchBatchSize, maxMessageSize, maxRefusals } from '../limits.ts'
import type { Aside, Position } from '../store/folders.ts'
import type { Standing } from '../store/messages.ts'
import type { MailStore } from '../store/store.ts'
import { type FolderState, ImapError, type Listed, type MailSession } from './mail-session.ts'

/** What reading a folder takes. */
export type Reading = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly inbox: Inbox
  readonly session: MailSession
  readonly folder: string
  readonly role: 'inbox' | 'sent'
  /** The selected folder, as SELECT described it. */
  readonly state: FolderState
  /** Where this mailbox is known already: how what is new stands to what is there. */
  readonly standing: Standing
  readonly fragile: Fragile
}

/**
 * A server that breaks the connection over a message, instead of refusing it, would do so at each connection anew. So
 * what was asked for when it broke is remembered, and asked for in smaller pieces, at last alone.
 */
export type Fragile = { folder: string; first: number; last: number; count: number; times: number }

/** Nothing was being fetched. */
export function nothingFragile(): Fragile {
  return { folder: '', first: 0, last: 0, count: 0, times: 0 }
}

/** How often a connection may break over one message before the message is set aside. */
const maxBreaks = 2

/** `history` of a folder that was never listed. */
const unseen = -1

/** Reads the folder from where it was left; the answer says how far it is read now. */
export async function readNew(reading: Reading): Promise<Position> {
  const { store, session, folder } = reading
  let position = begin(reading)
  const fresh = position.history === unseen
  const found = await session.list(position.lastUid)
  // What is there when a folder is first seen is history.
  if (fresh) position = { ...position, history: found.at(-1)?.uid ?? 0 }
  const wasOpen = position.exists
  for (const group of groups(found, limitOf(reading, found))) {
    const { messages, refused } = await fetchGroup(reading, group)
    position = { ...position, lastUid: group.at(-1)?.uid ?? position.lastUid }
    await reading.inbox.receive({
      ...reading,
      messages,
      refused,
      position,
      standing: fresh ? 'history' : reading.standing,
    })
  }
  // What the folder ought to hold now. Whatever it holds less was taken out by another program.
  if (wasOpen !== undefined) position = { ...position, exists: wasOpen + found.length }
  if (found.length > 0 || fresh) store.folders.set(folder, position)
  return position
}

/** With another UIDVALIDITY the whole folder is read again; what is stored already is recognised. */
function begin({ store, folder, state }: Reading): Position {
  const known = store.folders.get(folder)
  if (known?.uidValidity === state.uidValidity) return known
  // A rebuilt folder has no history: what is not recognised in it is new.
  const position: Position = { uidValidity: state.uidValidity, lastUid: 0, history: known ? 0 : unseen }
  store.transaction(() => {
    if (known) store.places.rebuild(folder)
    store.folders.forgetAside(folder)
    store.folders.set(folder, position)
  })
  return position
}

/** Most messages of a group: fewer where the connection broke over such a group before. */
function limitOf({ folder, fragile }: Reading, found: readonly Listed[]): (uid: number) => number {
  const isIn = (uid: number): boolean => folder === fragile.folder && uid >= fragile.first && uid <= fragile.last
  if (!found.some(({ uid }) => isIn(uid))) return () => fetchBatchCount
  const small = Math.max(1, Math.floor(fragile.count / 2))
  return (uid) => (isIn(uid) ? small : fetchBatchCount)
}

/** Runs of messages that fit into memory together. A message too large stands alone. */
function groups(found: readonly Listed[], limit: (uid: number) => number): readonly (readonly Listed[])[] {
  const all: Listed[][] = []
  let current: Listed[] = []
  let bytes = 0
  for (const one of found) {
    const most = Math.min(limit(one.uid), limit(current[0]?.uid ?? one.uid))
    const isFull = current.length >= most || bytes + one.size > fetchBatchSize
    if (current.length > 0 && isFull) {
      all.push(current)
      current = []
      bytes = 0
    }
    current.push(one)
    bytes += one.size
  }
  return current.length > 0 ? [...all, current] : all
}

type Fetch = { readonly messages: Fetched[]; readonly refused: Aside[] }

async function fetchGroup(reading: Reading, group: readonly Listed[]): Promise<Fetch> {
  const got: Fetch = { messages: [], refused: [] }
  await fetchInto(reading, group, got)
  return got
}

async function fetchInto(reading: Reading, group: readonly Listed[], got: Fetch): Promise<void> {
  const [first] = group
  const last = group.at(-1)
  if (first === undefined || last === undefined) return
  const { fragile, folder } = reading
  const isKnown = fragile.folder === folder && fragile.first === first.uid && fragile.count === 1
  if (isKnown && group.length === 1 && fragile.times >= maxBreaks) {
    Object.assign(fragile, nothingFragile())
    return setAside(reading, first, got, 'BROKEN')
  }
  const times = isKnown ? fragile.times + 1 : 1
  Object.assign(fragile, { folder, first: first.uid, last: last.uid, count: group.length, times })
  try {
    // A message that is too large stands alone in its group, so this speaks of one message.
    const extent = group.some(({ size }) => size > maxMessageSize) ? 'header' : 'whole'
    got.messages.push(...(await reading.session.fetch({ first: first.uid, last: last.uid }, extent)))
    Object.assign(fragile, nothingFragile())
  } catch (error) {
    if (!(error instanceof ImapError) || error.kind !== 'refused') throw error
    Object.assign(fragile, nothingFragile())
    // A server that refuses everything means no single message.
    if (got.refused.length >= maxRefusals) throw error
    if (group.length === 1) return setAside(reading, first, got, error.code)
    const half = Math.ceil(group.length / 2)
    await fetchInto(reading, group.slice(0, half), got)
    await fetchInto(reading, group.slice(half), got)
  }
}

function setAside({ dependencies }: Reading, { uid }: Listed, got: Fetch, code: string): void {
  dependencies.log.warn('mailbox.setAside', { code })
  got.refused.push({ uid, pause: 0 })
}

/** Asks again for what was set aside; a message that is gone is forgotten. */
export async function readAside(reading: Reading): Promise<void> {
  const { store, session, folder, dependencies, inbox } = reading
  const now = dependencies.clock.now()
  const position = store.folders.get(folder)
  for (const one of position ? store.folders.asideDue(folder, now, fetchBatchCount) : []) {
    if (!position) return
    // Before it is asked for: should the connection break over it, the next one does not begin with it again.
    store.folders.setAside(folder, one, now)
    try {
      const messages = await session.fetch({ first: one.uid, last: one.uid }, 'whole')
      if (messages.length === 0) store.folders.takeBack(folder, one.uid)
      else await inbox.receive({ ...reading, messages, refused: [], position, standing: 'history' })
    } catch (error) {
      if (!(error instanceof ImapError) || error.kind !== 'refused') throw error
    }
  }
}
