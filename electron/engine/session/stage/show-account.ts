/** Shows the open account to the page, and keeps what it shows current. */
import { ensureMail, replaceMail, startMail } from './account-mail.ts'
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

/** Asks what the account may administer, so that the page knows whether to show it. Unknown: as before. */
export async function tellRole({ opened, dispatch, ports }: Stage): Promise<void> {
  const current = opened()
  const answer = await current?.runtime.ask('me', {})
  // Another account may be open by now, to which this role does not belong.
  if (!answer || opened() !== current) return
  if (answer.ok) dispatch({ type: 'roleChanged', ...answer.value })
  else ports.log.info('role not known', { kind: answer.failure.kind })
}
