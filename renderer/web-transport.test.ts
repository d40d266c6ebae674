import { describe, expect, test } from 'vitest'
import type { EventEnvelope } from '../shared/rpc.ts'
import { createFakeClock, settle } from './testing/fake-clock.ts'
import { createWebTransport } from './web-transport.ts'

type Stream = { readonly say: (text: string) => void; readonly end: () => void; readonly signal: AbortSignal }

function makeTransport(answer: () => Response = () => Response.json({ ok: true, value: 1 })) {
  const clock = createFakeClock()
  const streams: Stream[] = []
  const requests: { readonly url: string; readonly init: RequestInit }[] = []
  const openStream = (signal: AbortSignal) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    signal.addEventListener('abort', () => void writer.abort().catch(() => undefined))
    streams.push({
      signal,
      say: (text) => void writer.write(new TextEncoder().encode(text)),
      end: () => void writer.close(),
    })
    return new Response(readable)
  }
  const fetchFake = async (input: string | URL | Request, init: RequestInit = {}) => {
    const url = typeof input === 'string' ? input : 'not a path'
    requests.push({ url, init })
    return url === '/events' && init.signal ? openStream(init.signal) : answer()
  }
  const transport = createWebTransport({ clock, fetch: fetchFake, pass: Promise.resolve('the-pass') })
  return { transport, clock, streams, requests }
}

/** Streams hand on what they got over many turns. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await settle()
}

describe('the web transport', () => {
  test('posts the envelope to its own origin, with its pass and no cookie', async () => {
    const { transport, requests } = makeTransport()
    expect(await transport.send({ name: 'session.state', input: {} })).toEqual({ ok: true, value: 1 })
    const { headers, ...rest } = requests[0]?.init ?? {}
    expect(rest).toEqual({ method: 'POST', credentials: 'omit', body: '{"name":"session.state","input":{}}' })
    expect(headers).toEqual({ 'content-type': 'application/json', authorization: 'Bearer the-pass' })
  })

  test('an answer that is not the engine’s rejects, which connect turns into a failure', async () => {
    const { transport } = makeTransport(() => new Response('no', { status: 403 }))
    await expect(transport.send({ name: 'session.state', input: {} })).rejects.toThrow('403')
  })

  test('a pass that the host does not know is a failure with words', async () => {
    const refusal = { ok: false, failure: { kind: 'linkNeeded' } }
    const { transport } = makeTransport(() => Response.json(refusal, { status: 401 }))
    expect(await transport.send({ name: 'session.state', input: {} })).toEqual(refusal)
  })

  test('events arrive, cut anywhere; what is no event does not', async () => {
    const { transport, streams } = makeTransport()
    const received: EventEnvelope[] = []
    const undo = transport.listen((event) => received.push(event))
    await arrive()
    const text = ':\n\ndata: {"name":"held.changed","value":{"total":2}}\n\ndata: 7\n\ndata: {"name":3,"value":1}\n\n'
    for (const piece of [text.slice(0, 20), text.slice(20, 41), text.slice(41)]) streams[0]?.say(piece)
    await arrive()
    expect(received).toEqual([{ name: 'held.changed', value: { total: 2 } }])
    undo()
  })

  test('an ended stream is opened again, later each time, and what was missed is asked for', async () => {
    const { transport, streams, clock, requests } = makeTransport()
    const received: EventEnvelope[] = []
    const undo = transport.listen((event) => received.push(event))
    await arrive()
    streams[0]?.end()
    await arrive()
    clock.pass(500)
    await arrive()
    expect(streams).toHaveLength(2)
    expect(requests.filter(({ url }) => url === '/call')).toHaveLength(3)
    expect(received.map(({ name }) => name)).toEqual([
      'session.changed',
      'whitelist.changed',
      'settings.changed',
      'contacts.changed',
      'requests.changed',
      'conversation.changed',
      'held.changed',
      'quarantine.changed',
    ])
    undo()
  })

  test('a host that refuses is asked again after longer and longer', async () => {
    const clock = createFakeClock()
    let tries = 0
    const refusing = async () => {
      tries += 1
      return Response.json({}, { status: 401 })
    }
    const transport = createWebTransport({ clock, fetch: refusing, pass: Promise.resolve(undefined) })
    const undo = transport.listen(() => undefined)
    await arrive()
    for (const wait of [500, 1_000, 2_000]) {
      clock.pass(wait - 1)
      await arrive()
      const before = tries
      clock.pass(1)
      await arrive()
      expect(tries).toBe(before + 1)
    }
    undo()
  })

  test('undone, it closes the stream and opens no other', async () => {
    const { transport, streams, clock } = makeTransport()
    const undo = transport.listen(() => undefined)
    await arrive()
    undo()
    expect(streams[0]?.signal.aborted).toBe(true)
    clock.pass(60_000)
    await arrive()
    expect(streams).toHaveLength(1)
  })
})
