/** An engine in which nobody signs in: settings in memory, every call of the store refused. For tests of the hosts. */
import { contract, type KithContract, type Settings } from '../../../shared/contract.ts'
import { type EventEnvelope, fail, type Handlers, ok, serve } from '../../../shared/rpc.ts'
import type { Engine } from '../../engine/engine.ts'

export type FakeEngine = Engine & { emit(event: EventEnvelope): void; readonly listeners: () => number }

export function createFakeEngine(): FakeEngine {
  const listeners = new Set<(event: EventEnvelope) => void>()
  const emit = (event: EventEnvelope) => {
    for (const listener of listeners) listener(event)
  }
  let settings: Settings = { language: 'en', theme: 'system', notifications: true, notificationText: false }
  const closed = () => fail('notSignedIn')
  const names = Object.keys(contract.calls)
  const handlers = {
    ...Object.fromEntries(names.map((name) => [name, closed])),
    'session.state': () => ok({ step: 'signedOut', server: '', user: '' }),
    'session.protection': () => ok({ kind: 'none', keychainAvailable: false }),
    'settings.get': () => ok(settings),
    'settings.set': (change: Partial<Settings>) => {
      settings = { ...settings, ...change }
      emit({ name: 'settings.changed', value: settings })
      return ok(settings)
    },
    'app.about': () => ok({ version: '0', engine: 'fake', device: '', deviceWords: '' }),
  } as unknown as Handlers<KithContract>
  return {
    serve: serve(contract, handlers, () => undefined),
    listen: (receive) => {
      listeners.add(receive)
      return () => void listeners.delete(receive)
    },
    close: () => Promise.resolve(),
    emit,
    listeners: () => listeners.size,
  }
}
