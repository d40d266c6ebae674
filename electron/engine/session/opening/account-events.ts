/**
 * What the events of the open account do to the session and tell the page. Whatever may close the account is queued
 * behind the session's verbs (`queue`): none of it waits inside the account's own loop.
 */
import { assertNever, type Failure } from '../../../../shared/rpc.ts'
import type { RuntimeEvents } from '../../account/runtime-dependencies.ts'
import { carryOut, carryOutUnfinished } from '../commands/carry-out.ts'
import { meaningOf } from '../session-state.ts'
import { renewMail, startMail, tellMail } from '../stage/account-mail.ts'
import { ended, lockAccount } from '../stage/close-account.ts'
import { tellStanding, tellSending } from '../stage/show-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'
import { awaitApproval } from './pending.ts'

/** The receiver of one account's events. */
export function accountEvents(stage: Stage): RuntimeEvents {
  return {
    status: (status) => {
      stage.emit('whitelist.changed', status)
      const opened = stage.opened()
      if (opened) tellMail(stage, opened)
    },
    listChanged: (change) => {
      const opened = stage.opened()
      if (!opened) return
      stage.emit('contacts.changed', { revision: opened.runtime.keeper.contacts.index.revision, change })
      // After the event: the page then asks for conversations that are judged by the list that it has heard of.
      opened.mail?.service.listChanged()
      // A first list brings the mail up, which may judge nothing before.
      startMail(opened)
    },
    news: () => {
      stage.emit('quarantine.changed', {})
      stage.queue(() => tellStanding(stage))
    },
    requests: {
      changed: (waiting) => stage.emit('requests.changed', { waiting }),
      arrived: (arrival) => stage.emit('request.arrived', { ...arrival }),
    },
    online: () => {
      const state = stage.state()
      // Once for each time that the line is back.
      if (state.step === 'ready' && state.connection !== 'online') stage.queue(() => tellStanding(stage))
      stage.dispatch({ type: 'connectionChanged', connection: 'online' })
      const opened = stage.opened()
      if (!opened) return
      tellSending(stage, opened)
      renewMail(stage, opened)
    },
    failed: (failure) => whenFailed(stage, failure),
    command: (command) => stage.queue(() => carryOut(stage, command)),
  }
}

/** Says whether the account's connection goes on trying. */
function whenFailed(stage: Stage, { kind }: Failure): 'tryAgain' | 'stop' {
  stage.ports.log.info('server not in reach', { kind })
  // What a signature by the wrong pair looks like from here: the server may know this device by the other pair.
  if (kind === 'internal' && stage.opened()?.runtime.store.vault.keys.other)
    whenOpen(stage, (opened) => carryOutUnfinished(stage, opened, 'all'))
  const meaning = meaningOf(kind)
  switch (meaning) {
    case 'revoked':
      whenOpen(stage, (opened) => revoked(stage, opened))
      return 'stop'
    case 'pending':
      whenOpen(stage, (opened) => awaitApproval(stage, opened))
      return 'stop'
    case 'signInAgain':
      stage.dispatch({ type: 'connectionChanged', connection: 'signInAgain' })
      return 'stop'
    case 'upgrade':
      stage.dispatch({ type: 'connectionChanged', connection: 'offline' })
      stage.dispatch({ type: 'sendingChanged', sendingOff: 'upgrade' })
      return 'tryAgain'
    case 'offline': {
      stage.dispatch({ type: 'connectionChanged', connection: 'offline' })
      const opened = stage.opened()
      if (opened) tellSending(stage, opened)
      return 'tryAgain'
    }
    default:
      return assertNever(meaning)
  }
}

function whenOpen(stage: Stage, act: (opened: Opened) => Promise<void> | void): void {
  stage.queue(async () => {
    const opened = stage.opened()
    if (opened) await act(opened)
  })
}

/** A wipe goes before the lock: it needs the store and its keys. */
async function revoked(stage: Stage, opened: Opened): Promise<void> {
  // Whatever fails in them, the lock comes.
  await ended(stage, 'command', opened.runtime.askForCommand)
  await ended(stage, 'command', () => carryOutUnfinished(stage, opened, 'all'))
  await lockAccount(stage, 'revoked')
}
