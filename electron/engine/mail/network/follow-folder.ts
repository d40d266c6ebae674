/**
 * Keeps the store level with what other programs do in a folder: read marks both ways, messages moved and deleted. Mail
 * follows the server; a chat stays once it was stored (docs/operating.md, "Other mail programs beside Kith").
 */
import type { MailDependencies } from '../dependencies.ts'
import { flagsWindow, maxSought } from '../limits.ts'
import type { Position } from '../store/folders.ts'
import type { Lost, Touched } from '../store/places.ts'
import type { MailStore } from '../store/store.ts'
import { type FolderInfo, type FolderState, ImapError, type MailSession } from './mail-session.ts'

/** What following a folder takes. */
type Following = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly session: MailSession
  readonly folder: string
  readonly state: FolderState
}

/** Tells the server what was read here. */
export async function tellSeen({ store, session, folder }: Following): Promise<void> {
  const uids = store.places.unseen(folder)
  for (let from = 0; from < uids.length; from += seenAtATime) {
    const some = uids.slice(from, from + seenAtATime)
    await session.markSeen(some)
    // After the server took them: a flag set twice does no harm, a lost one stays unread on other devices.
    store.transaction(() => store.places.setSeen(folder, some))
  }
}

/** Takes from the server what the user deleted here. */
export async function discardDeleted({ store, session, folder }: Following): Promise<void> {
  const uids = store.held.toDiscard(folder)
  if (uids.length === 0) return
  const trash = (await session.folders()).find(({ role }) => role === 'trash')?.path
  for (let from = 0; from < uids.length; from += seenAtATime) {
    const some = uids.slice(from, from + seenAtATime)
    await session.discard(some, trash)
    store.transaction(() => store.held.discarded(folder, some))
  }
}

/** UIDs of one STORE: servers bound the length of a command (RFC 7162 section 4 asks for 8,192 octets). */
const seenAtATime = 500

/** Takes over what other programs marked as read or unread. `look`: also where the server does not count its changes. */
export async function followSeen(following: Following, look: boolean): Promise<void> {
  const { store, session, folder, state } = following
  const known = store.folders.get(folder)?.modseq
  const moved = state.modseq === undefined ? look : state.modseq !== known
  if (!moved) return
  // Counted there, and from where on is known here: only what changed is asked for.
  const since = state.modseq === undefined ? undefined : known
  const flags = await session.flags(since === undefined ? store.places.newest(folder, flagsWindow) : 1, since)
  store.transaction(() => {
    const touched = flags.flatMap(({ uid, seen }) => store.places.followSeen(folder, uid, seen) ?? [])
    keepModseq(store, folder, state)
    announce(following, touched)
  })
}

function keepModseq(store: MailStore, folder: string, { modseq }: FolderState): void {
  const position = store.folders.get(folder)
  if (!position || position.modseq === modseq) return
  const { modseq: _old, ...rest } = position
  store.folders.set(folder, modseq === undefined ? rest : { ...rest, modseq })
}

/** Finds out which messages are not in the folder any more, where there are fewer than were read. */
export async function followRemovals(following: Following, position: Position): Promise<void> {
  const { store, session, folder, state, dependencies } = following
  const now = dependencies.clock.now()
  let heldMoved = store.places.endRebuild(folder, now)
  if (position.exists !== state.exists) {
    const present = new Set(await session.uids())
    store.transaction(() => {
      heldMoved = store.places.keepOnly(folder, present, now) || heldMoved
      store.folders.set(folder, { ...(store.folders.get(folder) ?? position), exists: state.exists })
    })
  }
  if (heldMoved) dependencies.emit('held.changed', { total: store.held.total() })
}

/**
 * A message that a folder lost was moved or deleted. What lies in another folder, but for those of what nobody misses, was
 * moved: it stays. The rest is not shown any more. Leaves another folder selected.
 */
export async function settleLost(following: Omit<Following, 'folder' | 'state'>): Promise<void> {
  const { store, session, dependencies } = following
  const lost = store.places.lost(maxSought)
  if (lost.length === 0) return
  const left = new Map(lost.map((one) => [one.id, one]))
  for (const folder of await session.folders()) {
    if (left.size === 0) break
    if (folder.role !== 'trash' && folder.role !== 'discarded') await seek(following, folder, left)
  }
  store.transaction(() => {
    for (const { id } of left.values()) store.places.setGone(id, dependencies.clock.now())
    announce(following, [...left.values()])
  })
}

async function seek(
  { store, session }: Pick<Following, 'store' | 'session'>,
  { path }: FolderInfo,
  left: Map<string, Lost>,
) {
  try {
    await session.select(path)
  } catch (error) {
    if (!(error instanceof ImapError) || error.kind !== 'refused') throw error
    // Not the user's to open, so not where they put a message.
    return
  }
  for (const { id, messageId } of left.values()) {
    // Without a Message-ID nobody can ask for it.
    const uid = messageId.startsWith('<') ? await session.find(messageId) : undefined
    if (uid === undefined) continue
    store.places.found(id, { folder: path, uid })
    left.delete(id)
  }
}

function announce({ dependencies }: Pick<Following, 'dependencies'>, touched: readonly Touched[]): void {
  for (const { id, conversation } of touched) dependencies.emit('message.changed', { id, conversation })
  for (const id of new Set(touched.map(({ conversation }) => conversation)))
    dependencies.emit('conversation.changed', { id })
}
