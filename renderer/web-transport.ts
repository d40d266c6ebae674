/** The page's transport in a browser. */
import { catchUp } from '../shared/catch-up.ts'
import { isRecord, jsonOf } from '../shared/json.ts'
import type { EventEnvelope, Transport } from '../shared/rpc.ts'
import type { Clock } from './clock.ts'
import { passHeader } from './web-pass.ts'

/** First and longest wait before the event stream is opened again. */
const firstWait = 500
const longestWait = 15_000

type WebTransportPorts = {
  readonly clock: Clock
  readonly fetch?: typeof fetch
  /** What admits the page to the host; without it, or with one of an earlier run, every call fails with `linkNeeded`. */
  readonly pass: Promise<string | undefined>
}

function readEvent(data: string): EventEnvelope | undefined {
  const event = jsonOf(data)
  if (!isRecord(event) || typeof event.name !== 'string' || !('value' in event)) return undefined
  return { name: event.name, value: event.value }
}

type Send = Transport['send']
type OwnRequest = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }
type Request = (path: string, init: OwnRequest) => Promise<Response>

/** The page in a browser: calls by POST, events by server-sent events, both of the same origin. */
export function createWebTransport(ports: WebTransportPorts): Transport {
  const fetchOwn = ports.fetch ?? fetch.bind(globalThis)
  const request: Request = async (path, { headers, ...init }) => {
    const pass = await ports.pass
    return fetchOwn(path, {
      ...init,
      credentials: 'omit',
      headers: { ...headers, ...(pass === undefined ? {} : passHeader(pass)) },
    })
  }
  const send: Send = async (envelope) => {
    const headers = { 'content-type': 'application/json' }
    const response = await request('/call', { method: 'POST', headers, body: JSON.stringify(envelope) })
    // A refusal of the pass is a result like every other.
    if (!response.ok && response.status !== 401) throw new Error(`the web host answered ${response.status}`)
    return response.json()
  }
  return { send, listen: (receive) => listen(ports.clock, request, send, receive) }
}

function listen(clock: Clock, request: Request, send: Send, receive: (envelope: EventEnvelope) => void): () => void {
  const ending = new AbortController()
  let undoWait: (() => void) | undefined
  let wait = firstWait
  let missed = false
  const open = async () => {
    try {
      const { ok, body } = await request('/events', { signal: ending.signal })
      if (ok && body) {
        wait = firstWait
        // Events of the time without a stream are lost: what they would have said is asked for.
        if (missed) void catchUp(send, receive)
        await readEvents(body, receive)
      }
    } catch {
      // The host ended, or this page did: the next try tells.
    }
    if (ending.signal.aborted) return
    missed = true
    undoWait = clock.after(wait, () => void open())
    wait = Math.min(wait * 2, longestWait)
  }
  void open()
  return () => {
    undoWait?.()
    ending.abort()
  }
}

/** Until the stream ends. The web host writes each event as one `data:` line (electron/web/events.ts). */
async function readEvents(body: ReadableStream<Uint8Array>, receive: (event: EventEnvelope) => void): Promise<void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = `${rest}${decoder.decode(value, { stream: true })}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = line.startsWith('data: ') ? readEvent(line.slice('data: '.length)) : undefined
      if (event) receive(event)
    }
  }
}
