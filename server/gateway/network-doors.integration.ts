import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, expect, it } from 'vitest'
import { selfSigned } from '../keys/certificate.ts'
import { makeSpool } from './testing/spool.ts'
import { startWorld, type World } from './testing/world.ts'

const spool = makeSpool()
const made = (name: string) => {
  const { cert, key } = selfSigned([name, '127.0.0.1'], Date.now())
  const [certFile, keyFile] = [join(spool.path, `${name}.pem`), join(spool.path, `${name}-key.pem`)]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key)
  return { cert, key, certFile, keyFile }
}
const [relay, stranger, gateway, mailServer] = ['relay.test', 'stranger.test', 'gateway.test', 'mail.test'].map(made)
if (!relay || !stranger || !gateway || !mailServer) throw new Error('no certificates')

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

afterAll(() => spool.remove())

/** Another mail server: takes mail from whoever shows the gateway's certificate, and says whose it saw. */
async function startMailServer(): Promise<{
  readonly port: number
  readonly seen: string[]
  readonly taken: string[]
}> {
  const [seen, taken]: string[][] = [[], []]
  const serve = async (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy())
    seen?.push(socket.getPeerX509Certificate()?.subject ?? 'nobody')
    socket.write('220 mail.test\r\n')
    let inMessage = false
    for await (const line of createInterface({ input: socket })) {
      if (inMessage) taken?.push(line)
      if (!inMessage || line === '.') socket.write(line === 'DATA' ? '354 go\r\n' : '250 ok\r\n')
      inMessage = line === 'DATA' || (inMessage && line !== '.')
    }
  }
  const server = createServer({ ...mailServer, requestCert: true, rejectUnauthorized: false }, (socket) => {
    serve(socket).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, seen: seen ?? [], taken: taken ?? [] }
}

async function start(port: number, ca: string): Promise<World> {
  const tls = { ca, cert: gateway?.certFile ?? '', key: gateway?.keyFile ?? '' }
  const next = { host: '127.0.0.1', port, tls }
  const settings = { incoming: 0, ...(relay ? { clients: relay.certFile } : {}), next }
  const world = await startWorld({ users: ['alice'], settings })
  closers.push(() => world.close())
  return world
}

type Shown = { readonly cert: string; readonly key: string }

/** The last answer to a message handed in with this certificate, or nothing where the connection is not taken. */
async function handIn(world: World, shown?: Shown): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: world.ready().incoming ?? 0, rejectUnauthorized: false, ...shown })
  socket.on('error', () => socket.destroy())
  const lines = [
    'EHLO x',
    'MAIL FROM:<x@outside.test>',
    'RCPT TO:<alice@kith.test>',
    'DATA',
    'From: x@outside.test\r\n\r\nhi\r\n.',
  ]
  let last = ''
  for await (const line of createInterface({ input: socket })) {
    if (/^\d{3}-/.test(line)) continue
    last = line
    const next = lines.shift()
    if (next === undefined || !/^[23]/.test(line)) break
    socket.write(`${next}\r\n`)
  }
  socket.destroy()
  return last
}

it('by the network only who holds a pinned certificate hands messages in, and the next server sees the gateway’s', async () => {
  const mail = await startMailServer()
  const world = await start(mail.port, mailServer.certFile)
  expect(await handIn(world)).toBe('')
  expect(await handIn(world, stranger)).toBe('')
  expect(mail.taken).toEqual([])
  expect(await handIn(world, relay)).toMatch(/^250 /)
  expect(mail.seen).toEqual([expect.stringContaining('gateway.test')])
  expect(mail.taken.join('\n')).toMatch(/^X-Kith-Verdict: /)
})

it('hands nothing to a server that is not the one which the settings name', async () => {
  const mail = await startMailServer()
  const world = await start(mail.port, stranger.certFile)
  expect(await handIn(world, relay)).toMatch(/^451 /)
  expect(mail.taken).toEqual([])
  expect(world.logged()).toContain('next server: ')
})
