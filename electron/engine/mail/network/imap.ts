/**
 * One connection to the IMAP server, and the only file that knows imapflow. Messages are fetched as raw bytes with their
 * UIDs; the server's own idea of a message (ENVELOPE, BODYSTRUCTURE) is never asked for (I1).
 */
import { type FetchMessageObject, type FetchQueryObject, ImapFlow } from 'imapflow'
import type { Fetched } from '../incoming/incoming.ts'
import {
  answerTimeout,
  connectTimeout,
  greetingTimeout,
  idleRenewal,
  maxFolders,
  maxHeaderSize,
  maxLineLength,
  maxMessageSize,
} from '../limits.ts'
import { endpointOf } from './endpoint.ts'
import {
  type Connect,
  type FolderInfo,
  type FolderState,
  ImapError,
  type ImapErrorKind,
  type Listed,
  type MailSession,
  type SeenFlag,
  type UidRange,
} from './mail-session.ts'

/**
 * INTERNALDATE has whole seconds (RFC 9051 2.3.3): a message came somewhere in that second. Its end keeps an answer below
 * the own message that it answers.
 */
const internalDateStep = 999
/** Words of RFC 5530 3 that say: this password will never do. Every other refusal of a login may pass by itself. */
const wrongPassword: ReadonlySet<string> = new Set(['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED'])
/** Special uses (RFC 6154) of folders whose messages nobody misses. */
const discarded: ReadonlySet<string> = new Set(['\\Junk', '\\Drafts'])

/** Connects and logs in. Rejects with `ImapError`: the login was refused, or the server is not in reach. */
export const connectImap: Connect = async (options, signal) => {
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
    maxLineLength,
    maxResponseSize: maxMessageSize + maxHeaderSize + maxLineLength,
    // Each of them is set, or the library tells its own maker, version and page. Kith has no page to name yet.
    clientInfo: { name: 'Kith', vendor: 'Kith', version: '', 'support-url': '' },
  })
  // Without a listener an `error` event ends the process.
  // Errors between commands reach the next command, or `waitForNews`, as well.
  client.on('error', () => undefined)
  const abort = (): void => client.close()
  signal.addEventListener('abort', abort)
  try {
    await translated(client, () => client.connect(), kindOfLogin)
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return sessionOf(client)
}

/** The one place where imapflow's errors become ours. Its texts may hold addresses: only codes go on. */
async function translated<T>(
  client: ImapFlow,
  act: () => Promise<T>,
  kindOf: (error: unknown) => ImapErrorKind = (error) => kindOfCommand(client, error),
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ImapError) throw error
    throw new ImapError(kindOf(error), textOf(error, 'serverResponseCode') ?? textOf(error, 'code') ?? 'unknown')
  }
}

function kindOfLogin(error: unknown): ImapErrorKind {
  // A flag on a plain Error: the library's AuthenticationFailure class is thrown only where it did not even ask.
  const failed = error instanceof Error && 'authenticationFailed' in error && error.authenticationFailed === true
  if (!failed) return 'unreachable'
  if (textOf(error, 'responseStatus') === undefined) return 'noLogin'
  return wrongPassword.has(textOf(error, 'serverResponseCode') ?? '') ? 'authFailed' : 'loginRefused'
}

/** What concerns one command leaves the connection as it was; whatever else happened, it is of no more use. */
function kindOfCommand(client: ImapFlow, error: unknown): ImapErrorKind {
  const status = textOf(error, 'responseStatus')
  // The library answers for the server where that announced a limit (RFC 7889).
  const known = status === 'NO' || status === 'BAD' || textOf(error, 'serverResponseCode') === 'APPENDLIMIT'
  return client.usable && known ? 'refused' : 'unreachable'
}

function textOf(error: unknown, name: 'code' | 'serverResponseCode' | 'responseStatus'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : undefined
}

type News = { heard: boolean; flags: boolean; idles: boolean; wake: () => void }

