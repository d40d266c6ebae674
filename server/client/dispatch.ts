/**
 * The index of operations: element name to handler, and the way of one call through them. Before each handler
 * `authenticate.ts` says who calls; `service.ts` is what handlers are given; `http.ts` and `push/` are the two ways
 * in.
 */
import type { SoapFault } from '../../shared/soap/faults.ts'
import { type OperationName, operationOfRequest } from '../../shared/soap/operations.ts'
import { readEnvelope } from '../../shared/soap/reader.ts'
import { writeEnvelope, writeFault } from '../../shared/soap/writer.ts'
import { bugFields } from '../monitoring/log.ts'
import { storeFailure } from '../store/failures.ts'
import { ask } from './ask.ts'
import { hello } from './hello.ts'
import { login } from './login.ts'
import { ack, logout, report } from './notes.ts'
import { rekey } from './rekey.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'
import { sync } from './sync.ts'
import { wait } from './wait.ts'

const handlers: { readonly [N in OperationName]: (service: Service, call: Call) => Promise<CallAnswer> } = {
  Hello: hello,
  Login: login,
  Sync: sync,
  Wait: wait,
  Logout: logout,
  Ack: ack,
  Report: report,
  Ask: ask,
  Rekey: rekey,
}

/** `fault` beside the body, for the HTTP status. */
type Reply = { readonly body: string; readonly fault?: SoapFault }
type RawCall = { readonly bytes: Uint8Array; readonly ip: string; readonly gone: AbortSignal }

/** Answers any bytes at all with an envelope. */
export async function dispatchCall(service: Service, { bytes, ip, gone }: RawCall): Promise<Reply> {
  const start = performance.now()
  const envelope = readEnvelope(bytes)
  const operation = envelope.ok ? operationOfRequest(envelope.operation) : undefined
  const answer =
    envelope.ok && operation
      ? await run(service, operation, { envelope, ip, gone })
      : fault(!envelope.ok && envelope.refused ? envelope.fault.code : 'BadRequest')
  const result = answer.ok ? 'ok' : answer.fault.code
  service.metrics.request(operation ?? 'none', result, (performance.now() - start) / 1_000)
  if (!answer.ok) service.log.info('fault', { operation: operation ?? 'none', fault: result })
  return answer.ok
    ? { body: writeEnvelope({ operation: `${operation}Response`, fields: answer.value }) }
    : { body: writeFault(answer.fault), fault: answer.fault }
}

/** Another process holds the store, the database is away, or its disk is full: each passes, some within seconds. */
const busyRetryMs = 5_000

/** A bug of ours is no fact about the caller: it gets `Internal` and keeps its list. */
async function run(service: Service, operation: OperationName, call: Call): Promise<CallAnswer> {
  try {
    return await handlers[operation](service, call)
  } catch (error) {
    const kind = storeFailure(error)
    if (kind !== undefined) {
      service.log.warn('store', { operation, kind })
      return fault('Busy', { retryAfter: busyRetryMs })
    }
    service.log.error('bug', { operation, ...bugFields(error) })
    return fault('Internal')
  }
}
