import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAt } from '../accounts/testing/authenticator.ts'
import { signedIn, type Target, type TestClient } from '../testing/client.ts'
import { runCommand, runJson, type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let target: Target
let admin: TestClient
let codes: readonly string[]

const signIn = (user: string) => signedIn(target, { user, password: testPassword })

async function setUp(who: TestClient): Promise<readonly string[]> {
  const made = await who.ask('admin.setUp', { password: testPassword })
  if (!made.ok) throw new Error(made.kind)
  server.pass(30_000)
  const confirmed = await who.ask('admin.confirm', { code: codeAt(made.out.secret, server.administration.clock.now()) })
  if (!confirmed.ok) throw new Error(confirmed.kind)
  return confirmed.out.codes ?? []
}

const lastLine = () => server.administration.store.administration.lastAudit()

beforeAll(async () => {
  server = await testServer(['alice', 'bob', 'rita'], { domain: 'corp.test' })
  const { ready, cert } = server.running
  target = { url: ready.url, ...(cert === undefined ? {} : { cert }) }
  for (const user of ['alice', 'rita'])
    await server.administration.run([{ op: 'role.set', user, role: 'administrator' }])
  admin = await signIn('alice')
  codes = await setUp(admin)
})
afterAll(() => server.close())

test('they come with the authenticator, ten of 79 bits, and only their hashes are kept', async () => {
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^([2-9a-hjkmnp-z]{4}-){3}[2-9a-hjkmnp-z]{4}$/)
  expect(await admin.ask('admin.state', {})).toMatchObject({ out: { step: 'open', recovery: 10 } })
  expect(await lastLine()).toMatchObject({ op: 'recovery.make', who: 'alice', target: 'alice' })
  const { administration } = server.administration.store
  const kept = JSON.stringify([await administration.audits({ count: 100 }), await administration.roles()])
  for (const code of codes) expect(kept).not.toContain(code)
  expect(await administration.spendRecovery('alice', codes[0] ?? '')).toBe(false)
})

test('each opens once, as it is typed, and is counted and logged', async () => {
  const other = await signIn('alice')
  const typed = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ')
  const opened = await other.ask('admin.open', { code: typed })
  expect(opened).toMatchObject({ out: { step: 'open', recovered: true, recovery: 9 } })
  expect(await lastLine()).toMatchObject({ op: 'recovery.use', who: 'alice', via: 'desktop' })
  const third = await signIn('alice')
  expect(await third.ask('admin.open', { code: codes[0] ?? '' })).toMatchObject({ kind: 'codeWrong' })
  expect(await third.ask('admin.open', { code: codes[1] ?? '' })).toMatchObject({ out: { recovery: 8 } })
})

test('nobody else’s opens, and none without the authenticator that it belongs to', async () => {
  const rita = await signIn('rita')
  expect(await rita.ask('admin.open', { code: codes[2] ?? '' })).toMatchObject({ kind: 'secondFactor' })
  const hers = await setUp(rita)
  const again = await signIn('rita')
  expect(await again.ask('admin.open', { code: codes[2] ?? '' })).toMatchObject({ kind: 'codeWrong' })
  expect(await again.ask('admin.open', { code: hers[0] ?? '' })).toMatchObject({ out: { step: 'open' } })
})

test('guessing them uses up the tries of the codes, and then the right one waits too', async () => {
  const other = await signIn('alice')
  for (let tries = 0; tries < 5; tries += 1)
    expect(await other.ask('admin.open', { code: 'aaaa-bbbb-cccc-dddd' })).toMatchObject({ kind: 'codeWrong' })
  expect(await other.ask('admin.open', { code: codes[3] ?? '' })).toMatchObject({
    kind: 'tooManyAttempts',
    detail: { retryAfter: expect.any(Number) },
  })
  // It was not used up by the try that nobody looked at.
  server.pass(16 * 60_000)
  expect(await other.ask('admin.open', { code: codes[3] ?? '' })).toMatchObject({ out: { recovered: true } })
})

test('new ones take the open administration and the password, for oneself alone, also where a reason is asked for', async () => {
  await server.administration.run([{ op: 'policy.set', changes: { reason: 'required' } }], { why: 'a test' })
  const closed = await signIn('alice')
  expect(await closed.ask('admin.recoveryCodes', { password: testPassword })).toMatchObject({ kind: 'secondFactor' })
  const other = await signIn('alice')
  expect(await other.ask('admin.open', { code: codes[4] ?? '' })).toMatchObject({ ok: true })
  expect(await other.ask('admin.recoveryCodes', { password: 'not this one' })).toMatchObject({ kind: 'authFailed' })
  const made = await other.ask('admin.recoveryCodes', { password: testPassword })
  const fresh = made.ok ? made.out.codes : []
  expect(fresh).toHaveLength(10)
  expect(await lastLine()).toMatchObject({ op: 'recovery.make', who: 'alice' })
  const third = await signIn('alice')
  expect(await third.ask('admin.open', { code: codes[5] ?? '' })).toMatchObject({ kind: 'codeWrong' })
  expect(await third.ask('admin.open', { code: fresh[0] ?? '' })).toMatchObject({ ok: true })
  codes = fresh
})

test('the command makes them at the server, tells how many are left, and asks for the reason', async () => {
  const { path } = server
  const json = (words: string) => runJson(path, words)
  expect(await json('role recovery bob')).toMatchObject({ exit: 3, error: expect.stringContaining('no authenticator') })
  expect(await json('role recovery alice')).toMatchObject({ exit: 3, error: expect.stringContaining('reason') })
  expect(await lastLine()).toMatchObject({ op: 'recovery.use' })
  const made = await json('role recovery alice --why lost')
  expect(made).toMatchObject({ ok: true, codes: expect.any(Array) })
  expect(await lastLine()).toMatchObject({ op: 'recovery.make', target: 'alice', why: 'lost' })
  const fresh = made.codes as readonly string[]
  const other = await signIn('alice')
  expect(await other.ask('admin.open', { code: codes[1] ?? '' })).toMatchObject({ kind: 'codeWrong' })
  expect(await other.ask('admin.open', { code: fresh[0] ?? '' })).toMatchObject({ ok: true })
  expect((await runCommand(path, ['role', 'list'])).out).toMatch(/alice +administrator +9/)
})

test('with the authenticator that was reset, or the role that was taken away, they are gone', async () => {
  const { store } = server.administration
  await runCommand(server.path, 'role set alice administrator --reset-second-factor --why lost'.split(' '))
  expect(await store.administration.recoveries('alice')).toBe(0)
  expect(await store.administration.recoveries('rita')).toBeGreaterThan(0)
  await server.administration.run([{ op: 'role.set', user: 'rita', role: 'none' }], { why: 'a test' })
  expect(await store.administration.recoveries('rita')).toBe(0)
})
