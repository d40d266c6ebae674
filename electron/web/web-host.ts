/**
 * The page and the engine in a browser, on this machine only: files of the page, `POST /call`, `GET /events`, and one
 * exchange of a one-time token for a pass. The page's files are no secret; every call and event needs the pass. Everything is checked by access.ts before it is looked at.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { pageFile, pageHeaders } from '../../shared/page-policy.ts'
import { fail } from '../../shared/rpc.ts'
import type { Engine } from '../engine/engine.ts'
import type { Clock } from '../engine/ground/ports.ts'
import { createPasses, judgeRequest, type Passes, readPass } from './access.ts'
import { answerCall } from './call.ts'
import { type EventStreams, openEventStreams } from './events.ts'
import { headersTimeout, requestTimeout } from './limits.ts'

/** Only this address: never another interface of the machine. */
const loopback = '127.0.0.1'

type WebHostOptions = {
  readonly engine: Pick<Engine, 'serve' | 'listen'>
  /** Folder of the built page. */
  readonly pages: string
  /** 0: any free one. */
  readonly port: number
  readonly clock: Clock
  readonly random: (count: number) => Uint8Array
}

/** The running host. `origin`: where it listens, `http://127.0.0.1:PORT`. */
export type WebHost = {
  readonly origin: string
  /** A link that admits one browser, once; it keeps its pass until the host ends. */
  link(): string
  close(): Promise<void>
}

type Site = {
  readonly options: WebHostOptions
  readonly passes: Passes
  readonly streams: EventStreams
  readonly own: { readonly host: string; readonly origin: string }
}

/** Listens on loopback and serves page and engine; `close` ends every connection. */
export async function openWebHost(options: WebHostOptions): Promise<WebHost> {
  const server = createServer({ headersTimeout, requestTimeout })
  const port = await listen(server, options.port)
  const host = `${loopback}:${port}`
  const site: Site = {
    options,
    passes: createPasses(options.random),
    streams: openEventStreams((receive) => options.engine.listen(receive), options.clock),
    own: { host, origin: `http://${host}` },
  }
  server.on('request', (request, response) => {
    // A connection that breaks while it is answered concerns nobody else.
    handle(site, request, response).catch(() => response.destroy())
  })
  return {
    origin: site.own.origin,
    // Behind the #, which a browser sends to nobody.
    link: () => `${site.own.origin}/#${site.passes.issue()}`,
    close: async () => {
      site.streams.close()
      const closed = new Promise((resolve) => server.close(resolve))
      // Event streams never end by themselves, so the server would wait for them for ever.
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
  })
}

async function handle(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pathname = readPath(request.url ?? '')
  const { headers, method = '' } = request
  if (pathname === undefined) return answerText(response, 400, 'Bad request')
  const { host, origin } = headers
  const facts = { method, pathname, host, origin, site: single(headers['sec-fetch-site']) }
  if (judgeRequest(facts, site.own) !== 'allowed') return answerText(response, 403, 'Not allowed')
  const wanted = `${method} ${pathname}`
  if (wanted === 'POST /session') return exchange(site, request, response)
  if (wanted === 'POST /call' || wanted === 'GET /events') {
    if (!site.passes.holds(readPass(headers.authorization))) return answerJson(response, 401, fail('linkNeeded'))
    if (wanted === 'GET /events') return answerEvents(site, response)
    const { status, result } = await answerCall(request, (envelope) => site.options.engine.serve(envelope))
    return answerJson(response, status, result)
  }
  if (method !== 'GET') return answerText(response, 405, 'Method not allowed')
  return answerFile(response, site.options.pages, pathname)
}

function answerEvents(site: Site, response: ServerResponse): void {
  if (!site.streams.add(response, pageHeaders)) answerText(response, 503, 'Too many pages are open')
}

/** A pass for the token of a link, which is then used up. */
function exchange(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const token = readPass(request.headers.authorization)
  const pass = token === undefined ? undefined : site.passes.exchange(token)
  if (pass === undefined) answerJson(response, 401, fail('linkNeeded'))
  else answerJson(response, 200, { pass })
}

async function answerFile(response: ServerResponse, folder: string, pathname: string): Promise<void> {
  const file = pageFile(pathname)
  const body = file && (await readFile(path.join(folder, file.path)).catch(() => undefined))
  if (!file || !body) return answerText(response, 404, 'Not found')
  response.writeHead(200, { ...pageHeaders, 'content-type': file.type })
  response.end(body)
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  // After a refusal the rest of the body is not read: the connection ends with the answer.
  const headers = { ...pageHeaders, ...(status === 200 ? {} : { connection: 'close' }) }
  response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(value))
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}

/** The request's path as received; undefined unless it is a path (no absolute form, no `*`). */
function readPath(url: string): string | undefined {
  return url.startsWith('/') ? url.split('?')[0] : undefined
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value
}
