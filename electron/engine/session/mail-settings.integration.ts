/** Mail settings that change while a desktop is signed in: a real whitelist server beside a real Dovecot. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Dovecot, dovecot } from '../mail/testing/dovecot.ts'
import { authserv, submitted } from '../mail/testing/messages.ts'
import { type EngineWorld, engineWorld, enrolmentOf } from '../testing/engine-world.ts'
import { type RealServer, realServer } from '../testing/real-server.ts'

const password = 'one-password-for-both'
let server: RealServer
let mail: Dovecot
let world: EngineWorld

beforeAll(async () => {
  mail = await dovecot({ 'alice@corp.example': password })
  server = await realServer('enrolled')
  await server.admin(['user', 'add', 'alice', '--name', 'Alice Chen'], password)
  await server.admin(['contact', 'add', 'bob@corp.example', '--user', 'alice', '--name', 'Bob'])
  world = engineWorld([])
})
afterAll(async () => {
  await world.remove()
  await server.remove()
  await mail.close()
})

it('reach it without a new login, also those that take trust away', async () => {
  const right = mail.tlsPort
  // As settings are that name a wrong port.
  server.setMail(1, mail.ca, 'own', authserv)
  await server.start()
  const engine = await world.open()
  const { text } = enrolmentOf(await server.admin(['enrol', '--user', 'alice', '--url', server.url()]))
  await engine.value('session.signIn', { server: text, user: 'alice', password })
  await engine.session((s) => s.step === 'ready' && s.mail === 'offline' && s.colleagues === 'proven')
  const sessions = await server.query('SELECT hash FROM sessions')
  const restart = async (named?: string) => {
    await server.stop()
    server.setMail(right, mail.ca, 'own', named)
    await server.start()
  }

  await restart(authserv)
  await engine.session((s) => s.step === 'ready' && s.mail === 'online')
  const shown = engine.next('conversation.changed')
  mail.deliver('alice@corp.example', fromBob('<1@x>'))
  expect(await shown).toMatchObject({ id: 'bob@corp.example' })

  await restart()
  await engine.session((s) => s.step === 'ready' && s.colleagues === 'unproven')
  const held = engine.next('held.changed')
  mail.deliver('alice@corp.example', fromBob('<2@x>'))
  expect(await held).toMatchObject({ total: 1 })
  expect(await server.query('SELECT hash FROM sessions')).toEqual(sessions)

  // Kept: the next start needs no server to know it.
  await server.stop()
  await world.close()
  const again = await world.open()
  await again.session((s) => s.step === 'ready' && s.mail === 'online')
})

function fromBob(id: string): Uint8Array {
  const people = { from: 'Bob <bob@corp.example>', to: 'alice@corp.example' }
  return submitted({ ...people, id }, 'bob@corp.example')
}
