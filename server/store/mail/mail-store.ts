/** Mailboxes and messages of the embedded mail: what the IMAP and SMTP sides may ask of the store. */

/** A folder as stored. `id` is never given to another folder. */
export type MailFolder = {
  readonly id: number
  readonly account: string
  readonly path: string
  /** RFC 6154 attribute such as `\Sent`, or empty. */
  readonly special: string
  readonly uidValidity: number
  readonly uidNext: number
  readonly modseq: number
  readonly subscribed: boolean
}

/** What IMAP lists of a message without reading its bytes. */
export type StoredMessage = {
  readonly uid: number
  /** Id of the bytes, shared by copies. */
  readonly content: number
  readonly flags: readonly string[]
  readonly modseq: number
  /** Milliseconds since the epoch. */
  readonly received: number
  readonly size: number
}

/** What a message looks like from outside, worked out once, when it is stored; JSON. */
export type MessageSummary = { readonly envelope: string; readonly structure: string }

/** A message to be stored, byte for byte; `received` is its INTERNALDATE in milliseconds. */
export type NewMessage = {
  readonly raw: Uint8Array
  readonly summary: MessageSummary
  readonly flags: readonly string[]
  readonly received: number
}

/** Where a stored message is; `folder` as it is with that message in it, for clients that have it open. */
export type Added = { readonly folder: MailFolder; readonly uid: number; readonly modseq: number }
/** What clients that have the folder open are told: who is gone, under which modification number. */
export type Removed = { readonly uid: number; readonly modseq: number }
/**
 * `from`, `to`: UIDs in the two folders. `removedAt`: modification number of the original's removal, where it was
 * moved.
 */
export type Copied = {
  readonly from: number
  readonly to: number
  readonly modseq: number
  readonly removedAt?: number
}

/** A message for one recipient's INBOX. `submission`: of a login, delivered once however often it is submitted. */
export type Delivery = {
  readonly account: string
  readonly message: NewMessage
  readonly submission?: { readonly account: string; readonly messageId: string }
}

/** IMAP's STORE: FLAGS, +FLAGS or -FLAGS. */
export type FlagChange = {
  readonly action: 'set' | 'add' | 'remove'
  readonly flags: readonly string[]
  /** RFC 7162 3.1.3: messages changed after this stay as they are. */
  readonly unchangedSince?: number
}
/** `changed` leaves out messages whose flags were already so: nobody need be told of them. */
export type FlagOutcome = {
  readonly changed: readonly { readonly uid: number; readonly flags: readonly string[]; readonly modseq: number }[]
  /** Left alone because of `unchangedSince`. */
  readonly conflicts: readonly number[]
}

/** IMAP response codes (RFC 5530), as clients understand them. */
export type FolderRefusal = 'NONEXISTENT' | 'ALREADYEXISTS' | 'CANNOT'

/** Folders by account and path. Nothing here asks whether the account exists: whoever signed in has one. */
export type MailFolders = {
  /** The account's folders; INBOX, Sent, Drafts and Trash are made at first sight. `now`: milliseconds. */
  folders(account: string, now: number): Promise<readonly MailFolder[]>
  folder(account: string, path: string): Promise<MailFolder | undefined>
  createFolder(account: string, path: string, now: number): Promise<MailFolder | FolderRefusal>
  renameFolder(account: string, path: string, to: string): Promise<true | FolderRefusal>
  deleteFolder(account: string, path: string): Promise<MailFolder | FolderRefusal>
  subscribe(account: string, path: string, subscribed: boolean): Promise<true | FolderRefusal>
}

/** What SELECT, FETCH, SEARCH and STATUS read. */
export type MailReading = {
  /** The folder as it is now and the UIDs in it, ascending, read in one moment. */
  open(
    account: string,
    path: string,
  ): Promise<{ readonly folder: MailFolder; readonly uids: readonly number[] } | undefined>
  counts(folder: number): Promise<{ readonly messages: number; readonly unseen: number }>
  /** Ascending by UID; those that are gone are left out. */
  messages(folder: number, uids: readonly number[]): Promise<readonly StoredMessage[]>
  /** All of a folder, ascending by UID. */
  list(folder: number): Promise<readonly StoredMessage[]>
  summary(content: number): Promise<MessageSummary | undefined>
  /** All bytes, read piece by piece. */
  raw(content: number): Promise<Uint8Array | undefined>
  /** The first piece: at least the first MiB, or all of it. */
  beginning(content: number): Promise<Uint8Array | undefined>
}

/**
 * What changes messages; each call is one transaction. Before it the bytes of a large message are written piece by
 * piece, and others get their turn between two pieces.
 */
export type MailMessages = {
  append(folder: number, message: NewMessage): Promise<Added | undefined>
  /** All of them or none, in one transaction; those that were delivered before are left out of the answer. */
  deliver(deliveries: readonly Delivery[], now: number): Promise<readonly Added[]>
  setFlags(folder: number, uids: readonly number[], change: FlagChange): Promise<FlagOutcome>
  /** Removes messages marked `\Deleted`; of `uids`, or all. */
  expunge(folder: number, uids?: readonly number[]): Promise<readonly Removed[]>
  /** Copies in order of UID; `move` removes the originals in the same transaction (RFC 6851). */
  copy(
    from: number,
    uids: readonly number[],
    target: { readonly folder: number; readonly move: boolean },
  ): Promise<readonly Copied[]>
  /** Forgets submissions before this time: no retry comes so late. */
  forgetSubmissions(before: number): Promise<void>
  /** Removes pieces of messages that a crash kept from being stored. For a start: nothing is being stored meanwhile. */
  removeUnfinished(): Promise<void>
}

/** The whole of it, as `Store.mail` offers it. */
export type MailStore = MailFolders & MailReading & MailMessages
