/** Opens the way by which a command has operations done. */
import type { z } from 'zod'
import type { Checked } from '../../shared/failures.ts'
import { failed, faultOf } from '../admin-soap/faults.ts'
import { operationsByName } from '../admin-soap/operations.ts'
import { type Administration, administer } from '../administration/administer.ts'
import { localDesk } from '../administration/operations/desk.ts'
import { readTls } from '../keys/tls.ts'
import { urlOf } from '../settings/config.ts'
import { openContext } from '../settings/context.ts'
import { type Outcome, unavailable } from './outcome.ts'
import { serverOf } from './remote/server.ts'
import { Unreachable } from './remote/unreachable.ts'
import type { Place, Transport } from './transport.ts'

type Opened = Checked<{ readonly transport: Transport; readonly close: () => Promise<void> }, Outcome>

/** The data folder of this machine, or the server that `--remote` names. To be closed. */
export async function openTransport(options: Place): Promise<Opened> {
  if (options.remote !== undefined) {
    const server = await serverOf(options)
    if (!server.ok) return server
    // Loaded only for a server elsewhere: a command on a data folder needs no HTTP, and starts sooner without it.
    const { connectTo } = await import('./remote/connection.ts')
    return { ok: true, value: { transport: connectTo(server.value), close: () => Promise.resolve() } }
  }
  const context = await openContext(options.data)
  if (!context.ok) return { ok: false, fault: unavailable(context.why) }
  const { store } = context.value
  try {
    const transport = here(await administer(context.value), options.url)
    return { ok: true, value: { transport, close: () => store.close() } }
  } catch (error) {
    await store.close()
    throw error
  }
}

function placeOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`
}

/** What makes enrolment codes names the server in them. */
const naming: ReadonlySet<string> = new Set(['CreateEnrolment', 'GiveAccess'])

function here(administration: Administration, url: string | undefined): Transport {
  return {
    administration,
    async call(name, given, schema) {
      const operation = operationsByName.get(name)
      if (!operation) return failed('BadRequest', { place: '', why: `there is no operation ${name}` })
      // Read only where it is needed: other commands work where the certificate has ended.
      const tls = naming.has(name) ? await readTls(administration) : undefined
      if (tls?.ok === false) return failed('Refused', { why: tls.why })
      const address = url ?? urlOf(administration.config)
      if (tls && address === undefined) return failed('Refused', { why: 'the settings name no port: tell --url' })
      const done = await operation.call(
        localDesk(administration, () => address ?? '', tls?.value.cert),
        given,
      )
      if (!done.ok) return { ok: false, fault: faultOf(done.fault, name === 'RunChanges') }
      const answer = schema.safeParse(done.value)
      if (answer.success) return { ok: true, value: answer.data }
      // The work is done, only its telling is not: no reason to break off as a bug does.
      throw new Unreachable(`the answer of ${name} does not read: ${placeOf(answer.error)}`)
    },
  }
}
