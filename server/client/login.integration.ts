import { afterAll, beforeAll, expect, test } from 'vitest'
import { soapPath } from '../../shared/soap/namespaces.ts'
import { readEnvelope } from '../../shared/soap/reader.ts'
import { createEnrolmentSecret } from '../accounts/enrolment-codes.ts'
import {
  exchange,
  loginEnvelope,
  newDevice,
  sayHello,
  signedIn,
  signIn,
  type Target,
  type TestClient,
} from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'

overEach((stores) => {
  let server: TestServer
  let target: Target
  let enrolled: TestClient
  const alice = { user: 'alice', password: testPassword }

  beforeAll(async () => {
    server = await testServer(['alice', 'bob'], { store: await stores.settings() })
    const { cert } = server.running
    target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
    enrolled = await signedIn(target, alice)
  })
  afterAll(() => server.close())

  test('strangers lock out strangers alone: an enrolled device signs in, and a code is the way past', async () => {
    for (let i = 0; i < 8; i++) await signIn(target, { user: 'alice', password: `guess ${i}` })
    const late = newDevice()
    const refused = await signIn(target, { ...alice, user: 'alice@example.org' }, late)
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: 'Locked', why: 'strangers', retryAfter: expect.any(Number) },
    })
    expect((await signIn(target, alice, enrolled.device)).ok).toBe(true)
    const code = await createEnrolmentSecret(server.administration, 'alice', 60_000)
    const guessed = await signIn(target, { ...alice, code: Buffer.alloc(16).toString('base64') }, late)
    expect(guessed).toMatchObject({ ok: false, fault: { code: 'Locked', why: 'strangers' } })
    expect((await signIn(target, { ...alice, code }, late)).ok).toBe(true)
    // The same network, another account, a device that nobody has seen.
    expect((await signIn(target, { user: 'bob', password: testPassword })).ok).toBe(true)
  })

  test('a device’s own tries are told as its own', async () => {
    for (let i = 0; i < 5; i++) await signIn(target, { user: 'alice', password: `guess ${i}` }, enrolled.device)
    const refused = await signIn(target, alice, enrolled.device)
    expect(refused).toMatchObject({ ok: false, fault: { code: 'Locked', retryAfter: expect.any(Number) } })
    expect(refused.ok || refused.fault).not.toHaveProperty('why')
    server.pass(15 * 60_000)
    expect((await signIn(target, alice, enrolled.device)).ok).toBe(true)
  })

  test('120 logins at once: some are told 503 and when to come back, none is told that its password is wrong', async () => {
    const hellos = await Promise.all(Array.from({ length: 120 }, () => sayHello(target)))
    const calls = hellos.map(async (hello) => {
      const body = loginEnvelope(hello, newDevice(), { user: 'bob', password: testPassword })
      const { status, headers, body: answer } = await exchange(target, soapPath, { body })
      const read = readEnvelope(answer)
      return { status, retry: headers['retry-after'], code: read.ok ? 'none' : read.fault.code }
    })
    const known = signIn(target, alice, enrolled.device)
    const answers = await Promise.all(calls)
    expect((await known).ok).toBe(true)
    const refused = answers.filter(({ status }) => status === 503)
    expect(new Set(refused.map(({ code, retry }) => `${code} ${retry}`))).toEqual(new Set(['Busy 5']))
    expect(refused.length).toBeGreaterThan(40)
    // 50 devices are a user's most: whoever comes after them is refused for that.
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(20)
  })
})
