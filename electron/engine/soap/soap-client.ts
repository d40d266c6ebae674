/**
 * The only file that uses axios: posts one envelope and returns the bytes of the answer, or a failure kind. Every
 * error of axios, Node's HTTP and TLS is translated here.
 *
 * TLS: with a pin, the certificate is looked at first over a connection that sends nothing (peer-certificate.ts); only
 * when its SHA-256 is the pinned one does it become the one trusted certificate of the agent. Without a pin the
 * system's authorities (and NODE_EXTRA_CA_CERTS) decide.
 */

import { Agent as HttpAgent } from 'node:http'
import { type AgentOptions, Agent as HttpsAgent } from 'node:https'
import type { LookupFunction } from 'node:net'
import axios, { type AxiosResponse, isAxiosError } from 'axios'
import type { ServerFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import type { Clock } from '../ground/ports.ts'
import { fetchPeerCertificate, type PeerCertificate } from './peer-certificate.ts'
import type { ServerAddress } from './server-address.ts'

/** Largest answer taken, protocol.md section 4. */
const answerLimit = 12 * 1024 * 1024
/** Longest `Retry-After` believed, in milliseconds: a hostile one must not silence the client for a year. */
const retryAfterLimit = 3_600_000

type SoapAnswer = {
  readonly status: number
  readonly body: Uint8Array
  /** Milliseconds, from the header of that name. */
  readonly retryAfter?: number
}

/** How long one exchange may take, and what ends it sooner. */
export type PostOptions = {
  /** Milliseconds for the whole exchange. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

/** Posts envelopes to one server. */
export interface SoapClient {
  readonly post: (envelope: string, options: PostOptions) => Promise<Result<SoapAnswer, ServerFailure>>
  /** Ends kept connections and running exchanges. */
  readonly close: () => void
}

type SoapClientOptions = {
  readonly address: ServerAddress
  /** SHA-256 of the server's certificate, lower-case hex. */
  readonly pin?: string
  readonly clock: Pick<Clock, 'after'>
  /** Looks up the server's name; the system's way where nothing is given. */
  readonly lookup?: LookupFunction
}

type Connection = Result<HttpAgent | HttpsAgent, ServerFailure>

/** A client for one server; it connects at the first post. Failures: unreachable, certificateUntrusted, tooLarge. */
export function openSoapClient(options: SoapClientOptions): SoapClient {
  let connection: Promise<Connection> | undefined
  const closing = new AbortController()
  const connect = async (): Promise<Connection> => {
    connection ??= createAgent(options)
    const made = await connection
    // A failure is not kept: the server may be back, or show the right certificate, the next time.
    if (!made.ok) connection = undefined
    return made
  }
  return {
    post: async (envelope, post) => {
      const made = await connect()
      if (!made.ok) return made
      return exchange(options, made.value, { envelope, timeout: post.timeout, signals: [closing.signal, post.signal] })
    },
    close: () => {
      closing.abort()
      void endConnection(connection)
    },
  }
}

async function endConnection(connection: Promise<Connection> | undefined): Promise<void> {
  const made = await connection
  if (made?.ok) made.value.destroy()
}

async function createAgent(options: SoapClientOptions): Promise<Connection> {
  const { address, pin, clock, lookup } = options
  // A Wait holds one socket for most of a minute; the others keep it from holding up every other call.
  const kept = { keepAlive: true, maxSockets: 6, ...(lookup ? { lookup } : {}) }
  if (!address.tls) return ok(new HttpAgent(kept))
  if (pin === undefined) return ok(new HttpsAgent({ ...kept, minVersion: 'TLSv1.2' }))
  const shown = await fetchPeerCertificate({ ...address, lookup }, clock)
  // No answer is not a wrong one: the certificate was never seen.
  if (!shown) return fail('unreachable')
  if (shown.pin !== pin.toLowerCase()) return untrusted(shown)
  return ok(new HttpsAgent({ ...kept, ...pinned(shown) }))
}

/** The pin names the server better than its host name does, so the name in the certificate is not asked for. */
function pinned(shown: PeerCertificate): AgentOptions {
  return {
    minVersion: 'TLSv1.2',
    ca: shown.pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, certificate) =>
      certificate.fingerprint256 === shown.fingerprint
        ? undefined
        : new Error('another certificate than the pinned one'),
  }
}

type Exchange = {
  readonly envelope: string
  readonly timeout: number
  readonly signals: readonly (AbortSignal | undefined)[]
}

async function exchange(
  options: SoapClientOptions,
  agent: HttpAgent | HttpsAgent,
  { envelope, timeout, signals }: Exchange,
): Promise<Result<SoapAnswer, ServerFailure>> {
  const deadline = new AbortController()
  const undo = options.clock.after(timeout, () => deadline.abort())
  try {
    const signal = AbortSignal.any([deadline.signal, ...signals.filter((s) => s !== undefined)])
    return readAnswer(await send(options.address.url, agent, { envelope, signal }))
  } catch (error) {
    return translate(error, options)
  } finally {
    undo()
  }
}

function send(
  url: string,
  agent: HttpAgent | HttpsAgent,
  { envelope, signal }: { readonly envelope: string; readonly signal: AbortSignal },
): Promise<AxiosResponse<Buffer>> {
  return axios.post<Buffer>(url, Buffer.from(envelope, 'utf8'), {
    adapter: 'http',
    // Both belong to this file alone; a proxy would see the sealed login, a redirect would choose another server.
    proxy: false,
    maxRedirects: 0,
    maxContentLength: answerLimit,
    maxBodyLength: answerLimit,
    decompress: false,
    responseType: 'arraybuffer',
    validateStatus: () => true,
    headers: {
      'Content-Type': 'application/soap+xml; charset=utf-8',
      'Accept-Encoding': 'identity',
      'User-Agent': 'Kith',
    },
    httpAgent: agent,
    httpsAgent: agent,
    signal,
  })
}

function readAnswer(response: AxiosResponse<Buffer>): Result<SoapAnswer, ServerFailure> {
  const retryAfter = readRetryAfter(response.headers['retry-after'])
  const encoding: unknown = response.headers['content-encoding']
  // A redirect is another server's address, which nobody vouches for.
  if (response.status >= 300 && response.status < 400) return fail('unreachable')
  if (encoding !== undefined && encoding !== 'identity') return fail('unreachable')
  const { status, data } = response
  return ok({ status, body: new Uint8Array(data), ...(retryAfter === undefined ? {} : { retryAfter }) })
}

/** RFC 9110 section 10.2.3, seconds only: the date form would trust the server's clock. */
function readRetryAfter(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value)) return undefined
  return Math.min(Number(value) * 1000, retryAfterLimit)
}

async function translate(error: unknown, options: SoapClientOptions): Promise<Result<SoapAnswer, ServerFailure>> {
  if (!isAxiosError(error)) throw error
  const code = error.code ?? ''
  if (code === 'ERR_BAD_RESPONSE' || code === 'ERR_FR_MAX_BODY_LENGTH_EXCEEDED') return fail('tooLarge')
  if (!isCertificateError(code)) return fail('unreachable')
  const { address, lookup, clock } = options
  const shown = await fetchPeerCertificate({ ...address, lookup }, clock)
  return shown ? untrusted(shown) : fail('certificateUntrusted')
}

/** Codes of OpenSSL's verification (X509_V_ERR_*), as Node and BoringSSL name them, and of Node's own name check. */
function isCertificateError(code: string): boolean {
  return /CERT|ALTNAME|SIGNATURE|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|CRL_|HOSTNAME_MISMATCH/.test(code)
}

function untrusted(shown: PeerCertificate): ReturnType<typeof fail<'certificateUntrusted'>> {
  return fail('certificateUntrusted', { issuer: shown.issuer, fingerprint: shown.fingerprint })
}
