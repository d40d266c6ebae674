/** What the administrator's signed commands do here. Only P's signature brought them this far (check-answer, step 9). */
import { assertNever } from '../../../shared/rpc.ts'
import type { Command } from '../../../shared/whitelist/command.ts'
import { wipeAll, wipeList } from '../account/wipe.ts'
import { closeAccount, lockAccount } from './opening.ts'
import type { Opened, Stage } from './stage.ts'

/** Milliseconds for telling the server how far a wipe is (protocol.md section 9). */
const acknowledgeLimit = 5_000

export async function carryOut(stage: Stage, command: Command, closed: () => Promise<void>): Promise<void> {
  const opened = stage.opened()
  if (!opened) return
  stage.ports.log.warn('signed command', { command: command.cmd, scope: command.scope })
  switch (command.cmd) {
    case 'wipe':
      return wipe(stage, opened, { command, closed })
    case 'lock':
      opened.runtime.store.commands.finish(command.id)
      stage.saveProfile({ locked: true })
      return lockAccount(stage, 'user')
    case 'rotate':
      // New keys need a new enrolment; the administrator's tools end this device and print a code for it.
      opened.runtime.store.commands.finish(command.id)
      return
    default:
      return assertNever(command.cmd)
  }
}

type Wipe = { readonly command: Command; readonly closed: () => Promise<void> }

async function wipe(stage: Stage, opened: Opened, { command, closed }: Wipe): Promise<void> {
  const { runtime } = opened
  const stop = async (): Promise<void> => {
    await opened.mail?.service.stop()
    delete opened.mail
    await runtime.stop()
  }
  if (command.scope === 'list') {
    await stop()
    wipeList(runtime.store)
    runtime.store.commands.finish(command.id)
    await acknowledge(opened, command, 'done')
    await lockAccount(stage, 'revoked')
    return
  }
  await wipeAll(runtime.store, command, {
    stop,
    acknowledge: (step) => acknowledge(opened, command, step),
  })
  stage.saveProfile({ user: '', locked: false })
  await closeAccount(stage)
  await closed()
}

async function acknowledge({ runtime }: Opened, command: Command, step: 'started' | 'done'): Promise<void> {
  const state = runtime.keeper.state()
  if (!state) return
  const { usr, lst, ep, ver, head } = state
  await runtime.tell((common) => ({ ...common, usr, lst, ep, ver, head, cmd: command.id, step }), acknowledgeLimit)
}
