import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { MailServer } from '../../shared/whitelist/login.ts'
import { localDesk } from '../administration/operations/desk.ts'
import { addUserOperation, giveAccess } from '../administration/operations/people.ts'
import { freePorts } from '../gateway/testing/daemons.ts'
import { selfSigned } from '../keys/certificate.ts'
import { newDevice, signIn, type Target } from '../testing/client.ts'
import { type TestServer, testServer } from '../testing/harness.ts'
import { imapPasswords } from './imap-passwords.ts'
import { type PasswordServer, startPasswordServer } from './testing/password-server.ts'

const password = 'her "mail" pass\\word 密碼'
let dovecot: PasswordServer
let logged: string[]

beforeAll(async () => {
  dovecot = await startPasswordServer({ 'alice@example.org': password, 'nobody@example.org': password })
})
afterAll(() => dovecot.close())
beforeEach(() => {
  logged = []
})

function asking(changes: Partial<MailServer> = {}, limitMs = 15_000) {
  const server: MailServer = { host: '127.0.0.1', port: dovecot.tls, security: 'tls', ca: dovecot.cert, ...changes }
  const log = { warn: (event: string, fields = {}) => void logged.push(`${event} ${JSON.stringify(fields)}`) }
  const check = imapPasswords({ server, domain: 'example.org', log, limitMs })
  return (login: string, given: string) => check(login, given, false)
}

test.each(['tls', 'starttls'] as const)(
  'over %s: right, wrong and unknown, by address and by name',
  async (security) => {
    const check = asking({ security, port: security === 'tls' ? dovecot.tls : dovecot.plain })
    expect(await check('alice@example.org', password)).toBe('right')
    expect(await check('alice', password)).toBe('right')
    for (const wrong of ['wrong', '', `${password} `, `${password}\0`, `x\r\na LOGOUT`])
      expect(await check('alice', wrong)).toBe('wrong')
    expect(await check('zed@example.org', password)).toBe('wrong')
    expect(logged).toEqual([])
  },
)

test('each way in which it cannot be asked has words, and the password went nowhere', async () => {
  const [closed = 0] = await freePorts(1)
  const other = selfSigned(['127.0.0.1'], Date.now()).cert
  for (const [changes, words] of [
    [{ port: closed }, /not reachable.*mail\.imap/],
    [{ host: 'no-such-host.invalid' }, /not reachable/],
    [{ ca: other }, /certificate is not trusted.*"ca" of mail\.imap/],
    // The certificate is for an address, and this is a name of the same machine.
    [{ host: 'localhost' }, /certificate is not trusted/],
  ] as const) {
    logged = []
    expect([changes, await asking(changes)('alice', password)]).toEqual([changes, 'notAsked'])
    expect(logged).toEqual([expect.stringMatching(words)])
    expect(logged.join('')).not.toContain('pass\\')
  }
})

test('without STARTTLS nothing is said, and a peer that is silent or refuses for a while is no wrong password', async () => {
  const heard: string[] = []
  const sockets: Socket[] = []
  let capabilities = 'IMAP4rev1'
  let answer = 'NO [UNAVAILABLE] later'
  const peer = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.write('* OK ready\r\n')
    socket.on('data', (chunk) => {
      const line = String(chunk)
      heard.push(line)
      const [tag = '', command = ''] = line.split(' ')
      if (command.startsWith('CAPABILITY')) socket.write(`* CAPABILITY ${capabilities}\r\n${tag} OK\r\n`)
      else if (answer !== '') socket.write(`${tag} ${answer}\r\n`)
    })
  })
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  const address = peer.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    expect(await asking({ port, security: 'starttls' })('alice', password)).not.toBe('right')
    expect(heard.join('')).not.toMatch(/LOGIN|AUTHENTICATE/)
    capabilities = 'IMAP4rev1 AUTH=PLAIN SASL-IR'
    for (const [said, verdict] of [
      ['NO [UNAVAILABLE] later', 'unknown'],
      ['NO [LIMIT] too many', 'unknown'],
      ['NO [AUTHENTICATIONFAILED] no', 'wrong'],
      ['NO [EXPIRED] old', 'wrong'],
      ['NO no', 'wrong'],
    ] as const) {
      answer = said
      expect([said, await asking({ port, security: 'none' })('alice', password)]).toEqual([said, verdict])
    }
    answer = ''
    expect(await asking({ port, security: 'none' }, 300)('alice', password)).toBe('unknown')
    expect(logged.at(-1)).toMatch(/did not answer the login in time/)
  } finally {
    for (const socket of sockets) socket.destroy()
    peer.close()
  }
})

test('a server whose passwords the mail server checks: signing in, budgets, and what is told while it is away', async () => {
  const server = await serverBeside()
  const { cert } = server.running
  const target: Target = { url: server.running.ready.url, ...(cert === undefined ? {} : { cert }) }
  const device = newDevice()
  try {
    expect((await signIn(target, { user: 'alice', password }, device)).ok).toBe(true)
    expect((await signIn(target, { user: 'alice@example.org', password }, device)).ok).toBe(true)
    // A password of our own would never be asked for.
    const desk = localDesk(server.administration, () => target.url, cert)
    const given = await giveAccess.call(desk, { user: 'alice', give: ['password', 'enrolment'] })
    expect(given).toMatchObject({ ok: true, value: { enrolment: { code: expect.stringMatching(/^kith1:/) } } })
    expect(given.ok && given.value).not.toHaveProperty('password')
    expect(await giveAccess.call(desk, { user: 'alice', give: ['password'] })).toMatchObject({ ok: false })
    // Right there, and nobody here.
    for (const user of ['nobody', 'alice'])
      expect(await signIn(target, { user, password: user === 'nobody' ? password : 'wrong' })).toMatchObject({
        fault: { code: 'AuthFailed' },
      })
    await dovecot.stop()
    for (let i = 0; i < 6; i++) {
      expect(await signIn(target, { user: 'alice', password }, device)).toMatchObject({
        ok: false,
        fault: { code: 'Busy', why: 'mailServer', retryAfter: expect.any(Number) },
        http: { status: 503 },
      })
    }
    await dovecot.start()
    // While it was away no try was used up.
    expect((await signIn(target, { user: 'alice', password }, device)).ok).toBe(true)
    for (let i = 0; i < 5; i++) await signIn(target, { user: 'alice', password: `guess ${i}` }, device)
    expect(await signIn(target, { user: 'alice', password }, device)).toMatchObject({ fault: { code: 'Locked' } })
    expect(server.logged()).toContain('passwords cannot be checked: the mail server is not reachable')
    expect(server.logged()).not.toContain('pass\\')
  } finally {
    await server.close()
  }
})

/** Its accounts have no passwords of their own. */
async function serverBeside(): Promise<TestServer> {
  const imap = { host: '127.0.0.1', port: dovecot.tls, security: 'tls', ca: 'mail.pem' } as const
  const server = await testServer(
    [],
    {
      mail: { kind: 'external', imap, smtp: imap },
      accounts: { verify: 'imap' },
    },
    {},
    { 'mail.pem': dovecot.cert },
  )
  const added = await addUserOperation.call(localDesk(server.administration), {
    user: 'alice',
    name: 'Alice',
    scope: 'internal',
  })
  if (!added.ok) throw new Error(JSON.stringify(added.fault))
  return server
}
