/**
 * What the administrator's signed commands do here. Only P's signature brought them this far (check-answer, step 9). Each
 * is remembered before it is carried out, takes effect once, and may be repeated at any step (protocol.md section 9).
 */
import { assertNever } from '../../../../shared/rpc.ts'
import type { Command } from '../../../../shared/whitelist/command.ts'
import { wipeAll, wipeList } from '../../account/wipe.ts'
import { writeIfPossible } from '../../ground/store-error.ts'
import { ended, leaveAccount, lockAccount, showLocked } from '../stage/close-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'
import { rotateDevice } from './rotate-device.ts'

/** Milliseconds for telling the server how far a command is (protocol.md section 9). */
const acknowledgeLimit = 5_000

/**
 * Carries out what was remembered and not finished. `urgent`: only what must happen before anything is shown; new keys
 * are not, since they need the server, which sends that command again.
 */
export async function carryOutUnfinished(stage: Stage, { runtime }: Opened, which: 'all' | 'urgent'): Promise<void> {
  for (const command of runtime.store.commands.unfinished()) {
    if (which === 'all' || isUrgent(command)) await carryOut(stage, command)
  }
}

/** Whether the account may be shown only once this command is carried out. */
export function isUrgent({ cmd: kind }: Command): boolean {
  return kind !== 'rotate'
}

/** Carries out one command on the open account; without one nothing happens. */
export async function carryOut(stage: Stage, command: Command): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  const { commands } = opened.runtime.store
  const { cmd: kind, scope, id } = command
  const tell = acknowledger(opened, command)
  // It comes again because the server missed our word, so only the word is repeated.
  if (commands.isDone(id)) return tell('done')
  stage.ports.log.warn('signed command', { command: kind, scope })
  const order = { command, tell, reached: (step: string) => stage.ports.log.info(kind, { step }) }
  switch (kind) {
    case 'wipe':
      return scope === 'list' ? wipeOnlyList(stage, opened, order) : wipeAccount(stage, opened, order)
    case 'lock':
      return lockByCommand(stage, opened, order)
    case 'rotate':
      if (!(await rotateDevice(stage, opened))) return
      await tell('done')
      commands.finish(id)
      return
    default:
      return assertNever(kind)
  }
}

type Tell = (step: 'started' | 'done') => Promise<void>

type Order = {
  readonly command: Command
  /** Tells the server how far it is. */
  readonly tell: Tell
  /** Tells the log. */
  readonly reached: (step: string) => void
}

async function lockByCommand(stage: Stage, opened: Opened, { command, tell, reached }: Order): Promise<void> {
  const { store } = opened.runtime
  // Closed to the eye first: nothing that fails below leaves it open.
  stage.profile.setLocked(true)
  showLocked(stage, opened, 'revoked')
  // The lock is kept in the store: from now on it opens only once the server has confirmed the list (lease.ts).
  // The command is finished in the same transaction: after a break it must not lock again what was unlocked meanwhile.
  const hold = () => {
    store.account.change({ held: 'lock' })
    store.commands.finish(command.id)
  }
  // Where the disk does not even change what is there, the server sends the command again.
  writeIfPossible(stage.ports.log, 'lock', () => store.database.takeAway(hold))
  reached('held')
  await tell('done')
  reached('told')
  await lockAccount(stage, 'revoked')
}

async function wipeOnlyList(stage: Stage, opened: Opened, { command, tell, reached }: Order): Promise<void> {
  const { store } = opened.runtime
  await stopAll(stage, opened)
  reached('stopped')
  showLocked(stage, opened, 'revoked')
  // Told before the deleting, as the protocol orders: afterwards there may be no list to tell it for.
  await tell('started')
  reached('told')
  wipeList(store)
  reached('list')
  await tell('done')
  reached('done')
  // After the deleting: a crash in between repeats it, which changes nothing.
  store.commands.finish(command.id)
  await lockAccount(stage, 'revoked')
}

async function wipeAccount(stage: Stage, opened: Opened, { command, tell, reached }: Order): Promise<void> {
  showLocked(stage, opened, 'revoked')
  const steps = { stop: () => stopAll(stage, opened), acknowledge: tell, reached }
  await wipeAll(stage.ports, opened.runtime.store, command, steps)
  // Nothing on this machine may name the user any more, the sign-in form neither.
  stage.profile.forget()
  await leaveAccount(stage)
}

/** Ends mail and sync before anything is destroyed; the link stays, for a last word to the server. */
async function stopAll(stage: Stage, opened: Opened): Promise<void> {
  const { mail } = opened
  delete opened.mail
  await ended(stage, 'mail', async () => mail?.service.stop())
  await ended(stage, 'sync', opened.runtime.stop)
}

/**
 * Tells the server how far a command is, best effort. What that takes is read now: the last word is sent when the
 * store is gone.
 */
function acknowledger({ runtime }: Opened, command: Command): Tell {
  const { userId, listId } = runtime.store.account.read() ?? { userId: '', listId: '' }
  const { ep: epoch, ver: version, head } = runtime.keeper.state() ?? { ep: 0, ver: 0, head: '' }
  return async (step) => {
    if (userId === '' || listId === '') return
    const position = { lst: listId, ep: epoch, ver: version, head }
    await runtime.tell((common) => ({ ...common, usr: userId, ...position, cmd: command.id, step }), acknowledgeLimit)
  }
}
