/**
 * The IMAP protocol layer of @zone-eu/wildduck, loaded without the rest of that package: the only file that
 * imports it. What it gives and takes is described here by the members we use.
 */
import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { hardenedTake, matchFolders } from './hardening.ts'
import { idle } from './idle.ts'

/** One item of a FETCH: `item` in lower case; `path` and `type` of a BODY[...] section. */
export type FetchItem = {
  readonly item: string
  readonly path?: string
  readonly type?: string
  readonly headers?: readonly string[]
  readonly partial?: { readonly startFrom: number; readonly maxLength: number }
  readonly isLiteral?: boolean
  /** The item as it is written back in the response. */
  readonly original: { partial?: unknown[] }
}

/** A FETCH as the library parsed it; `messages` are UIDs, also where the client named sequence numbers. */
export type FetchOptions = {
  readonly messages: readonly number[]
  readonly query: readonly FetchItem[]
  readonly changedSince: number
  readonly markAsSeen: boolean
  readonly metadataOnly: boolean
}

/** A STORE; `unchangedSince` 0: whatever has changed meanwhile. */
export type StoreOptions = {
  readonly messages: readonly number[]
  readonly value: readonly string[]
  readonly action: 'set' | 'add' | 'remove'
  readonly silent: boolean
  readonly unchangedSince: number
  readonly isUid?: boolean
}

/** Without `isUid` everything that is marked `\Deleted` goes; `silent` at CLOSE, which tells nobody. */
export type ExpungeOptions = {
  readonly isUid: boolean
  readonly messages?: readonly number[]
  readonly silent?: boolean
}
/** COPY and MOVE; `destination` is a path. */
export type CopyOptions = { readonly destination: string; readonly messages: readonly number[] }

/** One term of a SEARCH; a list of terms means all of them. */
export type SearchTerm = {
  readonly key: string
  readonly value?: unknown
  readonly header?: string
  readonly operator?: string
  readonly exists?: boolean
}
/** A term or, in parentheses, several. */
export type SearchQuery = SearchTerm | readonly SearchQuery[]
/** A SEARCH, every part of which must match. */
export type SearchOptions = { readonly query: readonly SearchQuery[] }

/** A response ready to be compiled; opaque to us. */
export type ImapResponse = { readonly __response?: never }

/** Whoever signed in; both are the login name here. */
export type ImapUser = { readonly id: string; readonly username: string }

/** One connection after its login; `selected` is the mailbox that is open in it. */
export type ImapSession = {
  readonly id: string
  readonly user: ImapUser
  readonly remoteAddress: string
  readonly selected: false | { readonly condstoreEnabled: boolean; readonly readOnly: boolean }
  readonly socket: Socket
  readonly writeStream: { write(output: unknown, written?: () => void): boolean }
  formatResponse(command: string, uid: number, data?: object): ImapResponse | false
  getQueryResponse(query: readonly FetchItem[], message: object, options?: object): unknown[]
  isUTF8Enabled(): boolean | undefined
}

/** How a handler answers the library: once, with an error or with what it asked for. */
export type ImapCallback<T extends unknown[]> = (error: Error | null, ...results: T | []) => void

/** `true`: done. A string: the response code of a NO. */
export type ImapOutcome = true | string

/** What another connection did to a mailbox; `ignore`: the session that did it and has written its own response. */
export type Notice = {
  readonly _id: string
  readonly command: 'EXISTS' | 'EXPUNGE' | 'FETCH'
  readonly uid: number
  readonly modseq: number
  readonly flags?: readonly string[]
  readonly ignore?: string
}
/** `LOGOUT`: the connection ends. `DROP`: whoever has the mailbox open is put out of it, because it was deleted. */
export type ImapEvent = { readonly command: 'LOGOUT' | 'DROP'; readonly reason?: string; readonly mailbox?: number }

/** Where the library asks what other connections have done; ours is `notifier.ts`. */
export type Notifier = {
  addListener(session: ImapSession, listener: (event?: ImapEvent) => void): void
  removeListener(session: ImapSession, listener: (event?: ImapEvent) => void): void
  getUpdates(mailbox: number, after: number, answer: ImapCallback<[Notice[]]>): void
}

