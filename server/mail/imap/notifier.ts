/**
 * Tells every connection of an account what happened in its mailboxes. The journal is in memory: it only
 * bridges the moment between reading a mailbox and having it selected; a new connection reads the store.
 */
import type { ImapEvent, ImapSession, Notice, Notifier } from './core.ts'

/** Notices kept a folder after all connections were told: far more than come between a read and its answer. */
const keptNotices = 10_000

/** The library's notifier, and how our own handlers and the delivery tell it what they did. */
export type MailNotifier = Notifier & {
  /** In order of `modseq`. Connections that idle in this folder hear at once. */
  publish(account: string, folder: number, notices: readonly Omit<Notice, '_id'>[]): void
  /** Tells the account's connections to look again: one of them may have read before the last notice. */
  refresh(account: string): void
  send(account: string, event: ImapEvent): void
}

type Listener = (event?: ImapEvent) => void

/** `failed` hears of a connection that could not be told; the others are told nevertheless. */
export function createNotifier(failed: (error: unknown) => void): MailNotifier {
  const listeners = new Map<string, Set<Listener>>()
  const journals = new Map<number, Notice[]>()
  const tell = (account: string, event?: ImapEvent) => {
    for (const listener of listeners.get(account) ?? []) {
      // One broken connection must not keep the others from hearing.
      try {
        listener(event)
      } catch (error) {
        failed(error)
      }
    }
  }
  return {
    addListener(session, listener) {
      const own = listeners.get(session.user.id) ?? new Set()
      listeners.set(session.user.id, own.add(listener))
    },
    removeListener: (session, listener) => removeListener(listeners, session, listener),
    getUpdates: (folder, after, answer) => answer(null, newer(journals.get(folder) ?? [], after)),
    publish(account, folder, notices) {
      if (notices.length === 0) return
      if (!listeners.has(account)) {
        // Nobody is connected: whoever connects next reads the store.
        journals.delete(folder)
        return
      }
      const journal = journals.get(folder) ?? []
      for (const notice of notices) journal.push({ ...notice, _id: `${notice.modseq}.${notice.command}.${notice.uid}` })
      journals.set(folder, journal)
      tell(account)
      if (journal.length > keptNotices) journal.splice(0, journal.length - keptNotices)
    },
    refresh: (account) => tell(account),
    send: tell,
  }
}

function removeListener(listeners: Map<string, Set<Listener>>, session: ImapSession, listener: Listener): void {
  const own = listeners.get(session.user.id)
  own?.delete(listener)
  if (own?.size === 0) listeners.delete(session.user.id)
}

function newer(journal: readonly Notice[], after: number): Notice[] {
  let from = journal.length
  while (from > 0 && (journal[from - 1]?.modseq ?? 0) > after) from -= 1
  return journal.slice(from)
}
