/** One operation of KWP/1 over the SOAP client: fields in, fields or a failure out. */
import type { Failure } from '../../../shared/rpc.ts'
import type { FaultCode } from '../../../shared/soap/faults.ts'
import type { OperationName } from '../../../shared/soap/operations.ts'
import { readEnvelope } from '../../../shared/soap/reader.ts'
import { writeEnvelope } from '../../../shared/soap/writer.ts'
import type { PostOptions, SoapClient } from './soap-client.ts'
import { failureOfFault } from './soap-faults.ts'

type Fields = ReadonlyMap<string, string>

export type ExchangeFailure = {
  readonly ok: false
  readonly failure: Failure
  /** Set when the server answered with a fault, rather than not at all. */
  readonly fault?: FaultCode
}
export type ExchangeResult = { readonly ok: true; readonly fields: Fields } | ExchangeFailure

type Question = { readonly operation: OperationName; readonly fields: Fields; readonly header?: Fields }

export async function exchange(client: SoapClient, question: Question, options: PostOptions): Promise<ExchangeResult> {
  const { operation, fields, header } = question
  const envelope = writeEnvelope({ operation: `${operation}Request`, fields, ...(header ? { header } : {}) })
  const answer = await client.post(envelope, options)
  if (!answer.ok) return answer
  const read = readEnvelope(answer.body)
  if (read.ok) {
    // An answer to another question is no answer.
    return read.operation === `${operation}Response` ? { ok: true, fields: read.fields } : noAnswer
  }
  if (!read.refused)
    return { ok: false, failure: failureOfFault(read.fault, answer.retryAfter), fault: read.fault.code }
  // Not ours: a proxy's page, a captive portal, or a server that starts.
  if (answer.status !== 503 && answer.status !== 429) return noAnswer
  const kind = answer.status === 429 ? 'rateLimited' : 'busy'
  const { retryAfter } = answer
  return { ok: false, failure: retryAfter === undefined ? { kind } : { kind, detail: { retryAfter } } }
}

const noAnswer: ExchangeFailure = { ok: false, failure: { kind: 'unreachable' } }
