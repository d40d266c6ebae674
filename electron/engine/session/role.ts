/** What the account may administer, as the server says it. */
import type { Stage } from './stage.ts'

/** Asks what the account may administer, so that the page knows whether to show it. Unknown: as before. */
export async function tellRole({ opened, dispatch, ports }: Stage): Promise<void> {
  const current = opened()
  const answer = await current?.runtime.ask('me', {})
  if (!answer || opened() !== current) return
  if (answer.ok) dispatch({ type: 'roleChanged', role: answer.value.role })
  else ports.log.info('role not known', { kind: answer.failure.kind })
}
