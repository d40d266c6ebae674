import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { readEnvelope } from '../../../shared/soap/reader.ts'
import { tellNews } from '../../lists/nudge.ts'
import { signedIn, type Target, type TestClient, tell } from '../../testing/client.ts'
import { runCommand, type TestServer, testPassword, testServer } from '../../testing/harness.ts'
import { overEach } from '../../testing/stores.ts'
import { pushPath } from './socket.ts'

overEach((stores) => {
  let server: TestServer
  let target: Target

  beforeAll(async () => {
    server = await testServer(['alice', 'bob', 'carol'], { store: await stores.settings() })
    const { cert } = server.running
    target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  })
  afterAll(() => server.close())

  async function synced(user: string): Promise<TestClient> {
    const client = await signedIn(target, { user, password: testPassword })
    expect(await client.sync()).toMatchObject({ ok: true })
    return client
  }

  describe('Wait (protocol.md 7)', () => {
    test('a change by the command line in another process wakes it', async () => {
      const client = await synced('alice')
      const waiting = tell(target, client.waitEnvelope())
      const command = runCommand(server.path, [
        'contact',
        'add',
        'new@partner.example',
        '--name',
        'New',
        '--user',
        'alice',
        '--json',
      ])
      const told = await waiting
      // Had the hold run out, the answer would be the version that the client has.
      expect(told.ok && told.fields.get('ver')).toBe(String(client.state.ver + 1))
      expect((await command).code).toBe(0)
      expect(await client.sync()).toMatchObject({ ok: true, change: { added: [expect.any(String)] } })
    })

    test('one who is behind already is told at once; a second Wait of a device ends the first', async () => {
      const client = await synced('alice')
      const first = tell(target, client.waitEnvelope())
      // Requests are numbered: the second may not overtake the first.
      await vi.waitFor(async () => expect(await waiting()).toBe(1))
      const second = tell(target, client.waitEnvelope())
      expect(await first).toMatchObject({ ok: true })
      const change = { op: 'add', contact: { address: 'next@partner.example', name: 'Next' } } as const
      await server.administration.editor.change('alice', [change], 'test')
      expect((await second).ok).toBe(true)
      expect((await tell(target, client.waitEnvelope())).ok).toBe(true)
    })

    // Lost, it would be told when the hold runs out, long after this test.
    test('news that comes between two Waits of a device ends the next one', { timeout: 20_000 }, async () => {
      const [client, other] = [await synced('alice'), await synced('alice')]
      const waits = tell(target, other.waitEnvelope())
      await vi.waitFor(async () => expect(await waiting()).toBe(1))
      const { store, clock } = server.administration
      await store.transaction((inside) => tellNews(inside, ['alice'], clock.now()))
      expect(await waits).toMatchObject({ ok: true })
      expect(await tell(target, client.waitEnvelope())).toMatchObject({ ok: true })
    })
  })

  async function waiting(): Promise<number> {
    const { metrics } = server.running.ready
    const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
    return Number(/^kith_waiters (\d+)$/m.exec(text)?.[1])
  }

  function connect(origin?: string): WebSocket {
    const url = `${target.url.replace(/^http/, 'ws')}${pushPath}`
    return new WebSocket(url, {
      ...(target.cert ? { ca: target.cert } : {}),
      ...(origin === undefined ? {} : { origin }),
    })
  }

  async function nextMessage(socket: WebSocket) {
    const [data]: Buffer[] = await once(socket, 'message')
    return readEnvelope(data ?? Buffer.alloc(0))
  }

  describe('WebSocket (protocol.md 7)', () => {
    test('a signed Wait opens it; each change by another process comes as one poke', async () => {
      const client = await synced('bob')
      const socket = connect()
      await once(socket, 'open')
      socket.send(client.waitEnvelope())
      for (const name of ['one', 'two']) {
        const message = nextMessage(socket)
        const command = runCommand(server.path, [
          'contact',
          'add',
          `${name}@partner.example`,
          '--name',
          name,
          '--user',
          'bob',
        ])
        const poke = await message
        const version = client.state.ver + 1
        expect(poke).toMatchObject({ ok: true, operation: 'WaitResponse' })
        expect(poke.ok && poke.fields.get('ver')).toBe(String(version))
        expect((await command).code).toBe(0)
        await client.sync()
      }
      socket.terminate()
    })

    test('it is closed when the device is revoked', async () => {
      const client = await synced('carol')
      const socket = connect()
      await once(socket, 'open')
      socket.send(client.waitEnvelope())
      const message = nextMessage(socket)
      const closed = once(socket, 'close')
      const command = await runCommand(server.path, ['device', 'revoke', client.device.id, '--user', 'carol', '--json'])
      expect(JSON.parse(command.out)).toMatchObject({ ok: true })
      expect(await message).toMatchObject({ ok: false, fault: { code: 'DeviceRevoked' } })
      expect((await closed)[0]).toBe(4_001)
    })

    test('a browser’s page, another path, a forged and a foreign message are refused', async () => {
      const refused = connect('https://evil.example')
      const [error]: Error[] = await once(refused, 'error')
      expect(error?.message).toContain('404')
      const client = await synced('bob')
      const socket = connect()
      await once(socket, 'open')
      socket.send(client.waitEnvelope().replace('<k:sid>', '<k:sid>AAAA'))
      expect(await nextMessage(socket)).toMatchObject({ ok: false, fault: { code: 'BadSignature' } })
      const other = connect()
      await once(other, 'open')
      other.send('hello')
      expect(await nextMessage(other)).toMatchObject({ ok: false, fault: { code: 'BadRequest' } })
    })
  })
})
