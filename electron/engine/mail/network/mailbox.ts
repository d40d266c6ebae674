/**
 * Keeps the store level with the mailbox: connects, reads what is new, waits by IDLE, and polls at every renewal since
 * servers lose wake-ups. After a break it comes back with decorrelated back-off; a wrong password stops it.
 */

import { nextPause } from '../../ground/back-off.ts'
import type { Undo } from '../../ground/ports.ts'
import type { MailDependencies } from '../dependencies.ts'
import type { Inbox } from '../incoming/inbox.ts'
import { connectBackoff, idleRenewal, proofRetry, renewalTimeout } from '../limits.ts'
import type { MailStore } from '../store/store.ts'
import { type Connect, ImapError, type MailSession } from './imap.ts'

type Mailbox = {
  /** While it runs, nothing; after a refused password, another try. */
  start(): void
  stop(): Promise<void>
  /** Something waits to be done on the server: a copy to be filed, flags to be set. */
  wake(): void
}

type MailboxParts = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly inbox: Inbox
  readonly connect: Connect
  /** The server answered: the network is there. */
  readonly online: () => void
}

type Run = {
  readonly abort: AbortController
  session: MailSession | undefined
  wanted: boolean
  undoTimer: Undo
  endPause: () => void
}

/** The mailbox of one account; nothing is connected before `start`. */
export function createMailbox(parts: MailboxParts): Mailbox {
  let run: Run | undefined
  let running: Promise<void> = Promise.resolve()
  return {
    start() {
      if (run) return
      const current: Run = {
        abort: new AbortController(),
        session: undefined,
        wanted: false,
        undoTimer: () => undefined,
        endPause: () => undefined,
      }
      run = current
      running = keepUp(parts, current).finally(() => {
        // After a refused password the next start begins anew.
        if (run === current) run = undefined
      })
    },
    async stop() {
      if (run === undefined) return
      run.abort.abort()
      run.undoTimer()
      run.endPause()
      run.session?.close()
      await running
    },
    wake() {
      if (run === undefined) return
      run.wanted = true
      run.session?.interrupt()
    },
  }
}

async function keepUp(parts: MailboxParts, run: Run): Promise<void> {
  const { dependencies } = parts
  let last = 0
  while (!run.abort.signal.aborted) {
    const began = dependencies.clock.now()
    dependencies.connectionChanged('connecting')
    const failure = await session(parts, run)
    if (run.abort.signal.aborted) return
    if (failure === 'authFailed') {
      dependencies.connectionChanged('authFailed')
      return
    }
    dependencies.connectionChanged('offline')
    // A connection that lasted was a good one: what broke it is new.
    if (dependencies.clock.now() - began > idleRenewal) last = 0
    last = nextPause(connectBackoff, last, dependencies.random)
    await pause(parts, run, last)
  }
}

function pause({ dependencies }: MailboxParts, run: Run, ms: number): Promise<void> {
  return new Promise((resolve) => {
    run.endPause = resolve
    run.undoTimer = dependencies.clock.after(ms, resolve)
  })
}

/** One connection from greeting to break. */
async function session(parts: MailboxParts, run: Run): Promise<ImapError['kind']> {
  const { dependencies } = parts
  const { account, servers } = dependencies
  try {
    const options = { server: servers.imap, user: account.address, password: account.password() }
    const connected = await parts.connect(options, run.abort.signal)
    run.session = connected
    // Stopped while it was logging in: `stop` found no session to close, so it is closed here.
    if (run.abort.signal.aborted) return 'unreachable'
    dependencies.connectionChanged('online')
    parts.online()
    await follow(parts, run, connected)
    return 'unreachable'
  } catch (error) {
    // Anything else is a bug or the store's failure. It is logged here, since nobody waits for the loop's end.
    if (!(error instanceof ImapError)) dependencies.log.error('mailbox.failed', { name: nameOf(error) })
    return error instanceof ImapError ? error.kind : 'unreachable'
  } finally {
    run.undoTimer()
    run.session?.close()
    run.session = undefined
  }
}

async function follow(parts: MailboxParts, run: Run, session: MailSession): Promise<void> {
  const sent = await session.sentFolder()
  let proofsAt = 0
  while (!run.abort.signal.aborted) {
    // Before the round, so that a wish that comes during it leads to another one.
    run.wanted = false
    // First the own copies, then the reading: the copy that was just filed is recognised in the same round.
    await fileSent(parts, session, sent)
    await readFolder(parts, session, { folder: sent, role: 'sent' })
    await readFolder(parts, session, { folder: 'INBOX', role: 'inbox' })
    // Right after INBOX was selected: flags go to the selected folder.
    await flagSeen(parts, session, 'INBOX')
    const now = parts.dependencies.clock.now()
    if (now - proofsAt >= proofRetry) {
      proofsAt = now
      await parts.inbox.retryProofs()
    }
    await waitForNews(parts, run, session)
  }
}

/**
 * INBOX is selected, and news in it end the wait. So do `wake` and the renewal, whose answer also shows that the
 * server is still there.
 */
async function waitForNews({ dependencies }: MailboxParts, run: Run, session: MailSession): Promise<void> {
  // A wish that came during the round: waiting now would sleep on it until the renewal.
  if (run.wanted || run.abort.signal.aborted) return
  const { clock } = dependencies
  run.undoTimer = clock.after(idleRenewal, () => {
    run.undoTimer = clock.after(renewalTimeout, () => session.close())
    session.interrupt()
  })
  await session.waitForNews()
  run.undoTimer()
}

type Folder = { readonly folder: string; readonly role: 'inbox' | 'sent' }

async function readFolder(parts: MailboxParts, session: MailSession, { folder, role }: Folder): Promise<void> {
  const { store, inbox } = parts
  const { uidValidity } = await session.select(folder)
  const known = store.positions.get(folder)
  // With another UIDVALIDITY no UID means what it meant (RFC 9051 2.3.1.1). The whole folder is read again, and what
  // is stored already is recognised.
  const isSame = known?.uidValidity === uidValidity
  const after = isSame ? known.lastUid : 0
  await session.fetchAfter(after, async ({ messages, lastUid }) => {
    if (messages.length === 0 && isSame && lastUid <= known.lastUid) return
    await inbox.receive({ folder, role, messages, position: { uidValidity, lastUid }, quiet: known === undefined })
  })
}

/** Copies of what was sent, for the user's other devices. A copy that is there already, by whomever, is not made again. */
async function fileSent({ store, dependencies }: MailboxParts, session: MailSession, folder: string): Promise<void> {
  const rows = store.queue.inState('filing')
  if (rows.length === 0) return
  await session.select(folder)
  for (const row of rows) {
    if (!(await session.holds(row.messageId))) await session.append(folder, row.raw, row.queuedAt)
    // After the append: a crash in between finds the copy by its Message-ID and makes no second one.
    store.queue.remove(row.id)
    dependencies.log.info('mailbox.filed')
  }
}

async function flagSeen({ store }: MailboxParts, session: MailSession, folder: string): Promise<void> {
  const position = store.positions.get(folder)
  if (!position) return
  const uids = store.messages.unseen(folder, position.uidValidity)
  if (uids.length === 0) return
  await session.markSeen(uids)
  // After the server took them: a flag set twice does no harm, a lost one stays unread on other devices.
  store.messages.setSeen(folder, uids)
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