type Login = { readonly method: string; readonly username: string; readonly password: string }
/** A folder as LIST tells it; `specialUse` by RFC 6154. */
export type Listed = { readonly path: string; readonly specialUse?: string }
/** A mailbox as SELECT opens it: its UIDs in order are the library's sequence numbers. */
export type Opened = {
  readonly _id: number
  readonly uidValidity: number
  readonly uidNext: number
  readonly modifyIndex: number
  readonly uidList: number[]
}
/** What STATUS tells of a mailbox that need not be open. */
export type Status = {
  readonly messages: number
  readonly unseen: number
  readonly uidNext: number
  readonly uidValidity: number
  readonly highestModseq: number
}
type Quota = { readonly root: string; readonly quota: number; readonly storageUsed: number }
/** COPYUID (RFC 4315): which UID became which, so that a client need not look for its copies. */
export type CopyInfo = { readonly uidValidity: number; readonly sourceUid: number[]; readonly destinationUid: number[] }
/** APPENDUID (RFC 4315). */
export type AppendInfo = { readonly uidValidity: number; readonly uid: number }
/** Path, flags, INTERNALDATE as the client wrote it or false, bytes. */
export type Appending = [path: string, flags: readonly string[], date: string | false, raw: Uint8Array]
type Change = ImapCallback<[ImapOutcome]>

/** The storage handlers of the library. */
export type Handlers = {
  onAuth(login: Login, session: ImapSession, answer: ImapCallback<[{ readonly user: ImapUser }?]>): void
  onList(query: string, session: ImapSession, answer: ImapCallback<[readonly Listed[]]>): void
  onLsub(query: string, session: ImapSession, answer: ImapCallback<[readonly Listed[]]>): void
  onSubscribe(path: string, session: ImapSession, answer: Change): void
  onUnsubscribe(path: string, session: ImapSession, answer: Change): void
  onCreate(path: string, session: ImapSession, answer: Change): void
  onRename(path: string, to: string, session: ImapSession, answer: Change): void
  onDelete(path: string, session: ImapSession, answer: Change): void
  onOpen(path: string, session: ImapSession, answer: ImapCallback<[Opened | string]>): void
  onStatus(path: string, session: ImapSession, answer: ImapCallback<[Status | string]>): void
  onAppend(
    ...args: [...message: Appending, session: ImapSession, answer: ImapCallback<[ImapOutcome, AppendInfo?]>]
  ): void
  onStore(
    mailbox: number,
    options: StoreOptions,
    session: ImapSession,
    answer: ImapCallback<[ImapOutcome, number[]?]>,
  ): void
  onExpunge(mailbox: number, options: ExpungeOptions, session: ImapSession, answer: Change): void
  onCopy(...args: [object, number, CopyOptions, ImapSession, ImapCallback<[ImapOutcome, CopyInfo?]>]): void
  onMove(
    mailbox: number,
    options: CopyOptions,
    session: ImapSession,
    answer: ImapCallback<[ImapOutcome, CopyInfo?]>,
  ): void
  onFetch(mailbox: number, options: FetchOptions, session: ImapSession, answer: Change): void
  onSearch(
    mailbox: number,
    options: SearchOptions,
    session: ImapSession,
    answer: ImapCallback<[{ readonly uidList: number[] | string; readonly highestModseq: number }]>,
  ): void
  onGetQuota(root: string, session: ImapSession, answer: ImapCallback<[Quota | string]>): void
  onGetQuotaRoot(path: string, session: ImapSession, answer: ImapCallback<[Quota | string]>): void
}

type ImapConnection = { send(line: string): void; close(force?: boolean): void }

type ImapServer = EventEmitter &
  Handlers & {
    notifier: Notifier
    connect(socket: Socket): void
    readonly connections: ReadonlySet<ImapConnection>
  }

/** What the library would log with. */
export type Logger = { readonly [level in 'info' | 'debug' | 'error']: (...args: readonly unknown[]) => void }

