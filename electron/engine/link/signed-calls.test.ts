/** Calls in a session that ends meanwhile. */
import { expect, test, vi } from 'vitest'
import type { Exchanged, Fields } from '../soap/exchange.ts'
import type { ServerLink } from './server-link.ts'
import { createSignedCalls } from './signed-calls.ts'

const answered: Exchanged<Fields> = { ok: true, value: new Map() }
const replayed: Exchanged<Fields> = { ok: false, failure: { kind: 'busy' }, fault: 'Replay' }

function callsWith(answers: readonly Exchanged<Fields>[]) {
  const waiting = [...answers]
  const call = vi.fn(async () => waiting.shift() ?? answered)
  const dropSession = vi.fn()
  const login = vi.fn(async () => ({ ok: true, value: undefined }) as const)
  const link = { call, dropSession, hasSession: true, login: vi.fn(), close: vi.fn() } as unknown as ServerLink
  return { calls: createSignedCalls(link, login), call, dropSession, login }
}

test('a number that was overtaken is followed by the next one in the same session', async () => {
  const { calls, call, dropSession, login } = callsWith([replayed])
  expect(await calls.call('Logout', (common) => common)).toEqual(answered)
  expect(call).toHaveBeenCalledTimes(2)
  expect(dropSession).not.toHaveBeenCalled()
  expect(login).not.toHaveBeenCalled()
})

test('protocol 10: refused again, a new session is opened, once', async () => {
  const { calls, call, dropSession, login } = callsWith([replayed, replayed, replayed])
  expect(await calls.call('Logout', (common) => common)).toEqual(replayed)
  expect(call).toHaveBeenCalledTimes(3)
  expect(dropSession).toHaveBeenCalledOnce()
  expect(login).toHaveBeenCalledOnce()
})
