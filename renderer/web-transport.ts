/** The page's transport in a browser. */
import { catchUp } from '../shared/catch-up.ts'
import { isRecord, jsonOf } from '../shared/json.ts'
import type { EventEnvelope, Transport } from '../shared/rpc.ts'
import type { Clock } from './clock.ts'

/** First and longest wait before the event stream is opened again after the web host closed it. */
const firstWait = 500
const longestWait = 15_000

/** The parts of EventSource that are used here. */
export interface EventStream {
  addEventListener(type: 'open' | 'message' | 'error', listener: (event: Event) => void): void
  readonly readyState: number
  close(): void
}

type WebTransportPorts = {
  readonly clock: Clock
  readonly fetch?: typeof fetch
  readonly openStream?: (url: string) => EventStream
}

/** `readyState` of a stream that will not come back by itself. */
const closed = 2

function openEventSource(url: string): EventStream {
  return new EventSource(url)
}

function readEvent(message: Event): EventEnvelope | undefined {
  if (!('data' in message) || typeof message.data !== 'string') return undefined
  const event = jsonOf(message.data)
  if (!isRecord(event) || typeof event.name !== 'string' || !('value' in event)) return undefined
  return { name: event.name, value: event.value }
}

type Send = Transport['send']

/** The page in a browser: calls by POST, events by server-sent events, both of the same origin. */
export function createWebTransport(ports: WebTransportPorts): Transport {
  const request = ports.fetch ?? fetch.bind(globalThis)
  const send: Send = async (envelope) => {
    const response = await request('/call', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(envelope),
    })
    if (!response.ok) throw new Error(`the web host answered ${response.status}`)
    return response.json()
  }
  return { send, listen: (receive) => listen(ports, send, receive) }
}

function listen(ports: WebTransportPorts, send: Send, receive: (envelope: EventEnvelope) => void): () => void {
  const openStream = ports.openStream ?? openEventSource
  let stream: EventStream | undefined
  let undoWait: (() => void) | undefined
  let wait = firstWait
  let missed = false
  const open = () => {
    const opened = openStream('/events')
    stream = opened
    opened.addEventListener('message', (message) => {
      const event = readEvent(message)
      if (event) receive(event)
    })
    opened.addEventListener('open', () => {
      wait = firstWait
      // Events of the time without a stream are lost: what they would have said is asked for.
      if (missed) void catchUp(send, receive)
      missed = false
    })
    opened.addEventListener('error', () => {
      missed = true
      // The browser tries again by itself until the server has closed the stream for good.
      if (opened.readyState !== closed) return
      undoWait = ports.clock.after(wait, open)
      wait = Math.min(wait * 2, longestWait)
    })
  }
  open()
  return () => {
    undoWait?.()
    stream?.close()
  }
}
