import { expect, it } from 'vitest'
import type { ImapSession, Notice } from './core.ts'
import { createNotifier } from './notifier.ts'

/** Only what the notifier reads of it. */
function session(id: string): ImapSession {
  const user = { id, username: id }
  return Object.assign(Object.create(null), { id: 'c1', user })
}

function updates(notifier: ReturnType<typeof createNotifier>, folder: number, after: number): readonly number[] {
  let found: readonly Notice[] = []
  notifier.getUpdates(folder, after, (_error, ...[notices]) => {
    found = notices ?? []
  })
  return found.map(({ modseq }) => modseq)
}

function exists(modseq: number) {
  return { command: 'EXISTS', uid: modseq, modseq } as const
}

it('gives the notices above a modification number, in order', () => {
  const notifier = createNotifier(() => undefined)
  notifier.addListener(session('alice'), () => undefined)
  notifier.publish('alice', 1, [exists(2), exists(3)])
  notifier.publish('alice', 1, [exists(4)])
  notifier.publish('alice', 2, [exists(9)])
  expect(updates(notifier, 1, 2)).toEqual([3, 4])
  expect(updates(notifier, 1, 4)).toEqual([])
})

it('tells only the account’s connections, and none after they left', () => {
  const notifier = createNotifier(() => undefined)
  const told: string[] = []
  const [alice, bob] = [session('alice'), session('bob')]
  const listener = () => void told.push('alice')
  notifier.addListener(alice, listener)
  notifier.addListener(bob, () => void told.push('bob'))
  notifier.publish('alice', 1, [exists(2)])
  notifier.removeListener(alice, listener)
  notifier.publish('alice', 1, [exists(3)])
  expect(told).toEqual(['alice'])
})

it('goes on to the others when one connection fails', () => {
  const failures: unknown[] = []
  const notifier = createNotifier((error) => void failures.push(error))
  let told = 0
  notifier.addListener(session('alice'), () => {
    throw new Error('gone')
  })
  notifier.addListener(session('alice'), () => {
    told += 1
  })
  notifier.publish('alice', 1, [exists(2)])
  expect([told, failures.length]).toEqual([1, 1])
})

it('keeps a bounded journal, and none for an account that is not connected', () => {
  const notifier = createNotifier(() => undefined)
  const alice = session('alice')
  const listener = () => undefined
  notifier.addListener(alice, listener)
  for (let at = 1; at <= 12_000; at += 1) notifier.publish('alice', 1, [exists(at)])
  expect(updates(notifier, 1, 0)).toHaveLength(10_000)
  expect(updates(notifier, 1, 11_999)).toEqual([12_000])
  notifier.removeListener(alice, listener)
  notifier.publish('alice', 1, [exists(12_001)])
  expect(updates(notifier, 1, 0)).toEqual([])
})
