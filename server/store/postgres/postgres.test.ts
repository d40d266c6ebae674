import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openHub } from '../../client/push/hub.ts'
import { portOf } from '../../monitoring/health-port.ts'
import { folderAt } from '../../settings/folder.ts'
import { openConfigured } from '../../settings/open-configured.ts'
import { startPostgres, type TestPostgres } from '../../testing/postgres.ts'
import { StoreUnusable, storeFailure } from '../failures.ts'
import { openStore, type Store } from '../store.ts'
import { postgresBackend } from './postgres.ts'
import { connectionOf, type PostgresSettings } from './settings.ts'

let postgres: TestPostgres
let settings: PostgresSettings
const nowhere = folderAt('/nonexistent')
const opened: Store[] = []

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const store of opened) await store.close()
  await postgres.close()
})
beforeEach(async () => {
  settings = await postgres.createDatabase()
})

test.each(['SQL_ASCII', 'LATIN1'] as const)(
  'a database in %s is refused, with what to do, and left empty',
  async (encoding) => {
    settings = await postgres.createDatabase(encoding)
    await expect(open()).rejects.toBeInstanceOf(StoreUnusable)
    await expect(open()).rejects.toThrow(new RegExp(`encoding ${encoding}.*needs UTF8.*create database.*template0`))
    const tables = "select count(*) from information_schema.tables where table_schema = 'public'"
    expect(postgres.sql(settings.database, tables)).toBe('0')
  },
)

async function open(changed: Partial<PostgresSettings> = {}): Promise<Store> {
  const store = await openConfigured({ ...settings, ...changed }, nowhere)
  opened.push(store)
  return store
}

/** A line to the database that can fall silent without being cut. */
async function openLine(port: number) {
  const ends: Socket[] = []
  let isSilent = false
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    ends.push(near, far)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => isSilent || to.write(chunk))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server.address()) ?? 0,
    silence(silent: boolean) {
      isSilent = silent
    },
    close() {
      for (const end of ends) end.destroy()
      server.close()
    },
  }
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'none',
    (error: unknown) => storeFailure(error) ?? error,
  )
}

test('each failure that an administrator can mend has its name', async () => {
  expect(await failureOf(open({ port: 1 }))).toBe('unreachable')
  expect(await failureOf(open({ host: '/nonexistent' }))).toBe('unreachable')
  expect(await failureOf(open({ tls: true }))).toBe('untrusted')
  expect(await failureOf(open({ database: 'nothing' }))).toBe('missing')
  expect(await failureOf(open({ user: 'nobody' }))).toBe('password')
  expect(await failureOf(open({ passwordFile: '/dev/null' }))).toBe('password')
  expect(await failureOf(open({ passwordFile: 'none' }))).toMatchObject({
    message: expect.stringContaining('/nonexistent/none'),
  })
  postgres.sql(settings.database, 'alter schema public owner to postgres')
  expect(await failureOf(open())).toBe('refused')
})

test('with TLS the database’s certificate is checked', async () => {
  const store = await open({ tls: true, ca: postgres.certificate })
  await store.journal.setSetting('a', '1')
  const encrypted =
    'select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where ssl and datname = current_database()'
  expect(postgres.sql(settings.database, encrypted)).toBe('1')
})

test('a read-only database can be read, and says so when written', async () => {
  await open()
  postgres.sql('postgres', `alter database ${settings.database} set default_transaction_read_only = on`)
  const store = await open()
  expect(await store.users.all()).toEqual([])
  const failure = store.journal.setSetting('a', 'b').catch((error: unknown) => error)
  expect(storeFailure(await failure)).toBe('readOnly')
})

test('numbers come back as numbers, also sums; bytes as bytes; text in the order of its bytes', async () => {
  const store = await open()
  const [inbox] = await store.mail.folders('alice', 1)
  const message = {
    raw: Buffer.from([0, 255, 128]),
    summary: { envelope: '', structure: '' },
    flags: [],
    received: 2 ** 52,
  }
  await store.mail.append(inbox?.id ?? 0, message)
  expect(await store.mail.counts(inbox?.id ?? 0)).toEqual({ messages: 1, unseen: 1 })
  const [stored] = await store.mail.list(inbox?.id ?? 0)
  expect(stored?.received).toBe(2 ** 52)
  expect(await store.mail.raw(stored?.content ?? 0)).toEqual(Buffer.from([0, 255, 128]))
  const common = {
    department: '',
    sponsor: '',
    expires: 0,
    name: '',
    argon2: '',
    scope: 'internal',
    state: 'active',
    created_at: 1,
    address: '',
  } as const
  for (const id of ['a.b', 'B', 'ab', 'é', 'a']) await store.users.add({ ...common, id, address_key: id })
  expect((await store.users.all()).map(({ id }) => id)).toEqual(['B', 'a', 'a.b', 'ab', 'é'])
})

