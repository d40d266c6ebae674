/** `kith-server try`: what is in the way of an organisation's mail, and what to do. */
import type { Context } from '../settings/context.ts'
import { onFolder } from './command.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

/** `try`. */
export const tryCommand = onFolder(
  'try',
  'try the certificate, the mail server and the gateway, and say what is in the way',
  {},
  trySettings,
)

async function trySettings(context: Context): Promise<Outcome> {
  const [{ trySetup }, { faultOfMailServers }] = await Promise.all([
    import('../processes/try-setup.ts'),
    import('../settings/mail-server.ts'),
  ])
  const unnamed = await faultOfMailServers(context)
  if (unnamed !== undefined) return unavailable(`${context.folder.config}: ${unnamed}`)
  const faults = await trySetup(context, new AbortController().signal)
  if (faults.length === 0) return succeeded('Certificate, mail server and gateway are as they should be.', {})
  return { ok: false, code: 'unavailable', why: 'this is in the way:', faults }
}
