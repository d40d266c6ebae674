/**
 * Keeps the store level with the mailbox: connects, reads what is new, waits by IDLE, and polls at every renewal since
 * servers lose wake-ups. After a break it comes back with decorrelated back-off; a wrong password stops it.
 */

import { nextPause } from '../../ground/back-off.ts'
import type { Undo } from '../../ground/ports.ts'
import type { MailDependencies } from '../dependencies.ts'
import type { Inbox } from '../incoming/inbox.ts'
import {
  connectBackoff,
  flagsPause,
  goneLifetime,
  idleRenewal,
  loginBackoff,
  pollPause,
  proofRetry,
  quietRefusals,
  renewalTimeout,
  shortestWait,
} from '../limits.ts'
import type { MailStore } from '../store/store.ts'
import { fileCopies, findSentFolder } from './file-copies.ts'
import { discardDeleted, followRemovals, followSeen, settleLost, tellSeen } from './follow-folder.ts'
import { type Connect, ImapError, type ImapErrorKind, type MailSession } from './mail-session.ts'
import { type Fragile, nothingFragile, readAside, readNew, type Reading } from './read-folder.ts'
import { createSteps, type Steps, type Troubles } from './troubles.ts'

type Mailbox = {
  /** While it runs, nothing; after a refused password, another try. */
  start(): void
  stop(): Promise<void>
  /** Something waits to be done on the server: a copy to be filed, flags to be set. */
  wake(): void
}

type Given = {
  readonly dependencies: MailDependencies
  readonly store: MailStore
  readonly inbox: Inbox
  readonly connect: Connect
  readonly troubles: Troubles
  /** The server answered: the network is there. */
  readonly online: () => void
}

/** What outlives a connection. */
type MailboxParts = Given & { readonly steps: Steps; readonly fragile: Fragile }

type Run = {
  readonly abort: AbortController
  session: MailSession | undefined
  wanted: boolean
  undoTimer: Undo
  endPause: () => void
}