test('a failure tells no row: neither its message nor anything that hangs on it', async () => {
  const store = await open()
  const session = { hash: 'very secret', user: 'a', device: 'd', exp: 1, idle: 1, totp: '', admin: 0, admin_idle: 0 }
  await store.sessions.add(session)
  const error = await store.sessions.add(session).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: '23505' })
  const { stack, message, ...rest } = Object.getOwnPropertyDescriptors(error)
  expect(JSON.stringify([stack, message, rest])).not.toContain('very secret')
})

test('a transaction whose connection is lost fails, leaves nothing, and the store goes on', async () => {
  const store = await open()
  const failure = await failureOf(
    store.transaction(async (inside) => {
      await inside.journal.setSetting('a', '1')
      postgres.sql(settings.database, `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'kith'`)
      await inside.journal.setSetting('b', '1')
    }),
  )
  expect(failure).toBe('unreachable')
  expect(await store.journal.setting('a')).toBeUndefined()
})

test('a database that was killed is found again when it is back', { timeout: 120_000 }, async () => {
  const store = await open()
  await store.journal.setSetting('a', '1')
  await postgres.kill()
  expect(await failureOf(store.journal.setting('a'))).toBe('unreachable')
  await postgres.start()
  expect(await store.journal.setting('a')).toBe('1')
})

test('a database that falls silent is given up, and found again when it answers', async () => {
  const line = await openLine(settings.port)
  const connection = await connectionOf({ ...settings, port: line.port }, nowhere.path)
  const store = await openStore(postgresBackend({ ...connection, query_timeout: 1_000 }))
  await store.journal.setSetting('a', '1')
  line.silence(true)
  const work = store.transaction((inside) => inside.journal.setSetting('a', '2'))
  expect(await failureOf(work)).toBe('unreachable')
  line.silence(false)
  expect(await store.journal.setting('a')).toBe('1')
  await store.close()
  line.close()
})

test('two who wait for each other: one is told that the store is busy', async () => {
  const [one, two] = [await open(), await open()]
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const crossing = (
    store: Store,
    [mine, other]: readonly [string, string],
    [held, go]: readonly PromiseWithResolvers<void>[],
  ) =>
    store.transaction(async (inside) => {
      await inside.journal.setSetting(mine, '1')
      held?.resolve()
      await go?.promise
      await inside.journal.setSetting(other, '1')
    }, mine)
  const both = [crossing(one, ['a', 'b'], [first, second]), crossing(two, ['b', 'a'], [second, first])]
  expect(new Set(await Promise.all(both.map(failureOf)))).toEqual(new Set(['busy', 'none']))
})

test('work that went on after a failed statement is not taken for done', async () => {
  const store = await open()
  const work = store.transaction(async (inside) => {
    await inside.journal.setSetting('a', '1')
    await inside.sessions.addNonce('n', Number.NaN).catch(() => undefined)
  })
  await expect(work).rejects.toThrow('a failed transaction')
  expect(await store.journal.setting('a')).toBeUndefined()
})

test('a part is played once, and free again when its process ends', async () => {
  const [one, two] = [await open(), await open()]
  const release = await one.claim('mail')
  expect(await two.claim('other')).toBeTypeOf('function')
  expect(await two.claim('mail')).toBeUndefined()
  await release?.()
  expect(await two.claim('mail')).toBeTypeOf('function')
})

test('a wake-up is a look at once, not one by time; another process publishes when one ends or is cut off', async () => {
  const every = () => () => undefined
  const first = await openHub({ store: await open(), every })
  const second = await openHub({ store: await open(), every })
  const heard: number[] = []
  second.listenAll((poke) => heard.push(poke.version))
  const writer = await open()
  const told = async (version: number) => {
    await writer.lists.announce({ kind: 'list', list: 'L-a', epoch: 1, version, at: 1 })
    await vi.waitFor(() => expect(heard).toContain(version), { timeout: 15_000 })
  }
  await told(1)
  await first.close()
  await told(2)
  const publisher = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select%outbox'"
  postgres.sql('postgres', publisher)
  await told(3)
  await second.close()
})
