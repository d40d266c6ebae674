/** POST /call: one envelope in, one Result out. */
import type { IncomingMessage } from 'node:http'
import { jsonOf } from '../../shared/json.ts'
import { fail, type Result } from '../../shared/rpc.ts'
import { maxBody } from './limits.ts'

type CallAnswer = { readonly status: number; readonly result: Result<unknown> }
type Serve = (envelope: unknown) => Promise<Result<unknown>>

/** HTTP's own errors keep their status codes; whatever the engine says travels under 200. */
export async function answerCall(request: IncomingMessage, serve: Serve): Promise<CallAnswer> {
  const type = request.headers['content-type'] ?? ''
  // Any other type could be sent by a foreign page's form without asking first.
  if (!/^application\/json(;|$)/.test(type) || request.headers['content-encoding'] !== undefined)
    return { status: 415, result: fail('badRequest') }
  const body = await readBody(request)
  if (body === undefined) return { status: 413, result: fail('tooLarge') }
  const envelope = jsonOf(body)
  if (envelope === undefined) return { status: 400, result: fail('badRequest') }
  return { status: 200, result: await serve(envelope) }
}

/** The body as text; undefined as soon as it is too large, without reading the rest. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBody) return undefined
  const chunks: Buffer[] = []
  let size = 0
  // Kept open on the early return: the refusal must still reach the caller.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxBody) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
