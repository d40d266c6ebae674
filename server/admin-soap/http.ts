/** The administration service on the same HTTPS server as the clients': `POST /kith/admin`, `GET /kith/admin?wsdl`, both with a token. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { maxEnvelopeBytes } from '../../shared/soap/limits.ts'
import type { TokenHolder } from '../administration/tokens.ts'
import { bugFields } from '../monitoring/log.ts'
import { storeFailure } from '../store/failures.ts'
import { authorise } from './authorise.ts'
import { type AdminService, dispatch } from './dispatch.ts'
import { contentTypes, type SoapVersion, writeFault } from './envelope.ts'
import type { AdminFault, FaultKind } from './faults.ts'
import { adminOperations } from './operations.ts'
import { adminWsdl } from './wsdl.ts'

export const adminPath = '/kith/admin'

/** Before the server listens. */
export async function addAdministration(app: FastifyInstance, service: AdminService): Promise<void> {
  await app.register(async (scope) => {
    // Beside SOAP 1.2's own, which the server takes already.
    const others = ['text/xml', 'application/xml']
    scope.addContentTypeParser(others, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler((error, request, reply) => sendFault(request, reply, faultOfError(service, error)))
    const holders = new WeakMap<FastifyRequest, TokenHolder>()
    // After the request was counted, and before its body is read: who has no token sends no 12 MB.
    const preParsing = async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.method !== 'POST' && !asksForWsdl(request)) return
      const who = await authorise(service, { header: request.headers.authorization, ip: request.ip })
      if (who.ok) holders.set(request, who.value)
      else await sendFault(request, reply, who.fault)
    }
    scope.post(adminPath, { bodyLimit: maxEnvelopeBytes, preParsing }, (request, reply) => {
      const holder = holders.get(request)
      return holder ? answer(service, { request, reply, holder }) : sendFault(request, reply, unauthorised)
    })
    let wsdl: string | undefined
    // It names every operation and its fields: for whoever has a token, as the calls are.
    scope.get(adminPath, { preParsing }, (request, reply) => {
      if (!holders.has(request)) return reply.code(405).header('allow', 'POST').type('text/plain').send('POST only')
      // Made at the first question: the port in its address is known only when the server listens.
      wsdl ??= adminWsdl(adminOperations, `${service.url()}${adminPath}`)
      return reply.type('text/xml; charset=utf-8').send(wsdl)
    })
  })
}

const unauthorised: AdminFault = { kind: 'Unauthorised', detail: {} }

type Asked = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly holder: TokenHolder }

async function answer(service: AdminService, { request, reply, holder }: Asked): Promise<FastifyReply> {
  const { body } = request
  if (!(body instanceof Uint8Array))
    return sendFault(request, reply, { kind: 'BadRequest', detail: { place: '', why: 'no body' } })
  // An answer may take 20 seconds (`patience`); work for somebody who hung up ends sooner.
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const version = versionOf(request)
  const replied = await dispatch(service, { bytes: body, version, holder, gone: gone.signal })
  if (!replied.ok) return sendFault(request, reply, replied.fault)
  return reply.type(contentTypes[version]).send(replied.value)
}

/** As the content type says; faults of other requests are SOAP 1.1, which everybody reads. */
function versionOf(request: FastifyRequest): SoapVersion {
  return request.headers['content-type']?.startsWith('application/soap+xml') === true ? '1.2' : '1.1'
}

const statuses: { readonly [K in FaultKind]?: number } = {
  Unauthorised: 401,
  RateLimited: 503,
  Busy: 503,
  TooLarge: 413,
  Internal: 500,
}

/** SOAP 1.1 (6.2) has 500 for every fault, 1.2 has 400 for those of the sender. */
function sendFault(request: FastifyRequest, reply: FastifyReply, fault: AdminFault): FastifyReply {
  const version = versionOf(request)
  if (fault.kind === 'RateLimited' || fault.kind === 'Busy')
    reply.header('retry-after', Math.max(1, Math.ceil(fault.detail.retryAfter / 1_000)))
  if (fault.kind === 'Unauthorised') reply.header('www-authenticate', 'Bearer')
  return reply
    .code(statuses[fault.kind] ?? (version === '1.1' ? 500 : 400))
    .type(contentTypes[version])
    .send(writeFault(fault, version))
}

function faultOfError(service: AdminService, error: unknown): AdminFault {
  const retryAfter = error instanceof Error && 'retryAfter' in error ? error.retryAfter : undefined
  if (typeof retryAfter === 'number') return { kind: 'RateLimited', detail: { retryAfter } }
  const kind = storeFailure(error)
  if (kind !== undefined) {
    service.log.warn('store', { kind })
    return { kind: 'Busy', detail: { retryAfter: 5_000 } }
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 413) return { kind: 'TooLarge', detail: {} }
  if (typeof status === 'number' && status < 500)
    return {
      kind: 'BadRequest',
      detail: { place: '', why: 'send it as Content-Type text/xml (SOAP 1.1) or application/soap+xml (1.2)' },
    }
  service.log.error('bug', bugFields(error))
  return { kind: 'Internal', detail: {} }
}

function asksForWsdl(request: FastifyRequest): boolean {
  return new URL(request.url, 'http://localhost').search.toLowerCase() === '?wsdl'
}
