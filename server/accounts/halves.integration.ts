import { afterAll, beforeAll, expect, test } from 'vitest'
import { newDevice, signedIn, signIn, type Target } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'

const policy = { onExpiry: 'block', offlineDays: 7, store: 'online-unlock', update: 'both', unicode: false } as const
const as = (user: string) => ({ user, password: testPassword })

overEach((stores) => {
  let server: TestServer
  let target: Target

  beforeAll(async () => {
    server = await testServer(['alice', 'bob', 'carol'], { store: await stores.settings(), policy })
    const { cert } = server.running
    target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  })
  afterAll(() => server.close())

  test('protocol 9: one half for each device, the same at every login, also where several come at once', async () => {
    const device = newDevice()
    const logins = await Promise.all([1, 2, 3].map(() => signedIn(target, as('alice'), device)))
    const halves = new Set(logins.map(({ session }) => session.half))
    expect(halves.size).toBe(1)
    const [half] = halves
    expect(Buffer.from(half ?? '', 'base64')).toHaveLength(32)
    expect((await signedIn(target, as('alice'), device)).session.half).toBe(half)
    expect((await signedIn(target, as('alice'))).session.half).not.toBe(half)
    expect(server.logged()).not.toContain(half)
    const rows = await server.administration.store.devices.list('alice')
    expect(JSON.stringify(rows)).not.toContain(half)
  })

  test('protocol 9: a lock keeps the half, a revocation destroys it for good, and other devices keep theirs', async () => {
    const { run, store } = server.administration
    const one = await signedIn(target, as('bob'))
    const other = await signedIn(target, as('bob'))
    await run([{ op: 'device.lock', user: 'bob', device: one.device.id }])
    expect(await signIn(target, as('bob'), one.device)).toMatchObject({ fault: { code: 'DeviceRevoked' } })
    await run([{ op: 'device.unlock', user: 'bob', device: one.device.id }])
    expect((await signedIn(target, as('bob'), one.device)).session.half).toBe(one.session.half)
    await run([{ op: 'device.revoke', user: 'bob', device: one.device.id }])
    expect(await store.devices.half('bob', one.device.id)).toBeUndefined()
    expect(await signIn(target, as('bob'), one.device)).toMatchObject({ fault: { code: 'DeviceRevoked' } })
    expect(await store.devices.half('bob', one.device.id)).toBeUndefined()
    expect((await signedIn(target, as('bob'), other.device)).session.half).toBe(other.session.half)
  })

  test('the signed head says how the store opens', async () => {
    const client = await signedIn(target, as('carol'))
    await client.sync()
    expect(client.state.core?.pol.store).toBe('online')
  })
})
