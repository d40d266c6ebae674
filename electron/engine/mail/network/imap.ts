/**
 * One connection to the IMAP server, and the only file that knows imapflow. Messages are fetched as raw bytes with their
 * UIDs; the server's own idea of a message (ENVELOPE, BODYSTRUCTURE) is never asked for (I1).
 */
import { type FetchMessageObject, ImapFlow } from 'imapflow'
import type { MailServer } from '../../../../shared/whitelist/login.ts'
import type { Fetched } from '../incoming/incoming.ts'
import {
  answerTimeout,
  connectTimeout,
  fetchBatchCount,
  fetchBatchSize,
  greetingTimeout,
  idleRenewal,
  maxHeaderSize,
  maxMessageSize,
} from '../limits.ts'
import { endpointOf } from './endpoint.ts'

type ImapErrorKind = 'authFailed' | 'unreachable'

/** What the rest of the engine sees of an IMAP failure. */
export class ImapError extends Error {
  readonly kind: ImapErrorKind
  constructor(kind: ImapErrorKind, code: string) {
    super(`imap: ${kind} (${code})`)
    this.name = 'ImapError'
    this.kind = kind
  }
}

type FolderState = { readonly uidValidity: string; readonly uidNext: number }
type FetchedBatch = { readonly messages: readonly Fetched[]; readonly lastUid: number }

/** A logged-in connection. Every method rejects with `ImapError`; after that the session is of no more use. */
export interface MailSession {
  /** The folder for sent messages, made when there is none. */
  sentFolder(): Promise<string>
  select(folder: string): Promise<FolderState>
  /** Messages of the selected folder with higher UIDs, ascending, batch by batch. The next is fetched when `take` is done. */
  fetchAfter(uid: number, take: (batch: FetchedBatch) => Promise<void>): Promise<void>
  markSeen(uids: readonly number[]): Promise<void>
  /** Whether the selected folder holds a message with this Message-ID. */
  holds(messageId: string): Promise<boolean>
  append(folder: string, raw: Uint8Array, at: number): Promise<void>
  /** IDLE in the selected folder: resolves at news, or when `interrupt` or any other method is called. */
  waitForNews(): Promise<void>
  interrupt(): void
  close(): void
}

type ImapOptions = { readonly server: MailServer; readonly user: string; readonly password: string }
/** Logs in; `signal` ends the attempt at once. */
export type Connect = (options: ImapOptions, signal: AbortSignal) => Promise<MailSession>

/**
 * INTERNALDATE has whole seconds (RFC 9051 2.3.3): a message came somewhere in that second. Its end, or now where that is
 * earlier (inbox.ts), keeps an answer below the own message that it answers.
 */
const internalDateStep = 999
/** How many UIDs are asked for at a time: the answer is held in memory. */
const uidWindow = 2_000

/** Connects and logs in. Rejects with `ImapError`: the password was refused, or the server is not in reach. */
export async function connectImap(options: ImapOptions, signal: AbortSignal): Promise<MailSession> {
  const endpoint = endpointOf(options.server)
  if (!endpoint) throw new ImapError('unreachable', 'unsafe')
  const client = new ImapFlow({
    host: endpoint.host,
    port: endpoint.port,
    secure: endpoint.tls === 'direct',
    doSTARTTLS: endpoint.tls === 'upgrade',
    auth: { user: options.user, pass: options.password },
    tls: endpoint.tlsOptions,
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: connectTimeout,
    greetingTimeout,
    // Longer than an IDLE between two renewals, which is silent; mailbox.ts notices a dead peer at the renewal.
    socketTimeout: idleRenewal + answerTimeout,
    maxLiteralSize: maxMessageSize + maxHeaderSize,
    // Each of them is set, or the library tells its own maker, version and page. Kith has no page to name yet.
    clientInfo: { name: 'Kith', vendor: 'Kith', version: '', 'support-url': '' },
  })
  // Without a listener an `error` event ends the process.
  // Errors between commands reach the next command, or `waitForNews`, as well.
  client.on('error', () => undefined)
  const abort = (): void => client.close()
  signal.addEventListener('abort', abort)
  try {
    await translated(() => client.connect())
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return sessionOf(client)
}

/** The one place where imapflow's errors become ours. Its texts may hold addresses: only codes go on. */
async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ImapError) throw error
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
    throw new ImapError(isAuthFailure(error) ? 'authFailed' : 'unreachable', code)
  }
}

/** RFC 5530 3: `UNAVAILABLE` is a passing trouble of the server, not a wrong password. */
function isAuthFailure(error: unknown): boolean {
  // A flag on a plain Error: the library's AuthenticationFailure class is not what it throws here.
  if (!(error instanceof Error) || !('authenticationFailed' in error) || error.authenticationFailed !== true)
    return false
  return !('serverResponseCode' in error) || error.serverResponseCode !== 'UNAVAILABLE'
}

