/** The administration's calls on their way to the server. */
import { expect, test, vi } from 'vitest'
import { fail, ok } from '../../../shared/rpc.ts'
import type { Ask } from '../link/ask.ts'
import { administrationHandlers } from './administration.ts'

function handlers(answer: unknown) {
  const ask = vi.fn().mockResolvedValue(answer)
  const roleDoubtful = vi.fn()
  const whyClosed = () => fail('locked')
  const keysMoved = vi.fn().mockResolvedValue(undefined)
  const made = administrationHandlers({ ask: () => ask as Ask, whyClosed, roleDoubtful, keysMoved })
  return { ask, roleDoubtful, keysMoved, made }
}

test('letters go to the server in normal form, however they were typed', async () => {
  const { ask, made } = handlers(ok({}))
  const changes = [{ op: 'user.add', user: 'rene', name: 'Rene\u0301', tags: ['u\u0308'], more: { deep: 'e\u0301' } }]
  await made['admin.change']({ changes, why: 'a\u030a', dry: true })
  const normal = [{ op: 'user.add', user: 'rene', name: 'Ren\u00e9', tags: ['\u00fc'], more: { deep: '\u00e9' } }]
  expect(ask).toHaveBeenCalledWith('admin.change', { changes: normal, why: '\u00e5', dry: true })
})

test.each([
  ['a fraction', { op: 'user.set', expires: 1.5 }],
  ['nothing', { op: 'user.set', name: null }],
  ['a strange key', { op: 'user.set', 'a.b': 1 }],
  ['a function', { op: 'user.set', name: () => 1 }],
])('what has no canonical form never leaves: %s', async (_what, change) => {
  const { ask, made } = handlers(ok({}))
  expect(await made['admin.change']({ changes: [change], why: '', dry: true })).toEqual(fail('badRequest'))
  expect(ask).not.toHaveBeenCalled()
})

test('a refusal for the role has the role asked for again; any other does not', async () => {
  const refused = handlers(fail('notAllowed'))
  expect(await refused.made['admin.overview']({})).toEqual(fail('notAllowed'))
  expect(refused.roleDoubtful).toHaveBeenCalledOnce()
  const closed = handlers(fail('secondFactor'))
  expect(await closed.made['admin.overview']({})).toEqual(fail('secondFactor'))
  expect(closed.roleDoubtful).not.toHaveBeenCalled()
})

test('without an open account nothing is asked', async () => {
  const made = administrationHandlers({
    ask: () => undefined,
    whyClosed: () => fail('locked'),
    roleDoubtful: () => undefined,
    keysMoved: async () => undefined,
  })
  expect(await made['admin.overview']({})).toEqual(fail('locked'))
})

test('once the keys have moved the manifest is fetched before the page goes on', async () => {
  const moved = handlers(ok({ state: 'manifest' }))
  await moved.made['admin.keyStep']({ step: { step: 'renew' }, why: '' })
  expect(moved.keysMoved).toHaveBeenCalledOnce()
  const failed = handlers(fail('busy'))
  await failed.made['admin.keyStep']({ step: { step: 'renew' }, why: '' })
  expect(failed.keysMoved).not.toHaveBeenCalled()
})
