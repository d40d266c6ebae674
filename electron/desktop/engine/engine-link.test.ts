import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventEnvelope } from '../../../shared/rpc.ts'
import { type FakeClock, fakeClock } from '../../engine/testing/fakes.ts'
import { type EngineLink, openEngineLink } from './engine-link.ts'
import type { EngineChild, FromEngine, ToEngine } from './messages.ts'

type FakeChild = EngineChild & {
  readonly posted: ToEngine[]
  say(message: FromEngine): void
  exit(): void
  killed: boolean
}

function fakeChild(): FakeChild {
  let receive: (message: FromEngine) => void = () => undefined
  let left: () => void = () => undefined
  return {
    posted: [],
    killed: false,
    post(message) {
      this.posted.push(structuredClone(message))
    },
    onMessage(listener) {
      receive = listener
    },
    onExit(listener) {
      left = listener
    },
    kill() {
      this.killed = true
    },
    say: (message) => receive(message),
    exit: () => left(),
  }
}

let clock: FakeClock
let children: FakeChild[]
let events: EventEnvelope[]
let failures: string[]
let link: EngineLink

beforeEach(() => {
  clock = fakeClock()
  children = []
  events = []
  failures = []
  link = openEngineLink({
    clock,
    fork: () => {
      const child = fakeChild()
      children.push(child)
      return child
    },
    onEvent: (event) => events.push(event),
    onFailed: (reason) => failures.push(reason),
    askConsent: async (origin) => origin === 'https://kith.example.org',
  })
})

afterEach(async () => {
  const closing = link.close()
  children.at(-1)?.exit()
  await closing
  if (clock.pending() > 0) throw new Error('a timer outlived the link')
})

function child(at = 0): FakeChild {
  const found = children[at]
  if (!found) throw new Error(`child ${at} was not started`)
  return found
}

const call = { name: 'session.state', input: {} }
const answer = { ok: true, value: 7 } as const

describe('calls', () => {
  test('a call before the engine is ready waits for it', async () => {
    const result = link.serve(call)
    expect(child().posted).toEqual([])
    child().say({ type: 'ready' })
    expect(child().posted).toEqual([{ type: 'call', id: 1, envelope: call }])
    child().say({ type: 'answer', id: 1, result: answer })
    expect(await result).toEqual(answer)
  })

  test('answers out of order reach their own calls', async () => {
    child().say({ type: 'ready' })
    const [first, second] = [link.serve(call), link.serve(call)]
    child().say({ type: 'answer', id: 2, result: { ok: true, value: 'second' } })
    child().say({ type: 'answer', id: 1, result: { ok: true, value: 'first' } })
    expect(await Promise.all([first, second])).toEqual([
      { ok: true, value: 'first' },
      { ok: true, value: 'second' },
    ])
  })

  test('an envelope that no process boundary can carry is a bad request', async () => {
    child().say({ type: 'ready' })
    expect(await link.serve({ name: 'session.state', input: () => undefined })).toMatchObject({
      failure: { kind: 'badRequest' },
    })
  })
})

describe('an engine that ends unasked', () => {
  test('fails what was under way, restarts after a pause, and tells the page to look again', async () => {
    child().say({ type: 'ready' })
    const lost = link.serve(call)
    child().exit()
    expect(await lost).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    expect(children).toHaveLength(1)
    const waiting = link.serve(call)
    await clock.advance(250)
    expect(children).toHaveLength(2)
    child(1).say({ type: 'ready' })
    for (let id = 2; id <= 5; id += 1) {
      child(1).say({ type: 'answer', id, result: { ok: true, value: id } })
      await clock.advance(0)
    }
    expect(await waiting).toEqual({ ok: true, value: 2 })
    expect(events.map(({ name }) => name)).toEqual([
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

  test('again and again is restarted at growing distances, never faster than 30 s apart in the end', async () => {
    const pauses = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    for (const [at, pause] of pauses.entries()) {
      child(at).exit()
      await clock.advance(pause - 1)
      expect(children).toHaveLength(at + 1)
      await clock.advance(1)
      expect(children).toHaveLength(at + 2)
    }
  })

  test('after a healthy minute is restarted at once again', async () => {
    child().exit()
    await clock.advance(250)
    await clock.advance(60_000)
    child(1).exit()
    await clock.advance(250)
    expect(children).toHaveLength(3)
  })
})

test('an engine that cannot be made is not started again, and its calls fail', async () => {
  const waiting = link.serve(call)
  child().say({ type: 'failed', reason: 'profileInUse' })
  child().exit()
  await clock.advance(60_000)
  expect(failures).toEqual(['profileInUse'])
  expect(children).toHaveLength(1)
  expect(await waiting).toMatchObject({ failure: { kind: 'internal' } })
  expect(await link.serve(call)).toMatchObject({ failure: { kind: 'internal' } })
})

describe('closing', () => {
  test('asks the engine and waits for its word', async () => {
    child().say({ type: 'ready' })
    const closing = link.close()
    expect(child().posted).toEqual([{ type: 'close' }])
    child().say({ type: 'closed' })
    await closing
    expect(child().killed).toBe(false)
    child().exit()
    await clock.advance(60_000)
    expect(children).toHaveLength(1)
  })

  test('ends an engine that does not answer', async () => {
    child().say({ type: 'ready' })
    const closing = link.close()
    await clock.advance(8_000)
    await closing
    expect(child().killed).toBe(true)
  })
})
