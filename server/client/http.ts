/** The HTTPS side of the SOAP service: the only file that imports the web framework for it. */
import type { Socket } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { httpStatusOf, type SoapFault } from '../../shared/soap/faults.ts'
import { soapContentType, soapPath } from '../../shared/soap/namespaces.ts'
import { writeFault } from '../../shared/soap/writer.ts'
import { networkOf } from '../ground/network.ts'
import type { TlsFiles } from '../keys/certificate.ts'
import { bugFields } from '../monitoring/log.ts'
import { storeFailure } from '../store/failures.ts'
import { dispatchCall } from './dispatch.ts'
import type { Service } from './service.ts'
import { wsdl } from './wsdl.ts'

/** Requests hold at most 64 kB in base64; the 12 MB of protocol.md 4 are for answers. */
export const maxRequestBody = 128 * 1024
/** A request must have arrived whole after this. */
const requestTimeoutMs = 30_000
/** A TLS handshake, too: thousands may begin theirs at once after a restart, and each that is cut costs another. */
const handshakeTimeoutMs = 20_000
/** Whoever is still connected so long after the end was told is cut off: a handshake that was only begun, an answer that nobody reads. */
const lingerMs = 1_000
/** Longer than a held Wait. */
const keepAliveMs = 75_000

type HttpOptions = {
  /** Without: plain HTTP, which the caller allows on loopback only. */
  readonly tls?: TlsFiles
  readonly url: () => string
  readonly requestsPerMinute: number
  /** Whose X-Forwarded-For counts. */
  readonly proxies: readonly string[]
}

/**
 * The web server with its routes, not listening yet. Every failure of a call is answered as a fault, every other path
 * with 404.
 */
export async function createHttp(service: Service, options: HttpOptions): Promise<FastifyInstance> {
  const { tls } = options
  const common = {
    logger: false,
    bodyLimit: maxRequestBody,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: true,
    trustProxy: options.proxies.length > 0 && [...options.proxies],
  }
  const https = { ...tls, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs } as const
  const app: FastifyInstance = tls ? fastify({ ...common, https }) : fastify(common)
  cutOffLingering(app)
  // One kind of body and one reader: whatever two parsers could take differently is refused.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/soap+xml', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    // No content encoding: a small request must not unpack into a large one.
    if (request.headers['content-encoding'] !== undefined)
      await sendFault(reply, { code: 'BadRequest', reason: 'no Content-Encoding is read here: send it as it is' })
  })
  app.setErrorHandler((error, _request, reply) => sendFault(reply, faultOfError(service, error)))
  await app.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: 60_000,
    // A whole network at once: who has one IPv6 address has as many as there are.
    keyGenerator: (request) => networkOf(request.ip),
    errorResponseBuilder: (_request, context) => new TooMany(context.ttl),
  })
  // Counted like everything else: the library leaves paths that are not there alone unless it is asked.
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) =>
    reply.code(404).type('text/plain').send('not found'),
  )
  app.get(soapPath, (request, reply) => sendWsdl(request, reply, options.url()))
  app.post(soapPath, (request, reply) => answer(service, request, reply))
  return app
}

function cutOffLingering(app: FastifyInstance): void {
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', async () => {
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, lingerMs)
    app.server.once('close', () => clearTimeout(timer))
  })
}

class TooMany extends Error {
  readonly retryAfter: number
  constructor(retryAfter: number) {
    super('too many requests')
    this.retryAfter = retryAfter
  }
}

async function answer(service: Service, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { body } = request
  if (!(body instanceof Uint8Array)) return sendFault(reply, { code: 'BadRequest' })
  // Wait is held for 50 seconds: a client that left must not keep its place for so long.
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { body: text, fault } = await dispatchCall(service, { bytes: body, ip: request.ip, gone: gone.signal })
  return fault ? sendFault(reply, fault, text) : reply.type(soapContentType).send(text)
}

function sendFault(reply: FastifyReply, fault: SoapFault, text = writeFault(fault)): FastifyReply {
  if (fault.retryAfter !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(fault.retryAfter / 1_000)))
  return reply.code(httpStatusOf(fault.code)).type(soapContentType).send(text)
}

function faultOfError(service: Service, error: unknown): SoapFault {
  if (error instanceof TooMany) return { code: 'RateLimited', retryAfter: error.retryAfter }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  // The framework's own refusals come by their status; whatever it has no status for is a bug of ours.
  if (status === 413) return { code: 'TooLarge' }
  if (typeof status === 'number' && status < 500) return { code: 'BadRequest' }
  const kind = storeFailure(error)
  if (kind !== undefined) {
    service.log.warn('store', { kind })
    return { code: 'Busy', retryAfter: 5_000 }
  }
  service.log.error('bug', bugFields(error))
  return { code: 'Internal' }
}

function sendWsdl(request: FastifyRequest, reply: FastifyReply, url: string): FastifyReply {
  const { search } = new URL(request.url, 'http://localhost')
  if (search.toLowerCase() !== '?wsdl')
    return reply.code(405).header('allow', 'POST').type('text/plain').send('POST only')
  return reply.type('text/xml; charset=utf-8').send(wsdl(`${url}${soapPath}`))
}
