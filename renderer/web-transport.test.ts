import { describe, expect, test } from 'vitest'
import type { EventEnvelope } from '../shared/rpc.ts'
import { createFakeClock, settle } from './testing/fake-clock.ts'
import { createWebTransport, type EventStream } from './web-transport.ts'

function makeStreams() {
  const streams: (EventStream & { closed: boolean; readyState: number; fire(event: Event): void })[] = []
  const openStream = () => {
    const target = new EventTarget()
    const stream = {
      closed: false,
      readyState: 1,
      addEventListener: target.addEventListener.bind(target),
      fire: (event: Event) => target.dispatchEvent(event),
      close: () => {
        stream.closed = true
      },
    }
    streams.push(stream)
    return stream
  }
  return { streams, openStream }
}

function makeTransport(answer: () => Response = () => Response.json({ ok: true, value: 1 })) {
  const clock = createFakeClock()
  const { streams, openStream } = makeStreams()
  const requests: { readonly url: string; readonly init: RequestInit }[] = []
  const fetchFake = async (input: string | URL | Request, init: RequestInit = {}) => {
    const url = typeof input === 'string' ? input : 'not a path'
    requests.push({ url, init })
    return answer()
  }
  return { transport: createWebTransport({ clock, fetch: fetchFake, openStream }), clock, streams, requests }
}

describe('the web transport', () => {
  test('posts the envelope to its own origin', async () => {
    const { transport, requests } = makeTransport()
    expect(await transport.send({ name: 'session.state', input: {} })).toEqual({ ok: true, value: 1 })
    expect(requests).toMatchObject([
      {
        url: '/call',
        init: { method: 'POST', credentials: 'same-origin', body: '{"name":"session.state","input":{}}' },
      },
    ])
  })

  test('an answer that is not the engine’s rejects, which connect turns into a failure', async () => {
    const { transport } = makeTransport(() => new Response('no', { status: 403 }))
    await expect(transport.send({ name: 'session.state', input: {} })).rejects.toThrow('403')
  })

  test('events arrive; what is no event does not', () => {
    const { transport, streams } = makeTransport()
    const received: EventEnvelope[] = []
    transport.listen((event) => received.push(event))
    for (const data of ['{"name":"held.changed","value":{"total":2}}', '7', '{"name":3,"value":1}']) {
      streams[0]?.fire(new MessageEvent('message', { data }))
    }
    expect(received).toEqual([{ name: 'held.changed', value: { total: 2 } }])
  })

  test('a closed stream is opened again, later each time, and what was missed is asked for', async () => {
    const { transport, streams, clock, requests } = makeTransport()
    const received: EventEnvelope[] = []
    transport.listen((event) => received.push(event))
    const lose = (index: number) => {
      Object.assign(streams[index] ?? {}, { readyState: 2 })
      streams[index]?.fire(new Event('error'))
    }
    lose(0)
    clock.pass(500)
    expect(streams).toHaveLength(2)
    lose(1)
    clock.pass(500)
    expect(streams).toHaveLength(2)
    clock.pass(500)
    streams[2]?.fire(new Event('open'))
    await settle()
    expect(requests).toHaveLength(3)
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
  })

  test('undone, it closes the stream and opens no other', () => {
    const { transport, streams, clock } = makeTransport()
    const undo = transport.listen(() => undefined)
    Object.assign(streams[0] ?? {}, { readyState: 2 })
    streams[0]?.fire(new Event('error'))
    undo()
    clock.pass(60_000)
    expect(streams).toHaveLength(1)
    expect(streams[0]?.closed).toBe(true)
  })
})
