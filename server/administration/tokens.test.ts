import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeOps, changeSchema } from '../../shared/administration/change.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { addToken, beyondToken, findToken, grants, removeToken, scopeFor, tokenScopes } from './tokens.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder([])
})
afterEach(() => folder.close())

test('a token is found by itself alone, until it ends or is removed; only its hash is stored', async () => {
  const { store, note } = folder.administration
  const wanted = { name: 'hr', scopes: ['people', 'contacts'], by: 'ann', now: 1_000, expires: 2_000 } as const
  const made = await addToken(store, note, wanted)
  if (!made.ok) throw new Error(made.why)
  expect(made.value).toMatch(/^kith_[\w-]{43}$/)
  expect(await findToken(store, made.value, 1_999)).toEqual({ name: 'hr', scopes: ['people', 'contacts'] })
  expect(await findToken(store, made.value, 2_000)).toBeUndefined()
  for (const other of ['', 'kith_', made.value.slice(0, -1), made.value.toUpperCase()])
    expect(await findToken(store, other, 1_500)).toBeUndefined()
  const rows = JSON.stringify([await store.administration.tokens(), await store.administration.auditsAfter(0, 10)])
  expect(rows).not.toContain(made.value.slice('kith_'.length))
  expect(await addToken(store, note, wanted)).toMatchObject({ ok: false })
  expect(await addToken(store, note, { ...wanted, name: 'A b' })).toMatchObject({ ok: false })
  expect(await addToken(store, note, { ...wanted, name: 'late', expires: 1_000 })).toMatchObject({ ok: false })
  expect(await removeToken(store, note, 'hr')).toMatchObject({ ok: true })
  expect(await findToken(store, made.value, 1_500)).toBeUndefined()
  expect(await removeToken(store, note, 'hr')).toMatchObject({ ok: false })
})

test('no scope but "all" opens what administers the administrators; every one reads', () => {
  const role = changeSchema.parse({ op: 'role.set', user: 'a', role: 'administrator' })
  const group = changeSchema.parse({ op: 'group.join', group: 'g', user: 'a' })
  for (const scope of tokenScopes) {
    expect(grants([scope], 'read')).toBe(true)
    expect(beyondToken([scope], [group, role])).toEqual(scope === 'all' ? undefined : scope === 'people' ? role : group)
  }
  expect(changeOps.has('role.set')).toBe(true)
  expect(scopeFor(role)).toBe('all')
})
