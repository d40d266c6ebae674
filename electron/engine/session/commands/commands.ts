/**
 * What the administrator's signed commands do here. Only P's signature brought them this far (check-answer, step 9). Each
 * is remembered before it is carried out, takes effect once, and may be repeated at any step (protocol.md section 9).
 */
import { assertNever } from '../../../../shared/rpc.ts'
import type { Command } from '../../../../shared/whitelist/command.ts'
import { wipeAll, wipeList } from '../../account/wipe.ts'
import { closeAccount, lockAccount } from '../opening.ts'
import type { Opened, Stage } from '../stage.ts'
import { rotateDevice } from './rotate-device.ts'

/** Milliseconds for telling the server how far a command is (protocol.md section 9). */
const acknowledgeLimit = 5_000

export async function carryOut(stage: Stage, command: Command, closed: () => Promise<void>): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  const { commands } = opened.runtime.store
  const tell = acknowledger(opened, command)
  const reached = (step: string) => stage.ports.log.info(command.cmd, { step })
  if (commands.isDone(command.id)) return tell('done')
  stage.ports.log.warn('signed command', { command: command.cmd, scope: command.scope })
  switch (command.cmd) {
    case 'wipe':
      return wipe(stage, opened, { command, closed, tell, reached })
    case 'lock':
      // Kept in the store: without the server nothing opens it but the administrator's word (lease.ts).
      // Finished in the same breath: after a break it must not lock again what was unlocked meanwhile.
      opened.runtime.store.database.transaction(() => {
        opened.runtime.store.account.change({ held: 'lock' })
        commands.finish(command.id)
      })
      stage.saveProfile({ locked: true })
      reached('held')
      await tell('done')
      reached('told')
      return lockAccount(stage, 'revoked')
    case 'rotate':
      if (!(await rotateDevice(stage, opened))) return
      await tell('done')
      commands.finish(command.id)
      return
    default:
      return assertNever(command.cmd)
  }
}

type Tell = (step: 'started' | 'done') => Promise<void>
type Wipe = {
  readonly command: Command
  readonly closed: () => Promise<void>
  readonly tell: Tell
  readonly reached: (step: string) => void
}

async function wipe(stage: Stage, opened: Opened, { command, closed, tell, reached }: Wipe): Promise<void> {
  const { runtime } = opened
  const stop = async (): Promise<void> => {
    await opened.mail?.service.stop()
    delete opened.mail
    await runtime.stop()
  }
  if (command.scope === 'list') {
    await stop()
    reached('stopped')
    await tell('started')
    reached('told')
    wipeList(runtime.store)
    reached('list')
    await tell('done')
    reached('done')
    runtime.store.commands.finish(command.id)
    await lockAccount(stage, 'revoked')
    return
  }
  await wipeAll(runtime.store, command, {
    stop,
    acknowledge: tell,
    reached,
  })
  stage.saveProfile({ user: '', locked: false })
  await closeAccount(stage)
  await closed()
}

/** Best effort, and known before anything is destroyed: the last word is sent when the store is gone. */
function acknowledger({ runtime }: Opened, command: Command): Tell {
  const { usr, lst } = runtime.store.account.read() ?? { usr: '', lst: '' }
  const state = runtime.keeper.state()
  const { ep, ver, head } = state ?? { ep: 0, ver: 0, head: '' }
  return async (step) => {
    if (usr === '' || lst === '') return
    await runtime.tell((common) => ({ ...common, usr, lst, ep, ver, head, cmd: command.id, step }), acknowledgeLimit)
  }
}