/** The mailbox of one account; nothing is connected before `start`. */
export function createMailbox(given: Given): Mailbox {
  const steps = createSteps(given.dependencies, given.troubles)
  const parts = { ...given, steps, fragile: nothingFragile() }
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
  let refusals = 0
  while (!run.abort.signal.aborted) {
    const began = dependencies.clock.now()
    // While a login is refused again and again, that is what is said: not that it is tried.
    if (refusals < quietRefusals) dependencies.connectionChanged('connecting')
    const failure = await session(parts, run)
    if (run.abort.signal.aborted) return
    if (failure === 'authFailed') {
      dependencies.connectionChanged('authFailed')
      return
    }
    refusals = failure === 'loginRefused' ? refusals + 1 : 0
    if (failure === 'noLogin') dependencies.connectionChanged('noLogin')
    else dependencies.connectionChanged(refusals >= quietRefusals ? 'refused' : 'offline')
    // A connection that lasted was a good one: what broke it is new.
    if (dependencies.clock.now() - began > idleRenewal) last = 0
    // Each refused login may count against the account: it waits longer.
    last = nextPause(failure === 'unreachable' ? connectBackoff : loginBackoff, last, dependencies.random)
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
async function session(parts: MailboxParts, run: Run): Promise<ImapErrorKind> {
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
    if (error instanceof ImapError) return error.kind
    // A bug: what the store fails at is a step's matter (troubles.ts). Logged here, since nobody waits for the loop's end.
    if (!run.abort.signal.aborted) dependencies.log.error('mailbox.failed', { step: 'session', name: nameOf(error) })
    return 'unreachable'
  } finally {
    run.undoTimer()
    run.session?.close()
    run.session = undefined
  }
}

/** What of one connection is remembered between its rounds. */
type Memory = { rounds: number; proofsAt: number; flagsAt: number; sent: string | undefined }

async function follow(parts: MailboxParts, run: Run, session: MailSession): Promise<void> {
  const memory: Memory = { rounds: 0, proofsAt: 0, flagsAt: 0, sent: undefined }
  while (!run.abort.signal.aborted) {
    // Before the round, so that a wish that comes during it leads to another one.
    run.wanted = false
    const isDone = await round(parts, session, memory)
    memory.rounds += 1
    if (isDone) await waitForNews(parts, run, session)
  }
}

/**
 * Each step stands alone: whatever becomes of one, the others are done. The inbox is the last that is selected. False where
 * the next round has something to do at once.
 */
async function round(parts: MailboxParts, session: MailSession, memory: Memory): Promise<boolean> {
  const { dependencies, store, steps, troubles } = parts
  const { clock } = dependencies
  if (memory.rounds === 0)
    await steps.run('purge', 'internal', async () => store.places.purge(clock.now() - goneLifetime))
  await steps.run('findSent', 'sentFolder', async () => {
    memory.sent ??= await findSentFolder(session)
  })
  const { sent } = memory
  if (sent !== undefined) {
    // First the own copies, then the reading: the copy that was just filed is recognised in the same round.
    const filed = await steps.run('file', 'copies', () => fileCopies({ dependencies, store, session }, sent))
    const read = await readFolder(parts, session, memory, { folder: sent, role: 'sent' })
    // The folder may be gone: the next round looks for it.
    if (!filed || !read) memory.sent = undefined
  }
  const isSettled = await steps.run('lost', 'internal', () => settleLost({ dependencies, store, session }))
  await readFolder(parts, session, memory, { folder: 'INBOX', role: 'inbox' })
  await steps.run('aside', 'internal', async () => {
    troubles.tell('messages', store.folders.asideTotal() > 0 ? 'messages' : undefined)
  })
  if (clock.now() - memory.proofsAt >= proofRetry) {
    memory.proofsAt = clock.now()
    await steps.run('proofs', 'internal', () => parts.inbox.retryProofs())
  }
  // The inbox has just lost messages. Where looking for them did not work it waits for its own time.
  return !isSettled || store.places.lost(1).length === 0
}

type Folder = { readonly folder: string; readonly role: 'inbox' | 'sent' }

async function readFolder(parts: MailboxParts, session: MailSession, memory: Memory, where: Folder): Promise<boolean> {
  const { dependencies, store, inbox, steps } = parts
  const { folder, role } = where
  const trouble = role === 'inbox' ? 'inbox' : 'sentFolder'
  const standing = memory.rounds === 0 ? 'news' : 'live'
  let opened: Reading | undefined
  const done = await steps.run(`read ${role}`, trouble, async () => {
    const state = await session.select(folder)
    const reading = {
      dependencies,
      store,
      inbox,
      session,
      folder,
      role,
      state,
      standing,
      fragile: parts.fragile,
    } as const
    opened = reading
    const position = await readNew(reading)
    await followRemovals(reading, position)
  })
  const reading = opened
  // Not opened, so another folder is selected: its messages have the same numbers.
  if (!reading) return false
  await steps.run(`aside ${role}`, trouble, () => readAside(reading))
  if (role === 'sent') return done
  const { clock } = dependencies
  const look = session.flagsMoved() || memory.rounds === 0 || clock.now() - memory.flagsAt >= flagsPause
  if (look) memory.flagsAt = clock.now()
  await steps.run('discard', 'discard', () => discardDeleted(reading))
  await steps.run('tellSeen', 'flags', () => tellSeen(reading))
  await steps.run('followSeen', 'flags', () => followSeen(reading, look))
  return done
}

/**
 * INBOX is selected, and news in it end the wait. So do `wake`, what wants to be tried again, and the renewal, whose answer
 * also shows that the server is still there. A server that does not tell of news is asked for them.
 */
async function waitForNews({ dependencies, steps }: MailboxParts, run: Run, session: MailSession): Promise<void> {
  // A wish that came during the round: waiting now would sleep on it until the renewal.
  if (run.wanted || run.abort.signal.aborted) return
  const { clock } = dependencies
  const longest = session.hearsNews() ? idleRenewal : pollPause
  const wait = Math.max(Math.min(longest, steps.nextTry() ?? longest), shortestWait)
  run.undoTimer = clock.after(wait, () => {
    run.undoTimer = clock.after(renewalTimeout, () => session.close())
    session.interrupt()
  })
  await session.waitForNews()
  run.undoTimer()
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
