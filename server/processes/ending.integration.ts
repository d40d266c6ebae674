/** `kith-server serve` ends by itself when told to, whoever is connected: exit code 0, nothing killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { pushPath } from '../client/push/socket.ts'
import { rawClient } from '../mail/testing/raw-client.ts'
import { signedIn, type Target, tell } from '../testing/client.ts'
import { type TestFolder, testFolder, testPassword } from '../testing/harness.ts'
import type { Ready } from './serve.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
let folder: TestFolder
let server: ChildProcess
let ready: Ready
let target: Target
/** What a test opened towards the server; all of it stays open until the server closes it. */
const sockets: Socket[] = []

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob', 'carol'])
  const words = ['serve', '--json', '--data', folder.path]
  server = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'ignore'] })
  ready = JSON.parse(await firstLine(server))
  target = { url: ready.url, cert: await readFile(join(folder.path, 'tls', 'cert.pem'), 'utf8') }
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.kill('SIGKILL')
  await folder.close()
})

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('no output')
  for await (const line of createInterface({ input: stdout })) return line
  throw new Error('ended before it was ready')
}

/** Tells the server to end; how it did. */
async function end(): Promise<unknown> {
  const gone = once(server, 'exit')
  server.kill('SIGTERM')
  return gone
}
const byItself = [0, null]

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Asks for a figure of the server until it is as high. */
async function reaches(name: string, value: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${ready.metrics}/metrics`)).text()
    if (Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]) >= value) return
  }
}

function pushSocket(): WebSocket {
  const socket = new WebSocket(`${target.url.replace(/^http/, 'ws')}${pushPath}`, { ca: target.cert ?? '' })
  socket.on('error', () => undefined)
  return socket
}

test('with WebSockets, a held Wait, an IMAP IDLE and an SMTP session', async () => {
  const alice = await signedIn(target, { user: 'alice', password: testPassword })
  const [known, silent] = [pushSocket(), pushSocket()]
  await Promise.all([once(known, 'open'), once(silent, 'open')])
  known.send(alice.waitEnvelope())
  const bob = await signedIn(target, { user: 'bob', password: testPassword })
  await bob.sync()
  const held = tell(target, bob.waitEnvelope()).catch(() => undefined)
  await reaches('kith_waiters', 1)
  const imap = await rawClient(ready.imap ?? 0, { ca: target.cert ?? '' })
  await imap.until(/^\* OK .*\r\n/)
  imap.send(`a LOGIN alice "${testPassword}"\r\nb SELECT INBOX\r\nc IDLE\r\n`)
  await imap.until(/\+ idling\r\n/)
  const smtp = await rawClient(ready.smtp ?? 0, { ca: target.cert ?? '' })
  await smtp.reply()
  await smtp.ask('EHLO client.example')
  expect(await end()).toEqual(byItself)
  await Promise.all([held, imap.closed, smtp.closed])
})

test('with connections that never begin their TLS handshake', async () => {
  for (const port of [Number(new URL(ready.url).port), ready.smtp ?? 0, ready.imap ?? 0, ready.metrics])
    await open(port)
  // Asked after the others: when this is answered, they have been accepted.
  await reaches('kith_sockets', 0)
  expect(await end()).toEqual(byItself)
})

test('with a Wait and an introduction that arrive while it ends', async () => {
  const alice = await signedIn(target, { user: 'alice', password: testPassword })
  const bob = await signedIn(target, { user: 'bob', password: testPassword })
  await Promise.all([alice.sync(), bob.sync()])
  const socket = pushSocket()
  await once(socket, 'open')
  socket.send(alice.waitEnvelope())
  const held = tell(target, bob.waitEnvelope()).catch(() => undefined)
  expect(await end()).toEqual(byItself)
  await held
})
