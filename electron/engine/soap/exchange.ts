/** One operation of KWP/1 over the SOAP client: fields in, fields or a failure out. */
import type { ServerFailure } from '../../../shared/failures.ts'
import { type Failure, fail, ok } from '../../../shared/rpc.ts'
import type { FaultCode } from '../../../shared/soap/faults.ts'
import type { OperationName } from '../../../shared/soap/operations.ts'
import { readEnvelope } from '../../../shared/soap/reader.ts'
import { writeEnvelope } from '../../../shared/soap/writer.ts'
import type { PostOptions, SoapClient } from './soap-client.ts'
import { failureOfFault } from './soap-faults.ts'

/** Names and texts of an envelope's elements. */
export type Fields = ReadonlyMap<string, string>

/** A Result that may also say by which fault the server refused. */
export type Exchanged<T> = { readonly ok: true; readonly value: T } | ExchangeFailure

/** Why an operation had no answer. */
export type ExchangeFailure = {
  readonly ok: false
  readonly failure: Failure<ServerFailure>
  /** Set when the server answered with a fault, rather than not at all. */
  readonly fault?: FaultCode
}

type Question = { readonly operation: OperationName; readonly fields: Fields; readonly header?: Fields }

/** Posts one operation. Failures: unreachable for whatever is no answer of ours, and what the fault means. */
export async function exchange(
  client: SoapClient,
  question: Question,
  options: PostOptions,
): Promise<Exchanged<Fields>> {
  const { operation, fields, header } = question
  const envelope = writeEnvelope({ operation: `${operation}Request`, fields, ...(header ? { header } : {}) })
  // Whatever the status says, the body decides: a fault has its meaning whether a proxy changed the status or not.
  const posted = await client.post(envelope, options)
  if (!posted.ok) return posted
  const answer = posted.value
  const read = readEnvelope(answer.body)
  if (read.ok) {
    // An answer to another question is no answer.
    return read.operation === `${operation}Response` ? ok(read.fields) : noAnswer
  }
  if (!read.refused)
    return { ok: false, failure: failureOfFault(read.fault, answer.retryAfter), fault: read.fault.code }
  // Not ours: a proxy's page, a captive portal, or a server that starts.
  if (answer.status !== 503 && answer.status !== 429) return noAnswer
  const kind = answer.status === 429 ? 'rateLimited' : 'busy'
  const { retryAfter } = answer
  return fail(kind, retryAfter === undefined ? undefined : { retryAfter })
}

const noAnswer = fail('unreachable')
