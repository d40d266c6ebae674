/** What follows what: after a sign-in, after opening a store, after news from the server. */
import { type FailureKind, ok, type Result } from '../../../shared/rpc.ts'
import { isOpenStore, openAccountStore } from '../account/account-store.ts'
import { forgetPassword } from '../account/store-policy.ts'
import type { Undo } from '../ground/ports.ts'
import { accountPlace } from '../keys/account-place.ts'
import { carryOut } from './commands/commands.ts'
import { closeAccount, lockAccount, type Reactions, reconnect, showAccount, showPending } from './opening.ts'
import { waitForApproval } from './sign-in/pending.ts'
import type { SignedIn } from './sign-in/sign-in.ts'
import type { Opened, Stage } from './stage.ts'
import { confirmFirst, isHeld } from './unlock/lease.ts'

export type Flow = {
  readonly reactions: Reactions
  /** After a sign-in. */
  readonly show: (result: SignedIn) => Promise<Result<undefined>>
  /** A store that was opened without the server. Where its lease is over, the server is asked before it is shown. */
  readonly enter: (opened: Opened) => Promise<Result<undefined>>
  /** Commands that were remembered and not carried out. */
  readonly carryOut: (opened: Opened) => Promise<void>
  readonly signOut: () => Promise<void>
  /** Runs this after a pause, or the `wait` that the server asked for where that is longer; unless something else was begun. */
  readonly tryLater: (act: () => Promise<void>, wait?: number) => void
  readonly stopWaiting: () => void
  /** For a device that still waits, after a sign-in that failed. */
  readonly goOnWaiting: () => void
}

const done = ok(undefined)

/** The first sign-in waits this long for the first list, in milliseconds: then the window has something to show. */
const firstListLimit = 5_000

/** Before a store that was out of the server's reach is tried again, in milliseconds. */
const tryAgainAfter = 5_000

type Waiting = {
  readonly begin: (opened: Opened) => void
  readonly later: (act: () => Promise<void>, wait?: number) => void
  readonly stop: () => void
}

export function createFlow(stage: Stage): Flow {
  const closed = async (cause?: FailureKind): Promise<void> => {
    waiting.stop()
    await closeAccount(stage)
    const { server, user } = stage.profile()
    stage.dispatch({ type: 'closed', server, user, ...(cause === undefined ? {} : { cause }) })
  }
  const waiting = createWaiting(stage, closed)
  return {
    reactions: reactionsOf(stage, waiting, closed),
    show: async ({ opened, step }) => {
      if (step === 'pending') {
        waiting.begin(opened)
        return done
      }
      waiting.stop()
      if (step === 'again' && stage.state().step === 'ready') await reconnect(stage, opened)
      else if (isHeld(stage, opened))
        return confirmFirst(stage, opened, () => carryOutUnfinished(stage, opened, closed))
      else showAccount(stage, opened)
      if (!opened.runtime.keeper.state()?.core) await withLimit(stage, opened.runtime.sync.sync())
      return done
    },
    enter: async (opened) => {
      await carryOutUnfinished(stage, opened, closed, 'urgent')
      if (stage.opened() !== opened) return done
      const record = opened.runtime.store.account.read()
      if (record?.password === undefined) await closed()
      else if (record.device === 'pending') waiting.begin(opened)
      else if (isHeld(stage, opened))
        return confirmFirst(stage, opened, () => carryOutUnfinished(stage, opened, closed))
      else showAccount(stage, opened)
      return done
    },
    carryOut: (opened) => carryOutUnfinished(stage, opened, closed),
    signOut: async () => {
      const opened = stage.opened()
      if (opened) {
        forgetPassword(opened.runtime.store)
        await opened.mail?.service.stop()
        await opened.runtime.logout()
      } else if (stage.state().step === 'locked') {
        await forgetBehindTheLock(stage)
      }
      await closed()
    },
    tryLater: waiting.later,
    stopWaiting: waiting.stop,
    goOnWaiting: () => {
      const opened = stage.opened()
      if (opened && stage.state().step === 'pending') waiting.begin(opened)
    },
  }
}

function createWaiting(stage: Stage, closed: (cause: FailureKind) => Promise<void>): Waiting {
  let undo: Undo = () => undefined
  return {
    stop: () => undo(),
    later: (act, wait = 0) => {
      undo()
      let stopped = false
      const cancel = stage.ports.clock.after(Math.max(tryAgainAfter, wait), () => {
        stage.soon(async () => {
          if (!stopped) await act()
        })
      })
      undo = () => {
        stopped = true
        cancel()
      }
    },
    begin: (opened) => {
      showPending(stage, opened)
      undo()
      undo = waitForApproval(stage, opened, (end) => {
        stage.soon(async () => {
          if (stage.opened() !== opened) return
          if (end.approved) showAccount(stage, opened)
          else await closed(end.failure.kind)
        })
      })
    },
  }
}

function reactionsOf(stage: Stage, waiting: Waiting, closed: () => Promise<void>): Reactions {
  return {
    revoked: () =>
      stage.soon(async () => {
        const opened = stage.opened()
        if (!opened) return
        await opened.runtime.askForCommand()
        // A wipe goes before the lock: it needs the store and its keys.
        await carryOutUnfinished(stage, opened, closed)
        await lockAccount(stage, 'revoked')
      }),
    pending: () =>
      stage.soon(async () => {
        const opened = stage.opened()
        if (opened) waiting.begin(opened)
      }),
    otherKeys: () =>
      stage.soon(async () => {
        const opened = stage.opened()
        if (opened) await carryOutUnfinished(stage, opened, closed)
      }),
    command: (command) => stage.soon(() => carryOut(stage, command, closed)),
  }
}

/** `urgent`: what must happen before anything is shown. New keys need the server, which sends that command again. */
async function carryOutUnfinished(
  stage: Stage,
  opened: Opened,
  closed: () => Promise<void>,
  which: 'all' | 'urgent' = 'all',
): Promise<void> {
  for (const command of opened.runtime.store.commands.unfinished()) {
    if (which === 'all' || command.cmd !== 'rotate') await carryOut(stage, command, closed)
  }
}

/**
 * Signing out on the lock screen: the password goes from the store, so that the next start can't open it. Where the
 * store does not open, by a passphrase or a keychain that is away, the lock stays for the next start.
 */
async function forgetBehindTheLock(stage: Stage): Promise<void> {
  const { server, user } = stage.profile()
  const store = await openAccountStore(stage.ports, accountPlace(stage.ports.profile, server, user))
  if (!store.ok) return
  forgetPassword(store.value)
  if (isOpenStore(store.value)) store.value.database.close()
  stage.saveProfile({ locked: false })
}

async function withLimit(stage: Stage, work: Promise<unknown>): Promise<void> {
  let undo: Undo = () => undefined
  const limit = new Promise<void>((resolve) => {
    undo = stage.ports.clock.after(firstListLimit, resolve)
  })
  await Promise.race([work, limit])
  undo()
}
