/** One password or two: a real whitelist server beside a real Dovecot. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Dovecot, dovecot } from '../mail/testing/dovecot.ts'
import { type EngineWorld, engineWorld, enrolmentOf, type TestEngine } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'the-password-of-Kith'
const mailPassword = 'the-password-of-the-mail'
let server: RealServer
let mail: Dovecot
let world: EngineWorld

beforeAll(async () => {
  mail = await dovecot({ 'alice@corp.example': mailPassword })
  server = await realServer('enrolled')
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
})
afterAll(async () => {
  await server.remove()
  await mail.close()
})
beforeEach(() => {
  world = engineWorld([])
})
afterEach(async () => {
  await world.remove()
  await server.stop()
})

async function signIn(given: string): Promise<TestEngine> {
  const engine = await world.open()
  const { text } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
  const answer = await engine.call('session.signIn', { server: text, user: 'alice', password: given })
  expect(answer).toMatchObject({ ok: true, value: { step: 'ready' } })
  return engine
}
const mailIs = (engine: TestEngine, wanted: string) => engine.session((s) => s.step === 'ready' && s.mail === wanted)

it('where they differ the mail’s is asked for, kept in the encrypted store alone, and forgotten with the other', async () => {
  server.setMail(mail.tlsPort, mail.ca, 'own')
  await server.start()
  const engine = await signIn(password)
  await mailIs(engine, 'authFailed')
  const [taken] = await Promise.all([
    engine.value('session.mailPassword', { password: mailPassword }),
    mailIs(engine, 'online'),
  ])
  expect(taken).toMatchObject({ step: 'ready' })
  expect(world.leaks([mailPassword])).toEqual([])
  await world.close()
  // The next start needs neither of them.
  const again = await world.open()
  await mailIs(again, 'online')
  await again.value('session.signOut', {})
  expect(await again.call('session.mailPassword', { password: mailPassword })).toMatchObject({
    failure: { kind: 'notSignedIn' },
  })
  await again.value('session.signIn', { server: server.url(), user: 'alice', password })
  await mailIs(again, 'authFailed')
})

it('where the mail server checks the passwords there is one, and a server that is away is told as that', async () => {
  server.setMail(mail.tlsPort, mail.ca, 'imap')
  await server.start()
  const engine = await signIn(mailPassword)
  await mailIs(engine, 'online')
  await engine.value('session.signOut', {})
  const plain = { server: server.url(), user: 'alice' }
  expect(await engine.call('session.signIn', { ...plain, password })).toMatchObject({ failure: { kind: 'authFailed' } })
  await mail.stop()
  expect(await engine.call('session.signIn', { ...plain, password: mailPassword })).toMatchObject({
    failure: { kind: 'passwordsUnchecked', detail: { retryAfter: expect.any(Number) } },
  })
  await mail.start()
  expect(await engine.call('session.signIn', { ...plain, password: mailPassword })).toMatchObject({ ok: true })
})