function sessionOf(client: ImapFlow): MailSession {
  const news: News = { heard: false, flags: false, idles: true, wake: () => undefined }
  const hear = (): void => {
    news.heard = true
    news.wake()
  }
  client.on('exists', hear)
  client.on('expunge', hear)
  client.on('flags', () => {
    news.flags = true
    hear()
  })
  client.on('close', () => news.wake())
  const run = <T>(act: () => Promise<T>): Promise<T> => translated(client, act)
  return {
    folders: () => run(async () => (await client.list()).slice(0, maxFolders).flatMap(folderOf)),
    create: (folder) => run(async () => (await client.mailboxCreate(folder)).path),
    select: (folder) => run(() => select(client, news, folder)),
    list: (after) => run(() => listed(client, after)),
    uids: () => run(() => allUids(client)),
    fetch: (range, extent) => run(() => sources(client, range, extent)),
    flags: (from, modseq) => {
      // What is told from here on may come too late for the answer.
      news.flags = false
      return run(() => flagsOf(client, from, modseq))
    },
    markSeen: (uids) =>
      run(async () => {
        // A server that refuses is told by `false`; what it would echo is known already.
        const more = { uid: true, silent: true }
        if (!(await client.messageFlagsAdd(uids.join(','), ['\\Seen'], more))) throw refusal('STORE')
      }),
    discard: (uids, into) => run(() => discard(client, uids.join(','), into)),
    find: (messageId) =>
      run(async () => {
        const found = await client.search({ header: { 'message-id': messageId } }, { uid: true })
        if (!Array.isArray(found)) throw refusal('SEARCH')
        return found.at(-1)
      }),
    append: (folder, raw, at) =>
      run(async () => {
        const date = at === undefined ? undefined : new Date(at)
        if ((await client.append(folder, Buffer.from(raw), ['\\Seen'], date)) === false) throw refusal('APPEND')
      }),
    hearsNews: () => news.idles && client.mailbox !== false && client.capabilities.has('IDLE'),
    flagsMoved: () => news.flags,
    waitForNews: () => run(() => waitForNews(client, news)),
    interrupt: () => news.wake(),
    close: () => client.close(),
  }
}

async function discard(client: ImapFlow, uids: string, into: string | undefined): Promise<void> {
  const byUid = { uid: true }
  // Without UIDPLUS an EXPUNGE takes whatever any program has marked as deleted: then these are only marked.
  const isExact = client.capabilities.has('UIDPLUS')
  if (into !== undefined && (isExact || client.capabilities.has('MOVE'))) {
    if (!(await client.messageMove(uids, into, byUid))) throw refusal('MOVE')
    return
  }
  if (into !== undefined && !(await client.messageCopy(uids, into, byUid))) throw refusal('COPY')
  const done = isExact
    ? await client.messageDelete(uids, byUid)
    : await client.messageFlagsAdd(uids, ['\\Deleted'], { ...byUid, silent: true })
  if (!done) throw refusal('EXPUNGE')
}

function refusal(command: string): ImapError {
  return new ImapError('refused', command)
}

function folderOf({ path, specialUse, flags }: Awaited<ReturnType<ImapFlow['list']>>[number]): readonly FolderInfo[] {
  // RFC 9051 7.3.1: names that cannot be selected, and such as only hint at something.
  if (flags.has('\\Noselect') || flags.has('\\NonExistent')) return []
  if (specialUse === '\\Sent') return [{ path, role: 'sent' }]
  if (specialUse === '\\Trash') return [{ path, role: 'trash' }]
  return [{ path, role: specialUse !== undefined && discarded.has(specialUse) ? 'discarded' : 'other' }]
}

async function select(client: ImapFlow, news: News, folder: string): Promise<FolderState> {
  // What arrives from here on may be missed by the reading that follows: it must end the next wait at once.
  news.heard = false
  const box = await client.mailboxOpen(folder)
  const { highestModseq, exists } = box
  // A server that leaves UIDVALIDITY away (RFC 9051 2.3.1.1 forbids it) has one for ever. Its type does not say so.
  const validity: bigint | undefined = box.uidValidity
  const uidValidity = String(validity ?? 0)
  return highestModseq && box.noModseq !== true
    ? { uidValidity, exists, modseq: highestModseq.toString() }
    : { uidValidity, exists }
}

