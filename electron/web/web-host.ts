/**
 * The page and the engine in a browser, on this machine only: files of the page, `POST /call`, `GET /events`, and one
 * exchange of a one-time token for a session cookie. Everything is checked by access.ts before it is looked at.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { pageFile, pageHeaders } from '../../shared/page-policy.ts'
import type { Engine } from '../engine/engine.ts'
import type { Clock } from '../engine/ground/ports.ts'
import { createSessions, judgeRequest, readCookie, type Sessions, setCookie } from './access.ts'
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
  /** A link that opens the page once, in one browser; that browser keeps its session until the host ends. */
  link(): string
  close(): Promise<void>
}

type Site = {
  readonly options: WebHostOptions
  readonly sessions: Sessions
  readonly streams: EventStreams
  readonly own: { readonly host: string; readonly origin: string; readonly port: number }
}

/** Listens on loopback and serves page and engine; `close` ends every connection. */
export async function openWebHost(options: WebHostOptions): Promise<WebHost> {
  const server = createServer({ headersTimeout, requestTimeout })
  const port = await listen(server, options.port)
  const host = `${loopback}:${port}`
  const site: Site = {
    options,
    sessions: createSessions(options.random),
    streams: openEventStreams((receive) => options.engine.listen(receive), options.clock),
    own: { host, origin: `http://${host}`, port },
  }
  server.on('request', (request, response) => {
    // A connection that breaks while it is answered concerns nobody else.
    handle(site, request, response).catch(() => response.destroy())
  })
  return {
    origin: site.own.origin,
    link: () => `${site.own.origin}/?token=${site.sessions.issue()}`,
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
  const target = readTarget(request.url ?? '')
  const { headers, method = '' } = request
  if (!target) return answerText(response, 400, 'Bad request')
  const { host, origin } = headers
  const facts = { method, pathname: target.pathname, host, origin, site: single(headers['sec-fetch-site']) }
  if (judgeRequest(facts, site.own) !== 'allowed') return answerText(response, 403, 'Not allowed')
  if (method === 'GET' && target.pathname === '/' && target.token !== undefined)
    return exchange(site, response, target.token)
  if (!site.sessions.holds(readCookie(headers.cookie, site.own.port)))
    return answerText(response, 403, 'Open Kith with the link that it printed when it started.')
  return route(site, request, response, target.pathname)
}

async function route(site: Site, request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
  const wanted = `${request.method} ${pathname}`
  if (wanted === 'POST /call') {
    const { status, result } = await answerCall(request, (envelope) => site.options.engine.serve(envelope))
    // After a refusal the rest of the body is not read: the connection ends with the answer.
    const headers = { ...pageHeaders, ...(status === 200 ? {} : { connection: 'close' }) }
    response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(result))
  } else if (wanted === 'GET /events') {
    if (!site.streams.add(response, pageHeaders)) answerText(response, 503, 'Too many pages are open')
  } else if (request.method === 'GET') await answerFile(response, site.options.pages, pathname)
  else answerText(response, 405, 'Method not allowed')
}

async function answerFile(response: ServerResponse, folder: string, pathname: string): Promise<void> {
  const file = pageFile(pathname)
  const body = file && (await readFile(path.join(folder, file.path)).catch(() => undefined))
  if (!file || !body) return answerText(response, 404, 'Not found')
  response.writeHead(200, { ...pageHeaders, 'content-type': file.type })
  response.end(body)
}

/**
 * Sets the cookie on a page of our own that goes on to the clean URL. Not an HTTP redirect: the link may have been
 * opened from elsewhere, and a browser then keeps a strict cookie back for the whole chain of redirects.
 */
function exchange(site: Site, response: ServerResponse, token: string): void {
  const secret = site.sessions.exchange(token)
  if (secret === undefined)
    answerText(response, 403, 'This link was used before. Press Enter where Kith runs for a new one.')
  else {
    const cookie = setCookie(site.own.port, secret)
    response.writeHead(200, { ...pageHeaders, 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookie })
    response.end('<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>Kith</title>')
  }
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}

/** The request's path as received and its token; undefined unless it is a path (no absolute form, no `*`). */
function readTarget(url: string): { pathname: string; token: string | undefined } | undefined {
  if (!url.startsWith('/')) return undefined
  const [pathname = '', ...rest] = url.split('?')
  const token = new URLSearchParams(rest.join('?')).get('token')
  return { pathname, token: token ?? undefined }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value
}
