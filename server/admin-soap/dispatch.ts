/** The way of one call: read, found, allowed, checked, done, written. */
import { ReasonNeeded } from '../administration/audit.ts'
import { grants, type TokenHolder } from '../administration/tokens.ts'
import { bugFields } from '../monitoring/log.ts'
import { storeFailure } from '../store/failures.ts'
import { readCall, type SoapVersion, writeCall } from './envelope.ts'
import { type AdminFault, type Answer, failed, refused } from './faults.ts'
import { type AdminService, deskOf, type Operation } from './operation.ts'
import { operationsByName } from './operations/index.ts'
import { readValue } from './typed-xml.ts'

export type RawCall = {
  readonly bytes: Uint8Array
  readonly version: SoapVersion
  readonly holder: TokenHolder
  readonly gone: AbortSignal
}

export type Reply = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly fault: AdminFault }

export async function dispatch(service: AdminService, { bytes, version, holder, gone }: RawCall): Promise<Reply> {
  const start = performance.now()
  const read = readCall(bytes, version)
  const found = read.ok ? operationsByName.get(read.call.local) : undefined
  const answer =
    read.ok && found
      ? await run(
          found,
          () => {
            if (!grants(holder.scopes, found.scope)) return failed('NotAllowed', { scope: found.scope })
            const value = readValue(found.input, read.call)
            if (!value.ok) return failed('BadRequest', { place: value.place, why: value.why })
            return found.call(deskOf(service, holder, gone), value.value)
          },
          service,
        )
      : failed('BadRequest', { place: '', why: read.ok ? 'there is no such operation' : read.why })
  const name = found?.name ?? 'none'
  const result = answer.ok ? 'ok' : answer.fault.kind
  service.metrics.request(`admin:${name}`, result, (performance.now() - start) / 1_000)
  service.log.info('administration', { operation: name, fault: result, user: `${holder.name}@token` })
  return answer.ok && found
    ? { ok: true, body: writeCall(`${name}Response`, found.output, answer.value, version) }
    : { ok: false, fault: answer.ok ? { kind: 'Internal', detail: {} } : answer.fault }
}

/** Another process holds the store; its transactions take seconds at most. */
const busyRetryMs = 5_000

async function run(
  { name }: Operation,
  work: () => Answer<unknown> | Promise<Answer<unknown>>,
  { log }: AdminService,
): Promise<Answer<unknown>> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ReasonNeeded) return refused(error.message)
    if (storeFailure(error) === 'busy') return failed('Busy', { retryAfter: busyRetryMs })
    log.error('bug', { operation: name, ...bugFields(error) })
    return failed('Internal', {})
  }
}
