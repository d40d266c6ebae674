/** A logged-in connection to a mailbox as the engine sees it, and what may become of one of its commands. */
import type { MailServer } from '../../../../shared/whitelist/login.ts'
import type { Fetched } from '../incoming/incoming.ts'

/**
 * `refused`: the server answered this one command with NO or BAD; the session goes on. The others end it. `authFailed`:
 * the password is wrong. `loginRefused`: it was not taken, for a reason that says nothing about the password.
 * `noLogin`: the server offers no way to sign in.
 */
export type ImapErrorKind = 'refused' | 'authFailed' | 'loginRefused' | 'noLogin' | 'unreachable'

/** What the rest of the engine sees of an IMAP failure. `code`: a response code of RFC 5530 or of the library. */
export class ImapError extends Error {
  readonly kind: ImapErrorKind
  readonly code: string
  constructor(kind: ImapErrorKind, code: string) {
    super(`imap: ${kind} (${code})`)
    this.name = 'ImapError'
    this.kind = kind
    this.code = code
  }
}

/** A folder of the mailbox. `trash`, `discarded`: what nobody misses. `other`: none of those that mean something here. */
export type FolderInfo = {
  readonly path: string
  readonly role: 'sent' | 'trash' | 'discarded' | 'other'
}

/** A selected folder. `modseq`: only where the server counts changes (RFC 7162). */
export type FolderState = { readonly uidValidity: string; readonly exists: number; readonly modseq?: string }

/** A message that the folder holds. `size` in bytes; 0 where the server did not say. */
export type Listed = { readonly uid: number; readonly size: number; readonly seen: boolean }

/** Whether the message is marked as read on the server. */
export type SeenFlag = { readonly uid: number; readonly seen: boolean }

/** Messages of the selected folder with UIDs from `first` to `last`, both among them. */
export type UidRange = { readonly first: number; readonly last: number }

/**
 * A logged-in connection. Every method rejects with `ImapError`; after any kind but `refused` the session is of no more
 * use.
 */
export interface MailSession {
  folders(): Promise<readonly FolderInfo[]>
  /** Makes a folder and answers with its path as the server has it. */
  create(folder: string): Promise<string>
  select(folder: string): Promise<FolderState>
  /** Messages of the selected folder with higher UIDs, ascending. */
  list(after: number): Promise<readonly Listed[]>
  /** UIDs of all messages of the selected folder, ascending. */
  uids(): Promise<readonly number[]>
  /** The messages, ascending; without those that are gone. `header`: no more of each than its header may have. */
  fetch(range: UidRange, extent: 'whole' | 'header'): Promise<readonly Fetched[]>
  /** Flags of messages from the UID `from` on; where `modseq` is known, only those that changed since. */
  flags(from: number, modseq: string | undefined): Promise<readonly SeenFlag[]>
  markSeen(uids: readonly number[]): Promise<void>
  /** Takes messages out of the selected folder: into that one, or off the server. */
  discard(uids: readonly number[], into: string | undefined): Promise<void>
  /** UID of a message of the selected folder that has this Message-ID. */
  find(messageId: string): Promise<number | undefined>
  /** `at`: the date that the copy gets; without one the server dates it. */
  append(folder: string, raw: Uint8Array, at: number | undefined): Promise<void>
  /** Whether news wake `waitForNews`; otherwise only asking again finds them. */
  hearsNews(): boolean
  /** Whether the server told of flags set by another program since they were asked for last. */
  flagsMoved(): boolean
  /** Resolves at news of the selected folder, or when `interrupt` or any other method is called. */
  waitForNews(): Promise<void>
  interrupt(): void
  close(): void
}

type ImapOptions = { readonly server: MailServer; readonly user: string; readonly password: string }
/** Logs in; `signal` ends the attempt at once. */
export type Connect = (options: ImapOptions, signal: AbortSignal) => Promise<MailSession>
