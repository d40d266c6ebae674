/** An IMAP server's mailbox in memory, behind the same port as imap.ts. */
import type { Fetched } from '../incoming/incoming.ts'
import {
  type Connect,
  type FolderInfo,
  ImapError,
  type ImapErrorKind,
  type MailSession,
} from '../network/mail-session.ts'

type Stored = { readonly uid: number; readonly raw: Uint8Array; readonly at: number; seen: boolean }
type Folder = { uidValidity: string; uidNext: number; messages: Stored[] }

export type FakeMailbox = {
  readonly connect: Connect
  readonly connects: () => number
  /** Puts a message into a folder, as the server does; a session that waits hears of it. */
  deliver(
    raw: Uint8Array | string,
    more?: { readonly folder?: string; readonly seen?: boolean; readonly at?: number },
  ): void
  folder(name: string): readonly { readonly uid: number; readonly text: string; readonly seen: boolean }[]
  /** Makes a folder; `Trash` is the one for deleted mail. */
  create(folder: string): void
  /** The mailbox was rebuilt: same messages, other UIDs. */
  rebuild(folder: string): void
  /** What the next connections end in. */
  refuse(kinds: readonly ImapErrorKind[]): void
  /** The connection breaks. */
  cut(): void
  /** Called with the date that a filed copy is given. */
  onAppend: (at: number | undefined) => void
  /** Called before each command of a session, by its name; may throw `ImapError` to fail there. */
  onCommand: (name: string) => void
}

export function fakeMailbox(at: () => number): FakeMailbox {
  const folders = new Map<string, Folder>([
    ['INBOX', { uidValidity: '1', uidNext: 1, messages: [] }],
    ['Sent', { uidValidity: '1', uidNext: 1, messages: [] }],
  ])
  const refusals: ImapErrorKind[] = []
  const sessions = new Set<{ wake: () => void; broken: boolean }>()
  let connected = 0
  const folderOf = (name: string): Folder => {
    const folder = folders.get(name)
    if (!folder) throw new Error(`no such folder: ${name}`)
    return folder
  }
  const put = (name: string, raw: Uint8Array, more: { seen: boolean; at: number }): void => {
    const folder = folderOf(name)
    folder.messages.push({ uid: folder.uidNext, raw, ...more })
    folder.uidNext += 1
    for (const session of sessions) session.wake()
  }
  const mailbox: FakeMailbox = {
    onCommand: () => undefined,
    onAppend: () => undefined,
    connects: () => connected,
    connect: () => {
      connected += 1
      const refusal = refusals.shift()
      if (refusal) return Promise.reject(new ImapError(refusal, 'fake'))
      const state = { wake: () => undefined, broken: false }
      sessions.add(state)
      const command = (name: string): void => mailbox.onCommand(name)
      const appended = (date: number | undefined): void => mailbox.onAppend(date)
      return Promise.resolve(sessionOn({ folders, now: at, folderOf, put, state, command, appended }))
    },
    deliver: (raw, more = {}) =>
      put(more.folder ?? 'INBOX', typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw, {
        seen: more.seen ?? false,
        at: more.at ?? at(),
      }),
    folder: (name) =>
      folderOf(name).messages.map(({ uid, raw, seen }) => ({ uid, text: Buffer.from(raw).toString('utf8'), seen })),
    create: (name) => void folders.set(name, { uidValidity: '1', uidNext: 1, messages: [] }),
    rebuild: (name) => {
      const folder = folderOf(name)
      folder.uidValidity = String(Number(folder.uidValidity) + 1)
      folder.messages = folder.messages.map((message, index) => ({ ...message, uid: index + 1 }))
      folder.uidNext = folder.messages.length + 1
    },
    refuse: (kinds) => refusals.push(...kinds),
    cut: () => {
      for (const session of sessions) {
        session.broken = true
        session.wake()
      }
      sessions.clear()
    },
  }
  return mailbox
}