type ImapOptions = {
  readonly secure: true
  readonly name: string
  readonly id: { readonly name: string }
  readonly maxMessage: number
  readonly logger: Logger
}

type MimeIndexer = {
  parseMimeTree(raw: Uint8Array): object
  getEnvelope(tree: object): unknown[]
  getBodyStructure(tree: object): unknown[]
}

/** The parts of the library that we use. */
export type ImapCore = {
  readonly IMAPServer: new (options: ImapOptions) => ImapServer
  readonly Indexer: new () => MimeIndexer
  /** A response as text, one character a byte. */
  readonly compile: (response: ImapResponse) => string
  /** A response whose values may be streams, as a stream. */
  readonly compileStream: (response: ImapResponse) => NodeJS.ReadableStream
}

/** A tagged response, as the library writes it. */
type Tagged = {
  readonly command?: string
  readonly attributes?: readonly { readonly section?: { value?: unknown }[] }[]
}

type Connecting = {
  readonly writeStream: { write(output: Tagged, ...rest: readonly unknown[]): boolean }
  readonly remoteAddress: string
  readonly session: { clientHostname: string }
  clientHostname: string
  readonly _setListeners: (this: Connecting) => void
  send(line: string): void
}

let loaded: ImapCore | undefined

/** The protocol layer, loaded when it is first asked for. */
export function imapCore(): ImapCore {
  loaded ??= load()
  return loaded
}

function load(): ImapCore {
  const require = createRequire(import.meta.url)
  // Its own ones want a configuration file, a Gelf server and its cluster; we log and measure by ourselves.
  const silent = () => undefined
  const errors = require.resolve('@zone-eu/wildduck/lib/errors.js')
  const metrics = require.resolve('@zone-eu/wildduck/lib/metrics.js')
  require.cache[errors] = moduleOf(errors, { notify: silent, notifyConnection: silent, applyErrorLogMeta: same })
  require.cache[metrics] = moduleOf(metrics, {
    connectionStarted: silent,
    connectionClosed: silent,
    recordImapCommand: silent,
  })
  // Before the commands that take it from there are loaded.
  require('@zone-eu/wildduck/imap-core/lib/imap-tools.js').filterFolders = matchFolders
  Object.assign(require('@zone-eu/wildduck/imap-core/lib/commands/idle.js'), { handler: idle })
  const { IMAPServer, imapHandler } = require('@zone-eu/wildduck/imap-core')
  const { IMAPConnection } = require('@zone-eu/wildduck/imap-core/lib/imap-connection.js')
  const Indexer = require('@zone-eu/wildduck/imap-core/lib/indexer/indexer.js')
  const { _onCommand: take } = IMAPConnection.prototype
  Object.assign(IMAPConnection.prototype, { init: greet, _onCommand: hardenedTake(take) })
  return {
    IMAPServer,
    Indexer,
    compile: (response) => imapHandler.compiler(response),
    compileStream: imapHandler.compileStream,
  }
}

function same<T>(entry: T): T {
  return entry
}

/** A module that is loaded already. */
function moduleOf(path: string, exports: object): NodeJS.Module {
  const facts = { id: path, filename: path, loaded: true, children: [], paths: [], exports }
  return Object.assign(Object.create(null), facts)
}

/** Instead of the library's: that one waits for a reverse look-up of the peer and names its version. */
function greet(this: Connecting): void {
  const { _setListeners: listen } = this
  listen.call(this)
  this.clientHostname = `[${this.remoteAddress}]`
  this.session.clientHostname = this.clientHostname
  const { writeStream } = this
  const { write } = writeStream
  writeStream.write = (output, ...rest) => write.call(writeStream, withKnownCode(output), ...rest)
  this.send('* OK Kith IMAP ready')
}

/** The library says TEMPFAIL where a handler failed, which no client knows: RFC 5530 has UNAVAILABLE for it. */
function withKnownCode(output: Tagged): Tagged {
  if (output.command !== 'NO') return output
  for (const { section = [] } of output.attributes ?? [])
    for (const code of section) if (code.value === 'TEMPFAIL') code.value = 'UNAVAILABLE'
  return output
}
