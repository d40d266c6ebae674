/** A whole mail server in the test's process, with accounts and whitelists that the test sets. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { sqliteBackend } from '../../store/sqlite.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { MailLog, MailServer } from '../ports.ts'
import { startMail } from '../start.ts'
import {
  type FakeWhitelists,
  fakeAccounts,
  fakeWhitelists,
  gatewayPublic,
  gatewaySecret,
  noDns,
  password,
  tls,
} from './mail-fakes.ts'

export { contact, gatewayPublic, password, tls } from './mail-fakes.ts'

export type TestMail = {
  readonly server: () => MailServer
  readonly store: () => Store
  readonly list: FakeWhitelists['list']
  readonly failing: (what: 'accounts' | 'whitelists', failing: boolean) => void
  readonly logged: () => readonly string[]
  /** Closes everything and opens it again over the same file. */
  readonly restart: () => Promise<void>
  readonly imap: (user: string, options?: ClientOptions & { readonly start?: boolean }) => Promise<ImapFlow>
  readonly smtp: (user: string, options?: ClientOptions) => ReturnType<typeof smtpClient>
  readonly close: () => Promise<void>
}
type ClientOptions = { readonly password?: string }

export async function startTestMail(): Promise<TestMail> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mail-'))
  const accounts = fakeAccounts()
  const lists = fakeWhitelists()
  const lines: string[] = []
  const opened: { close(): void }[] = []
  const log = memoryLog(lines)
  const start = async () => {
    const store = await openStore(sqliteBackend(join(folder, 'kith.sqlite')))
    const gatewayKey = { public: gatewayPublic, secret: gatewaySecret }
    const ports = { smtp: 0, imap: 0, inbound: 0 }
    const surroundings = {
      store,
      accounts,
      whitelists: lists.whitelists,
      clock: { now: () => Date.now() },
      log,
      dns: noDns,
    }
    const server = await startMail({ ...surroundings, gatewayKey, tls, domain: 'kith.test', ports, host: '127.0.0.1' })
    return { store, server }
  }
  let running = await start()
  const stop = async () => {
    for (const client of opened.splice(0)) client.close()
    await running.server.close()
    await running.store.close()
  }
  return {
    server: () => running.server,
    store: () => running.store,
    logged: () => lines,
    list: lists.list,
    failing(what, failing) {
      if (what === 'accounts') accounts.broken = failing
      else lists.broken = failing
    },
    async restart() {
      await stop()
      running = await start()
    },
    async imap(user, options = {}) {
      const client = imapClient(running.server.imapPort, { user, pass: options.password ?? password })
      opened.push(client)
      if (options.start !== false) await client.connect()
      return client
    },
    smtp(user, options = {}) {
      const transport = smtpClient(running.server.smtpPort, { user, pass: options.password ?? password })
      opened.push(transport)
      return transport
    },
    async close() {
      await stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function memoryLog(lines: string[]): MailLog {
  return {
    info: (event, facts) => void lines.push(JSON.stringify([event, facts])),
    error: (event, facts) => void lines.push(JSON.stringify(['error', event, facts])),
  }
}

type Auth = { readonly user: string; readonly pass: string }

/** `ca`: PEM to trust. */
export function imapClient(port: number, auth: Auth, ca = tls.cert): ImapFlow {
  const secured = { ca, servername: 'localhost' }
  // Its own idling starts when the test says so.
  const quiet = { logger: false, disableAutoIdle: true } as const
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: true, tls: secured, auth, ...quiet })
  client.on('error', () => undefined)
  return client
}

export function smtpClient(port: number, auth: Auth, ca = tls.cert) {
  const secured = { ca, servername: 'localhost' }
  return createTransport({ host: '127.0.0.1', port, secure: true, tls: secured, auth, disableFileAccess: true })
}
