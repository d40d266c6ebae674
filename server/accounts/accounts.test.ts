import { beforeEach, expect, test } from 'vitest'
import type { Store } from '../store/store.ts'
import { overEach, type TestStore } from '../testing/stores.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { accountLimit } from './attempt-limit.ts'
import { hashPassword, nobodysHash, verifyPassword } from './passwords.ts'

let fresh: TestStore
let store: Store
let accounts: Accounts
let now = 1_700_000_000_000
const password = 'correct horse battery'

overEach((stores) => {
  beforeEach(async () => {
    fresh = await stores.fresh()
    store = await fresh.open()
    accounts = createAccounts({ store, clock: { now: () => now } })
    const argon2 = await hashPassword(password)
    const common = { scope: 'internal', argon2, department: '', sponsor: '', expires: 0, created_at: now } as const
    await store.users.add({
      ...common,
      id: 'alice',
      name: 'Alice',
      address: 'A.Chen@example.org',
      address_key: 'a.chen@example.org',
      state: 'active',
    })
    await store.users.add({
      ...common,
      id: 'dave',
      name: 'Dave',
      address: 'dave@example.org',
      address_key: 'dave@example.org',
      state: 'disabled',
    })
  })

  test('name or address, in whatever case, with the right password', async () => {
    for (const login of ['alice', 'ALICE', 'a.chen@EXAMPLE.org', ' alice ']) {
      expect(await accounts.check(login, password, '192.0.2.1')).toMatchObject({ ok: true, account: { id: 'alice' } })
    }
  })

  test('wrong password, unknown, disabled, empty and overlong: all authFailed', async () => {
    const failed = { ok: false, kind: 'authFailed' }
    expect(await accounts.check('alice', 'wrong', '192.0.2.1')).toEqual(failed)
    expect(await accounts.check('nobody', password, '192.0.2.1')).toEqual(failed)
    expect(await accounts.check('dave', password, '192.0.2.1')).toEqual(failed)
    expect(await accounts.check('', '', '192.0.2.1')).toEqual(failed)
    expect(await accounts.check('ali\0ce', password, '192.0.2.2')).toEqual(failed)
    expect(await accounts.check('alice', 'x'.repeat(5_000), '192.0.2.1')).toEqual(failed)
    expect(await accounts.byId('dave')).toBeUndefined()
    expect(await accounts.byAddress('a.chen@example.org')).toMatchObject({ id: 'alice' })
  })

  test('unknown, disabled and wrong password each cost one comparison, and each of the same price', async () => {
    const compared: (string | undefined)[] = []
    const counted = createAccounts({
      store,
      clock: { now: () => now },
      verify: (stored, given) => {
        compared.push(stored)
        return verifyPassword(stored, given)
      },
    })
    const argon2 = await hashPassword(password)
    for (const login of ['nobody', 'dave', 'alice']) await counted.check(login, 'wrong', '192.0.2.1')
    // Nobody's hash stands in where there is none: its parameters are those of every other.
    expect(compared).toEqual([undefined, undefined, expect.stringContaining('$argon2id$')])
    const price = (hash: string) => hash.split('$').slice(0, 4)
    expect(price(nobodysHash)).toEqual(price(argon2))
    expect(price(compared[2] ?? '')).toEqual(price(argon2))
  })

  test('twenty guesses at once get five tries', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => accounts.check('alice', `guess ${i}`, `192.0.2.${i}`)),
    )
    expect(results.filter((result) => !result.ok && result.kind === 'authFailed')).toHaveLength(5)
    expect(results.filter((result) => !result.ok && result.kind === 'locked')).toHaveLength(15)
    expect(await accounts.check('alice', password, '192.0.2.99')).toMatchObject({ kind: 'locked', by: 'account' })
    now += 15 * 60_000
    expect(await accounts.check('alice', password, '192.0.2.99')).toMatchObject({ ok: true })
  })

  test('name and address share the tries, without saying so', async () => {
    for (let i = 0; i < 5; i++) await accounts.check('alice', 'wrong', '192.0.2.1')
    expect(await accounts.check('a.chen@example.org', password, '192.0.2.1')).toEqual({ ok: false, kind: 'authFailed' })
  })

  test('eight right logins at once are eight right logins', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => accounts.check('alice', password, '192.0.2.1')))
    expect(results.every((result) => result.ok)).toBe(true)
  })

  test('an address that used up its tries waits, whoever it guesses at; others do not', async () => {
    const limits = { account: accountLimit, address: { max: 3, windowMs: 60_000 } }
    const strict = createAccounts({ store, clock: { now: () => now }, limits })
    const tries = await Promise.all(Array.from({ length: 4 }, (_, i) => strict.check(`user${i}`, 'wrong', '192.0.2.7')))
    const locked = tries.filter((result) => !result.ok && result.kind === 'locked' && result.by === 'address')
    expect(locked).toHaveLength(1)
    expect(await strict.check('alice', password, '192.0.2.8')).toMatchObject({ ok: true })
  })
})