async function listed(client: ImapFlow, after: number): Promise<readonly Listed[]> {
  const found: Listed[] = []
  // By FETCH, not by UIDNEXT: some servers do not tell it.
  if (client.mailbox === false || client.mailbox.exists === 0) return found
  for await (const one of client.fetch(`${after + 1}:*`, { uid: true, size: true, flags: true }, { uid: true })) {
    // A range beyond the end names the last message (RFC 9051 9, seq-range).
    if (one.uid > after) found.push({ uid: one.uid, size: one.size ?? 0, seen: isSeen(one) })
  }
  return found.sort((a, b) => a.uid - b.uid)
}

async function allUids(client: ImapFlow): Promise<readonly number[]> {
  const count = client.mailbox === false ? 0 : client.mailbox.exists
  if (count === 0) return []
  const found = await client.search({ all: true }, { uid: true })
  // Fewer than there are would read as messages that are gone: such an answer is asked for in another way.
  if (Array.isArray(found) && found.length >= count) return found
  return (await listed(client, 0)).map(({ uid }) => uid)
}

async function flagsOf(client: ImapFlow, from: number, modseq: string | undefined): Promise<readonly SeenFlag[]> {
  if (client.mailbox === false || client.mailbox.exists === 0) return []
  const since = modseq === undefined ? {} : { changedSince: BigInt(modseq) }
  const answers = client.fetch(`${from}:*`, { uid: true, flags: true }, { uid: true, ...since })
  const found: SeenFlag[] = []
  for await (const one of answers) if (one.flags) found.push({ uid: one.uid, seen: isSeen(one) })
  return found
}

function isSeen({ flags }: FetchMessageObject): boolean {
  return flags?.has('\\Seen') ?? false
}

async function sources(client: ImapFlow, range: UidRange, extent: 'whole' | 'header'): Promise<readonly Fetched[]> {
  const source = extent === 'header' ? { maxLength: maxHeaderSize } : true
  const query: FetchQueryObject = { uid: true, flags: true, internalDate: true, source }
  const messages = new Map<number, Fetched>()
  for await (const found of client.fetch(`${range.first}:${range.last}`, query, { uid: true })) {
    // Expunged between the two commands: nothing to read any more. What was not asked for is not taken.
    const wanted = found.uid >= range.first && found.uid <= range.last
    if (found.source && wanted) messages.set(found.uid, readFetched(client, found, extent === 'header'))
  }
  return [...messages.entries()].sort(([a], [b]) => a - b).map(([, fetched]) => fetched)
}

function readFetched(client: ImapFlow, found: FetchMessageObject, truncated: boolean): Fetched {
  const at = new Date(found.internalDate ?? Number.NaN).getTime()
  const box = client.mailbox
  return {
    raw: new Uint8Array(found.source ?? []),
    at: at + internalDateStep,
    seen: isSeen(found),
    truncated,
    ...(box ? { place: { folder: box.path, uid: found.uid } } : {}),
  }
}

async function waitForNews(client: ImapFlow, news: News): Promise<void> {
  if (news.heard) return
  const woken = new Promise<void>((resolve) => {
    news.wake = resolve
  })
  if (news.idles && client.mailbox !== false && client.capabilities.has('IDLE')) {
    // imapflow starts IDLE by itself only after 15 s.
    const idle = client.idle()
    await Promise.race([woken, idle])
    if (!client.usable) throw new ImapError('unreachable', 'closed')
    // Ends the IDLE, so that the server's answer to DONE is read before anything else is asked.
    const [, done] = await Promise.all([client.noop(), idle])
    // The server named IDLE among its capabilities and refused it.
    if (done === false) news.idles = false
    return
  }
  await woken
  if (!client.usable) throw new ImapError('unreachable', 'closed')
  await client.noop()
}
