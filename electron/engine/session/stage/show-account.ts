/** Shows the open account to the page, and keeps what it shows current. */
import { takeMailServers } from '../../account/account-login.ts'
import { ensureMail, renewMail, replaceMail, startMail } from './account-mail.ts'
import { keepLease, sendingOf } from './lease.ts'
import type { Opened, Stage } from './stage.ts'

/** Shows the account: its person, its mail, its connection. */
export function showAccount(stage: Stage, opened: Opened): void {
  const record = opened.runtime.store.account.read()
  // `entryOf` leads here only with a record.
  if (!record) throw new Error('a store without an account')
  const { user, name, address, server } = record
  stage.dispatch({ type: 'opened', person: { user, name, address, server } })
  ensureMail(stage, opened)
  tellSending(stage, opened)
  opened.runtime.start()
  startMail(opened)
}

/** The open account after signing in to it again, usually with a new password. */
export async function reconnect(stage: Stage, opened: Opened): Promise<void> {
  stage.dispatch({ type: 'connectionChanged', connection: 'connecting' })
  opened.runtime.start()
  opened.runtime.wake()
  await replaceMail(stage, opened)
}

/** Tells the page whether messages may be sent now, and why not. */
export function tellSending(stage: Stage, { runtime }: Opened): void {
  keepLease(stage, runtime)
  stage.dispatch({ type: 'sendingChanged', sendingOff: sendingOf(stage, runtime) })
}

/**
 * Asks what the server says of the account: what it may administer, and where its mail is by the settings of now. Only an
 * answer that was sealed and signed as a login's is believed; without one all stays as it is.
 */
export async function tellStanding(stage: Stage): Promise<void> {
  const { opened, dispatch, ports } = stage
  const current = opened()
  const answer = await current?.runtime.ask('me', {})
  // Another account may be open by now, to which this answer does not belong.
  if (!current || !answer || opened() !== current) return
  if (!answer.ok) {
    ports.log.info('standing not known', { kind: answer.failure.kind })
    return
  }
  const { mail, ...standing } = answer.value
  dispatch({ type: 'standingTold', ...standing })
  if (takeMailServers(current.runtime.store, ports.log, mail)) renewMail(stage, current)
}