function sessionOf(client: ImapFlow): MailSession {
  let wake: () => void = () => undefined
  let news = false
  client.on('exists', () => {
    news = true
    wake()
  })
  client.on('close', () => wake())
  return {
    sentFolder: () => translated(() => findSentFolder(client)),
    select: (folder) =>
      translated(async () => {
        // What arrives from here on may be missed by the reading that follows: it must end the next wait at once.
        news = false
        const box = await client.mailboxOpen(folder)
        return { uidValidity: box.uidValidity.toString(), uidNext: box.uidNext }
      }),
    fetchAfter: (uid, take) => translated(() => fetchAll(client, uid, take)),
    markSeen: (uids) =>
      translated(async () => {
        if (uids.length > 0) await client.messageFlagsAdd(uids.join(','), ['\\Seen'], { uid: true })
      }),
    holds: (messageId) =>
      translated(async () => {
        const found = await client.search({ header: { 'message-id': messageId } }, { uid: true })
        return Array.isArray(found) && found.length > 0
      }),
    append: (folder, raw, at) =>
      translated(async () => {
        const done = await client.append(folder, Buffer.from(raw), ['\\Seen'], new Date(at))
        if (done === false) throw new ImapError('unreachable', 'append')
      }),
    waitForNews: () =>
      translated(async () => {
        if (news) return
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        // imapflow starts IDLE by itself only after 15 s; without IDLE it polls by NOOP.
        const idle = client.idle()
        await Promise.race([woken, idle])
        if (!client.usable) throw new ImapError('unreachable', 'closed')
        // Ends the IDLE, so that the server's answer to DONE is read before anything else is asked.
        await Promise.all([client.noop(), idle])
      }),
    interrupt: () => wake(),
    close: () => client.close(),
  }
}

async function findSentFolder(client: ImapFlow): Promise<string> {
  const folders = await client.list()
  const found = folders.find(({ specialUse }) => specialUse === '\\Sent')
  return found ? found.path : (await client.mailboxCreate('Sent')).path
}

type Size = { readonly uid: number; readonly size: number }

async function fetchAll(client: ImapFlow, after: number, take: (batch: FetchedBatch) => Promise<void>): Promise<void> {
  // Fixed at the beginning: what arrives meanwhile is read in the next round, so the loop ends.
  const end = client.mailbox === false ? 0 : client.mailbox.uidNext
  for (let from = after + 1; from < end; from += uidWindow) {
    const sizes = await sizesOf(client, from, Math.min(from + uidWindow, end) - 1)
    for (const group of groups(sizes)) await take({ messages: await sources(client, group), lastUid: lastOf(group) })
  }
  // Where the last UIDs were expunged the position still moves on.
  await take({ messages: [], lastUid: Math.max(after, end - 1) })
}

async function sizesOf(client: ImapFlow, from: number, to: number): Promise<readonly Size[]> {
  const sizes: Size[] = []
  for await (const { uid, size } of client.fetch(`${from}:${to}`, { uid: true, size: true }, { uid: true })) {
    // A range beyond the end names the last message (RFC 9051 9, seq-range).
    if (uid >= from) sizes.push({ uid, size: size ?? 0 })
  }
  return sizes.sort((a, b) => a.uid - b.uid)
}

/** Runs of messages that fit into memory together. A message too large stands alone. */
function groups(sizes: readonly Size[]): readonly (readonly Size[])[] {
  const all: Size[][] = []
  let current: Size[] = []
  let bytes = 0
  for (const one of sizes) {
    const isFull = current.length >= fetchBatchCount || bytes + one.size > fetchBatchSize
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

function lastOf(group: readonly Size[]): number {
  return group.at(-1)?.uid ?? 0
}

async function sources(client: ImapFlow, group: readonly Size[]): Promise<readonly Fetched[]> {
  // A message that is too large stands alone in its group, so this speaks of one message.
  const truncated = group.some(({ size }) => size > maxMessageSize)
  const source = truncated ? { maxLength: maxHeaderSize } : true
  const range = group.map(({ uid }) => uid).join(',')
  const messages: { readonly uid: number; readonly fetched: Fetched }[] = []
  const query = { uid: true, flags: true, internalDate: true, source } as const
  for await (const found of client.fetch(range, query, { uid: true })) {
    // Expunged between the two commands: nothing to read any more.
    if (found.source) messages.push({ uid: found.uid, fetched: readFetched(client, found, truncated) })
  }
  return messages.sort((a, b) => a.uid - b.uid).map(({ fetched }) => fetched)
}

function readFetched(client: ImapFlow, found: FetchMessageObject, truncated: boolean): Fetched {
  const at = new Date(found.internalDate ?? Number.NaN).getTime()
  const box = client.mailbox
  return {
    raw: Uint8Array.from(found.source ?? []),
    at: Number.isNaN(at) ? Number.MAX_SAFE_INTEGER : at + internalDateStep,
    seen: found.flags?.has('\\Seen') ?? false,
    truncated,
    ...(box ? { place: { folder: box.path, uidValidity: box.uidValidity.toString(), uid: found.uid } } : {}),
  }
}
