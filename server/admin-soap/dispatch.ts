/**
 * The way of one call: read, found, allowed, checked, done, written. `http.ts` takes the call in, `authorise.ts`
 * knows the token, and `typed-xml.ts` reads and writes what `administration/operations` declares.
 */
import { tokenActor } from '../administration/actor.ts'
import { serviceDesk } from '../administration/operations/desk.ts'
import type { Desk, Operation } from '../administration/operations/operation.ts'
import { beyondToken, grants, scopeFor, type TokenHolder } from '../administration/tokens.ts'
import type { Service } from '../client/service.ts'
import { bugFields } from '../monitoring/log.ts'
import { storeFailure } from '../store/failures.ts'
import { readCall, type SoapVersion, cureOf, writeCall } from './envelope.ts'
import { type Answer, failed, faultOf } from './faults.ts'
import { operationsByName } from './operations.ts'
import { readValue } from './typed-xml.ts'

/** Of the whole service only what administration needs: no clients' sessions, no whitelist material. */
export type AdminService = Pick<Service, 'config' | 'store' | 'clock' | 'log' | 'metrics' | 'policy' | 'url' | 'cert'>

/** A call whose token was found good and whose body is not read yet. */
type RawCall = {
  readonly bytes: Uint8Array
  readonly version: SoapVersion
  readonly holder: TokenHolder
  readonly gone: AbortSignal
}

/** Answers one call by the envelope to send, and counts, times and logs it. */
export async function dispatch(service: AdminService, call: RawCall): Promise<Answer<string>> {
  const start = performance.now()
  const { bytes, version, holder } = call
  const read = readCall(bytes, version)
  const found = read.ok ? operationsByName.get(read.value.element.local) : undefined
  const answer =
    read.ok && found
      ? await run(service, found, async () => {
          // Before the form is looked at: whoever may not call it learns nothing of what it takes.
          if (!grants(holder.scopes, found.scope)) return failed('NotAllowed', { scope: found.scope })
          const value = readValue(found.input, read.value.element)
          if (!value.ok) return failed('BadRequest', value.fault)
          const done = await found.call(await deskOf(service, call), value.value)
          return done.ok ? done : { ok: false, fault: faultOf(done.fault, found.name === 'RunChanges') }
        })
      : failed('BadRequest', { place: '', why: read.ok ? 'there is no such operation' : cureOf(read.why) })
  const name = found?.name ?? 'none'
  const result = answer.ok ? 'ok' : answer.fault.kind
  service.metrics.request(`admin:${name}`, result, (performance.now() - start) / 1_000)
  // The token's name is the caller's; what the call held is in the audit log, if it changed anything.
  service.log.info('administration', { operation: name, fault: result, user: `${holder.name}@token` })
  return answer.ok && found
    ? { ok: true, value: writeCall(`${name}Response`, found.wire, answer.value, version) }
    : answer.ok
      ? failed('Internal', {})
      : answer
}

/** The desk at which a token's holder stands: each change is measured by the token's scopes. */
async function deskOf(service: AdminService, { holder, gone }: RawCall): Promise<Desk> {
  return serviceDesk(service, {
    actor: await tokenActor(service.store, holder.name),
    beyond(changes) {
      const beyond = beyondToken(holder.scopes, changes)
      return beyond && { kind: 'notAllowed', scope: scopeFor(beyond) }
    },
    gone,
  })
}

/** Another process holds the store, or its disk or database fails: whoever asked is not to blame. */
const busyRetryMs = 5_000

async function run(
  { log }: AdminService,
  { name }: Operation,
  work: () => Promise<Answer<unknown>>,
): Promise<Answer<unknown>> {
  try {
    return await work()
  } catch (error) {
    // The caller can wait and try again. Anything else here is a bug, of which it is told nothing.
    const kind = storeFailure(error)
    if (kind !== undefined) {
      log.warn('store', { operation: name, kind })
      return failed('Busy', { retryAfter: busyRetryMs })
    }
    log.error('bug', { operation: name, ...bugFields(error) })
    return failed('Internal', {})
  }
}