type SessionParts = {
  readonly folders: Map<string, Folder>
  readonly now: () => number
  readonly folderOf: (name: string) => Folder
  readonly put: (name: string, raw: Uint8Array, more: { seen: boolean; at: number }) => void
  readonly state: { wake: () => void; broken: boolean }
  readonly command: (name: string) => void
  readonly appended: (at: number | undefined) => void
}

function sessionOn({ folders, now, folderOf, put, state, command, appended }: SessionParts): MailSession {
  let selected = 'INBOX'
  let news = false
  const say = async (name: string): Promise<void> => {
    await Promise.resolve()
    if (state.broken) throw new ImapError('unreachable', 'cut')
    command(name)
  }
  let endWait: () => void = () => undefined
  state.wake = () => {
    news = true
    endWait()
  }
  return {
    folders: async () => {
      await say('LIST')
      return [...folders.keys()].map((path) => ({ path, role: roleOf(path) }))
    },
    create: async (folder) => {
      await say('CREATE')
      folders.set(folder, { uidValidity: '1', uidNext: 1, messages: [] })
      return folder
    },
    select: async (folder) => {
      await say('SELECT')
      selected = folder
      news = false
      const { uidValidity, messages } = folderOf(folder)
      return { uidValidity, exists: messages.length }
    },
    ...commandsHere(() => ({ name: selected, folder: folderOf(selected) }), say, put),
    append: async (folder, raw, at) => {
      await say('APPEND')
      appended(at)
      put(folder, raw, { seen: true, at: at ?? now() })
      await say('APPENDED')
    },
    hearsNews: () => true,
    flagsMoved: () => news,
    waitForNews: async () => {
      await say('IDLE')
      if (!news) {
        await new Promise<void>((resolve) => {
          endWait = resolve
        })
      }
      await say('DONE')
    },
    interrupt: () => endWait(),
    close: () => {
      state.broken = true
      state.wake()
    },
  }
}

function roleOf(path: string): FolderInfo['role'] {
  if (path === 'Sent') return 'sent'
  return path === 'Trash' ? 'trash' : 'other'
}

type Here = () => { readonly name: string; readonly folder: Folder }
type Commands = Pick<MailSession, 'list' | 'uids' | 'fetch' | 'flags' | 'markSeen' | 'discard' | 'find'>

/** Commands to the selected folder. */
function commandsHere(here: Here, say: (name: string) => Promise<void>, put: SessionParts['put']): Commands {
  return {
    list: async (after) => {
      await say('LISTING')
      return here()
        .folder.messages.filter(({ uid }) => uid > after)
        .map(({ uid, raw, seen }) => ({ uid, size: raw.length, seen }))
    },
    uids: async () => {
      await say('SEARCH')
      return here().folder.messages.map(({ uid }) => uid)
    },
    fetch: async ({ first, last }) => {
      await say('FETCH')
      return here()
        .folder.messages.filter(({ uid }) => uid >= first && uid <= last)
        .map((message) => fetchedOf(message, here().name))
    },
    flags: async () => {
      await say('FLAGS')
      return here().folder.messages.map(({ uid, seen }) => ({ uid, seen }))
    },
    markSeen: async (uids) => {
      await say('STORE')
      for (const message of here().folder.messages) if (uids.includes(message.uid)) message.seen = true
    },
    discard: async (uids, into) => {
      await say('DISCARD')
      const { folder } = here()
      const taken = folder.messages.filter(({ uid }) => uids.includes(uid))
      if (into !== undefined) for (const { raw, seen, at } of taken) put(into, raw, { seen, at })
      folder.messages = folder.messages.filter((message) => !taken.includes(message))
    },
    find: async (messageId) => {
      await say('SEARCH')
      return here().folder.messages.find(({ raw }) => Buffer.from(raw).toString('latin1').includes(messageId))?.uid
    },
  }
}

function fetchedOf({ raw, at, seen, uid }: Stored, folder: string): Fetched {
  // A copy: what reads it may hand it to another thread.
  return { raw: new Uint8Array(raw), at, seen, truncated: false, place: { folder, uid } }
}
