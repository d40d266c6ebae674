import { contract, type KithContract, type Settings } from '../../shared/contract.ts'
import { type CallName, connect, type EventEnvelope, type Handlers, serve } from '../../shared/rpc.ts'
import type { Session } from '../../shared/session.ts'
import type { Kith } from '../host.ts'
import { administrationCalls, createFakeAdministration } from './fake-administration.ts'
import { createFakeContacts } from './fake-contacts.ts'
import { draftHandlers } from './fake-drafts.ts'
import { listHandlers } from './fake-lists.ts'
import { makeHeld, makeMessages } from './fake-messages.ts'
import { fakeNow, makePeople } from './fake-people.ts'
import { createFakeRequests, requestHandlers } from './fake-requests.ts'
import { readySession, sessionHandlers } from './fake-session.ts'
import type { FakeState } from './fake-state.ts'
import { talkHandlers } from './fake-talk.ts'
import { exchanged } from './layout/long-texts.ts'

export type FakeOptions = {
  readonly session?: Session
  readonly contacts?: number
  readonly settings?: Partial<Settings>
  /** Without conversations, mail and held messages. */
  readonly bare?: boolean
  readonly now?: () => number
  /** Users to be administered. */
  readonly administered?: number
  /** Milliseconds that each answer takes. */
  readonly latency?: number
  /** Names, addresses and subjects as long as they come. */
  readonly long?: boolean
}

type FakeHost = { readonly host: Kith; readonly state: FakeState }

function makeState(options: FakeOptions, emit: FakeState['emit']): FakeState {
  const now = options.now ?? (() => fakeNow)
  const contacts = createFakeContacts(makePeople(options.contacts ?? 12))
  return {
    session: options.session ?? readySession,
    settings: { language: 'en', theme: 'system', notifications: true, notificationText: false, ...options.settings },
    whitelist: {
      version: 42,
      epoch: 1,
      count: contacts.count(),
      syncedAt: now() - 3 * 60_000,
      leaseEndsAt: now() + 86_400_000,
      state: 'idle',
    },
    contacts,
    messages: options.bare ? [] : makeMessages(),
    held: options.bare ? [] : makeHeld(),
    heldUnseen: options.bare ? 0 : 2,
    keptLooked: 0,
    dismissed: [],
    kept: [],
    keptBy: 'administrator',
    requests: options.bare ? { incoming: [], own: [], answered: [], approvals: [] } : createFakeRequests(now()),
    replyTo: new Map(),
    drafts: new Map(),
    mailDrafts: [],
    administration: createFakeAdministration(options.administered),
    failures: new Map(),
    delays: new Map(),
    calls: [],
    now,
    emit,
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, milliseconds)
  })
}

/** Fails or is late once if that was laid down for a call, and notes every call. */
function withFailures(handlers: Handlers<KithContract>, state: FakeState, latency: number): Handlers<KithContract> {
  const names = Object.keys(handlers) as CallName<KithContract>[]
  const wrapped = names.map((name) => {
    const handler = handlers[name] as (input: unknown) => unknown
    const run = async (input: unknown) => {
      if (latency > 0) await wait(latency)
      state.calls.push({ name, input })
      const failure = state.failures.get(name)
      const delay = state.delays.get(name)
      state.failures.delete(name)
      state.delays.delete(name)
      const result = failure ? { ok: false, failure } : handler(input)
      if (delay) await delay
      return result
    }
    return [name, run]
  })
  return Object.fromEntries(wrapped) as Handlers<KithContract>
}

/** The whole contract in memory, through the same `serve` and `connect` as the engine. */
export function createFakeHost(options: FakeOptions = {}): FakeHost {
  const listeners = new Set<(event: EventEnvelope) => void>()
  const told = <T>(value: T, way: 'lengthen' | 'shorten') => (options.long ? exchanged(value, way) : value)
  const emit = (name: string, value: unknown) => {
    for (const listener of listeners) listener(told({ name, value }, 'lengthen'))
  }
  const state = makeState(options, emit)
  const handlers: Handlers<KithContract> = {
    ...sessionHandlers(state),
    ...listHandlers(state),
    ...talkHandlers(state),
    ...draftHandlers(state),
    ...administrationCalls(state.administration),
    ...requestHandlers(state),
  }
  const answer = serve(contract, withFailures(handlers, state, options.latency ?? 0), (_name, error) => {
    throw error
  })
  const host = connect(contract, {
    send: async (envelope) => {
      const result = await answer(told(structuredClone(envelope), 'shorten'))
      return told(structuredClone(result), 'lengthen')
    },
    listen: (receive) => {
      listeners.add(receive)
      return () => listeners.delete(receive)
    },
  })
  return { host, state }
}
