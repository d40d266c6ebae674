import { beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../ground/hash.ts'
import type { Store } from '../store/store.ts'
import type { DeviceState } from '../store/tables.ts'
import { overEach, type TestStore } from '../testing/stores.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import type { SigningDevice } from './budgets.ts'
import { hashPassword, nobodysHash, verifyPassword } from './passwords.ts'

let fresh: TestStore
let store: Store
let accounts: Accounts
let now = 1_700_000_000_000
const password = 'correct horse battery'
const stranger: SigningDevice = { id: 'd-strange', key: 'a key that nobody knows' }

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
      expect(await accounts.check(login, password, '192.0.2.1')).toMatchObject({ ok: true, value: { id: 'alice' } })
    }
  })

  test('wrong password, unknown, disabled, empty and overlong: all authFailed', async () => {
    const failed = { ok: false, fault: { kind: 'authFailed' } }
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
    expect(results.filter((result) => !result.ok && result.fault.kind === 'authFailed')).toHaveLength(5)
    expect(results.filter((result) => !result.ok && result.fault.kind === 'locked')).toHaveLength(15)
    expect(await accounts.check('alice', password, '192.0.2.99')).toMatchObject({
      fault: { kind: 'locked', by: 'account' },
    })
    now += 15 * 60_000
    expect(await accounts.check('alice', password, '192.0.2.99')).toMatchObject({ ok: true })
  })

  test('name and address answer alike when the tries are used up, and so do a name and an address that nobody has', async () => {
    const fail = async (login: string) => accounts.check(login, 'wrong', '192.0.2.1', stranger)
    for (let i = 0; i < 5; i++) await fail(i % 2 === 0 ? 'alice' : 'a.chen@example.org')
    for (let i = 0; i < 5; i++) await fail(i % 2 === 0 ? 'zed' : 'zed@example.org')
    const answers = []
    for (const login of ['alice', 'A.Chen@example.org', 'zed', 'zed@example.org'])
      answers.push(await accounts.check(login, password, '192.0.2.1', stranger))
    const locked = { ok: false, fault: { kind: 'locked', retryAfter: 15 * 60_000, by: 'account' } }
    expect(answers).toEqual([locked, locked, locked, locked])
  })

  test('eight right logins at once are eight right logins', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, () => accounts.check('alice', password, '192.0.2.1')))
    expect(results.every((result) => result.ok)).toBe(true)
  })

  describe('what is known has tries of its own (protocol.md 5.3)', () => {
    const mine = { id: 'd-mine', key: 'my key' }
    beforeEach(() => {
      // What is counted does not hang on what a comparison costs.
      const verify: typeof verifyPassword = async (stored, given) => stored !== undefined && given === password
      accounts = createAccounts({ store, clock: { now: () => now }, verify })
    })
    const addDevice = (state: DeviceState) =>
      store.devices.add({
        id: mine.id,
        user: 'alice',
        name: '',
        dsig: mine.key,
        dbox: '',
        state,
        seq: 0,
        ack_epoch: 0,
        ack_version: 0,
        ack_head: '',
        last: 0,
      })
    const userRow = async (id: string) => {
      const row = await store.users.get(id)
      if (!row) throw new Error('no such user')
      return row
    }
    const guess = async (times: number, device: SigningDevice | undefined, ip = '192.0.2.1') => {
      for (let i = 0; i < times; i++) await accounts.check('alice', `guess ${i}`, ip, device)
    }

    test.each(['active', 'pending'] as const)(
      '%s device: strangers cannot spend them, nor it theirs',
      async (state) => {
        await addDevice(state)
        await guess(12, stranger)
        await guess(10, undefined)
        // Whoever comes with other keys is told so (protocol.md 9), and must not have to wait for strangers either.
        expect(await accounts.check('alice', password, '192.0.2.1', { ...mine, key: 'a key' })).toMatchObject({
          ok: true,
        })
        await guess(6, { ...mine, key: 'another key' })
        expect(await accounts.check('alice', password, '192.0.2.1', stranger)).toMatchObject({
          fault: { by: 'account' },
        })
        expect(await accounts.check('a.chen@example.org', password, '192.0.2.1', mine)).toMatchObject({ ok: true })
        await guess(5, mine)
        expect(await accounts.check('alice', password, '192.0.2.1', mine)).toMatchObject({ fault: { by: 'device' } })
        now += 3_600_000
        expect(await accounts.check('alice', password, '192.0.2.1', stranger)).toMatchObject({ ok: true })
      },
    )

    test.each(['locked', 'revoked'] as const)('a %s device is a stranger', async (state) => {
      await addDevice(state)
      await guess(5, stranger)
      expect(await accounts.check('alice', password, '192.0.2.1', mine)).toMatchObject({ fault: { by: 'account' } })
    })

    test('an enrolment code is the way past: of this account, unused or used by this device, and not too old', async () => {
      const day = 24 * 3_600_000
      const codeFor = async (user: string, device: string, exp = now + day) => {
        const code = `${user} ${device} ${exp}`
        await store.access.addEnrolment({ hash: hashOf(code), user, exp, device })
        return code
      }
      await guess(5, stranger)
      const isPast = async (code: string) =>
        (await accounts.check('alice', password, '192.0.2.1', { ...stranger, code })).ok
      expect(await isPast(await codeFor('alice', ''))).toBe(true)
      expect(await isPast(await codeFor('alice', stranger.id))).toBe(true)
      expect(await isPast(await codeFor('alice', 'd-other'))).toBe(false)
      expect(await isPast(await codeFor('dave', ''))).toBe(false)
      expect(await isPast(await codeFor('alice', '', now))).toBe(false)
      expect(await isPast('nobody made this')).toBe(false)
      const code = await codeFor('alice', '', now + 2 * day)
      await guess(5, { ...stranger, code })
      expect(await accounts.check('alice', password, '192.0.2.1', { ...stranger, code })).toMatchObject({
        fault: { by: 'device' },
      })
    })

    test('mail counts by network; one where the account succeeded within 30 days is not stopped by others', async () => {
      expect(await accounts.check('alice', password, '192.0.2.1')).toMatchObject({ ok: true })
      // Strange networks, until what they share is used up.
      for (let i = 0; i < 21; i++) await guess(1, undefined, `198.51.${i}.7`)
      expect(await accounts.check('alice', password, '203.0.113.1')).toMatchObject({ fault: { kind: 'locked' } })
      expect(await accounts.check('alice', password, '192.0.2.77')).toMatchObject({ ok: true })
      await guess(5, undefined, '192.0.2.8')
      expect(await accounts.check('alice', password, '192.0.2.1')).toMatchObject({ fault: { kind: 'locked' } })
      now += 31 * 24 * 3_600_000
      for (let i = 0; i < 21; i++) await guess(1, undefined, `198.51.${i}.7`)
      expect(await accounts.check('alice', password, '192.0.2.1')).toMatchObject({ fault: { kind: 'locked' } })
    })

    test('a network that is used up stops neither other networks nor other accounts', async () => {
      await guess(5, undefined, '2001:db8:1:2::1')
      expect(await accounts.check('alice', password, '2001:db8:1:2:ffff::9')).toMatchObject({
        fault: { kind: 'locked' },
      })
      expect(await accounts.check('alice', password, '2001:db8:1:3::1')).toMatchObject({ ok: true })
      for (let i = 0; i < 35; i++) await accounts.check(`user${i}`, 'wrong', '192.0.2.7', stranger)
      expect(await accounts.check('alice', password, '192.0.2.7', stranger)).toMatchObject({ ok: true })
    })

    test('an administrator who gives a new password gives everybody’s tries back', async () => {
      await addDevice('active')
      for (const device of [stranger, mine, { ...mine, key: 'another' }, undefined]) await guess(5, device)
      for (let i = 0; i < 21; i++) await guess(1, undefined, `198.51.${i}.7`)
      await store.users.add({
        ...(await userRow('alice')),
        id: 'alice2',
        address: 'x@y.example',
        address_key: 'x@y.example',
      })
      for (let i = 0; i < 5; i++) await accounts.check('alice2', 'wrong', '192.0.2.1', stranger)
      await store.access.clearAttemptsOf('alice')
      for (const device of [stranger, mine, { ...mine, key: 'another' }, undefined])
        expect(await accounts.check('alice', password, '192.0.2.1', device)).toMatchObject({ ok: true })
      expect(await accounts.check('alice', password, '203.0.113.1')).toMatchObject({ ok: true })
      expect(await accounts.check('alice2', password, '192.0.2.1', stranger)).toMatchObject({
        fault: { kind: 'locked' },
      })
    })

    test('signing in with a device makes its network known for the mail', async () => {
      await addDevice('active')
      for (let i = 0; i < 21; i++) await guess(1, undefined, `198.51.${i}.7`)
      expect(await accounts.check('alice', password, '203.0.113.1')).toMatchObject({ fault: { kind: 'locked' } })
      expect(await accounts.check('alice', password, '203.0.113.1', mine)).toMatchObject({ ok: true })
      expect(await accounts.check('alice', password, '203.0.113.1')).toMatchObject({ ok: true })
    })

    test('a flood of strangers is refused at once, without using up tries, and leaves room for who is known', async () => {
      await addDevice('active')
      const { promise, resolve } = Promise.withResolvers<undefined>()
      let comparing = 0
      const slow = createAccounts({
        store,
        clock: { now: () => now },
        verify: async (stored, given) => {
          comparing += 1
          await promise
          return stored !== undefined && given === password
        },
      })
      const flood = Array.from({ length: 120 }, (_, i) => slow.check(`user${i}`, 'wrong', '192.0.2.1', stranger))
      const known = slow.check('alice', password, '192.0.2.1', mine)
      await expect.poll(() => comparing, { timeout: 15_000 }).toBe(33)
      resolve(undefined)
      const kinds = (await Promise.all(flood)).map((result) => (result.ok ? 'ok' : result.fault.kind))
      expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(88)
      expect(kinds.filter((kind) => kind === 'authFailed')).toHaveLength(32)
      expect(await known).toMatchObject({ ok: true })
      const busy = kinds.indexOf('busy')
      for (let i = 0; i < 5; i++)
        expect(await slow.check(`user${busy}`, 'wrong', '192.0.2.1', stranger)).toMatchObject({
          fault: { kind: 'authFailed' },
        })
    })
  })
})
