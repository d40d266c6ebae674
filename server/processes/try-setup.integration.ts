import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PasswordServer, startPasswordServer } from '../accounts/testing/password-server.ts'
import { selfSigned } from '../keys/certificate.ts'
import { rawClient } from '../mail/testing/raw-client.ts'
import { type Config, configSchema } from '../settings/config.ts'
import { type Finished, runCommand, startCommand, type TestServer, testServer } from '../testing/harness.ts'
import { trySetup } from './try-setup.ts'

/** A server with real mail of its own, which stands for the organisation's mail server; and a real Dovecot. */
let server: TestServer
let dovecot: PasswordServer
let free = 0

beforeAll(async () => {
  dovecot = await startPasswordServer({})
  const mail = { kind: 'embedded', smtp: 0, imap: 0, inbound: 0 } as const
  server = await testServer(['alice'], { mail }, {}, { 'dovecot.pem': dovecot.cert })
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  free = portOf(taken)
  await new Promise((resolve) => taken.close(resolve))
})
afterAll(async () => {
  await server?.close()
  await dovecot?.close()
})

function portOf(listening: { address(): unknown }): number {
  const address = listening.address()
  return typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0
}

type Named = { readonly port: number; readonly host?: string; readonly security?: string; readonly ca?: string }

/** What is found where these are the mail servers; by default the right ones. */
async function found(change: { readonly imap?: Named; readonly smtp?: Named; readonly config?: object } = {}) {
  const { imap = 0, smtp = 0 } = server.running.ready
  const usual = { host: '127.0.0.1', security: 'tls', ca: 'tls/cert.pem' }
  const mail = {
    kind: 'external',
    authserv: 'mx.example.org',
    imap: { ...usual, port: imap, ...change.imap },
    smtp: { ...usual, port: smtp, ...change.smtp },
  }
  const { folder, clock, config } = server.administration
  const changed: Config = configSchema.parse({ ...config, mail, ...change.config })
  return trySetup({ folder, clock, config: changed }, new AbortController().signal)
}

const one = (place: string, why: RegExp) => [{ place, why: expect.stringMatching(why) }]

describe('what is in the way is told with its cure', () => {
  test('nothing, where all is right; with STARTTLS, too', async () => {
    expect(await found()).toEqual([])
    const starttls = { host: '127.0.0.1', port: dovecot.plain, security: 'starttls', ca: 'dovecot.pem' }
    expect(await found({ imap: starttls })).toEqual([])
  })

  test('nobody there, and somebody else there', async () => {
    expect(await found({ imap: { port: free } })).toEqual(one('mail.imap', /nobody answers.*ECONNREFUSED/))
    const { imap = 0, inbound = 0 } = server.running.ready
    expect(await found({ smtp: { port: imap } })).toEqual(one('mail.smtp', /is no such mail server/))
    expect(await found({ imap: { port: dovecot.plain, ca: 'dovecot.pem' } })).toEqual(
      one('mail.imap', /no TLS at this port.*starttls/),
    )
    const inDoor = await rawClient(inbound)
    expect(await inDoor.reply()).toMatch(/^220/)
    inDoor.close()
    expect(await found({ smtp: { port: inbound, security: 'none' } })).toEqual(one('mail.smtp', /offers no login/))
  })

  test('a certificate is told as that: its issuer, its name, its end', async () => {
    const { imap: port = 0 } = server.running.ready
    expect(await found({ imap: { port, ca: 'dovecot.pem' } })).toEqual(one('mail.imap', /not trusted.*"ca"/))
    expect(await found({ imap: { port: dovecot.tls, host: 'localhost', ca: 'dovecot.pem' } })).toEqual(
      one('mail.imap', /is for another name.*"host"/),
    )
    const old = selfSigned(['127.0.0.1'], Date.now() - 6 * 365 * 24 * 3_600_000)
    await writeFile(join(server.path, 'old.pem'), old.cert)
    const expired = createServer({ cert: old.cert, key: old.key }).on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => expired.listen(0, '127.0.0.1', resolve))
    expect(await found({ smtp: { port: portOf(expired), ca: 'old.pem' } })).toEqual(
      one('mail.smtp', /has expired: renew it on the mail server/),
    )
    await new Promise((resolve) => expired.close(resolve))
  })

  test('the own certificate, an address that only this machine reaches, a gateway that is not there', async () => {
    expect(await found({ config: { host: 'kith.example.org', listen: '0.0.0.0' } })).toEqual(
      one('tls', /is not for kith\.example\.org/),
    )
    expect(await found({ config: { host: 'localhost', listen: '0.0.0.0' } })).toEqual(one('host', /set "host"/))
    const later = { ...server.administration, clock: { now: () => Date.now() + 1_815 * 24 * 3_600_000 } }
    expect(await trySetup(later, new AbortController().signal)).toEqual(one('tls', /ends in \d+ days/))
    const gateway = { sockets: '/var/spool/no-such-postfix/kith', next: { socket: '/x/public/kith' } }
    expect(await found({ config: { gateway } })).toEqual(one('gateway', /does not answer.*start "kith-server gateway"/))
  })
})

test('serve tells it and serves all the same; the command tells it and ends with 4', async () => {
  const { imap = 0 } = server.running.ready
  const there = { host: '127.0.0.1', port: imap, security: 'tls' }
  const mail = { kind: 'external', imap: there, smtp: { ...there, port: free } }
  const other = await testServer(['alice'])
  await other.running.close()
  const config = { ...other.administration.config, mail }
  await writeFile(join(other.path, 'config.json'), JSON.stringify(config))
  const tried = await runCommand(other.path, ['try'])
  expect(tried.code).toBe(4)
  const told = [
    /mail\.imap: .*"ca"/,
    /mail\.smtp: nobody answers/,
    /gateway: .*mail between colleagues will wait in Held/,
  ]
  for (const words of told) expect(tried.err).toMatch(words)

  const logged = await servedUntil(other.path, told)
  expect(logged.code).toBe(0)
  await writeFile(
    join(other.path, 'config.json'),
    JSON.stringify({ ...config, mail: { ...mail, imap: { ...there, ca: 'gone.pem' } } }),
  )
  const refused = await runCommand(other.path, ['serve'])
  expect([refused.code, refused.err]).toEqual([4, expect.stringMatching(/mail\.imap\.ca: cannot read .*gone\.pem/)])
  await other.close()
})

/** Serves until the log has said all of it. */
function servedUntil(path: string, told: readonly RegExp[]): Promise<Finished> {
  const { child, finished } = startCommand(path, ['serve'])
  let log = ''
  let ending = false
  child.stderr?.on('data', (chunk: Buffer) => {
    log += String(chunk).replaceAll('\\"', '"')
    if (ending || !told.every((words) => words.test(log))) return
    ending = true
    child.kill('SIGTERM')
  })
  return finished
}
