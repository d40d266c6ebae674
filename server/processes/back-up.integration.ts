import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteBackend } from '../store/sqlite.ts'
import { openStore } from '../store/store.ts'
import { signedIn } from '../testing/client.ts'
import { runCommand, startCommand, type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let copies: string

beforeEach(async () => {
  server = await testServer(['alice'])
  copies = await mkdtemp(join(tmpdir(), 'kith-copies-'))
})
afterEach(async () => {
  await server.close()
  await rm(copies, { recursive: true, force: true })
})

async function command(path: string, ...words: readonly string[]): Promise<Record<string, unknown>> {
  const { out, err } = await runCommand(path, [...words, '--json'])
  if (out === '') throw new Error(err)
  return JSON.parse(out)
}

const add = (name: string) => ['contact', 'add', `${name}@partner.example`, '--user', 'alice', '--name', name]

test('a copy made while the server serves and lists change is whole, of one moment, and closed to others', async () => {
  await command(server.path, ...add('before'))
  const { child, finished } = startCommand(server.path, ['contact', 'list', '--user', 'alice'])
  const copy = join(copies, 'copy')
  const [made] = await Promise.all([
    command(server.path, 'backup', '--to', copy),
    command(server.path, ...add('meanwhile')),
  ])
  expect(made).toMatchObject({ ok: true, store: true })
  expect((await finished).code).toBe(0)
  expect(child.exitCode).toBe(0)
  expect(await command(copy, 'check')).toMatchObject({ ok: true, lists: 1 })
  expect((await stat(copy)).mode & 0o077).toBe(0)
  expect(await readFile(join(copy, 'config.json'), 'utf8')).toBe(
    await readFile(join(server.path, 'config.json'), 'utf8'),
  )
  expect(await command(server.path, 'backup', '--to', copy)).toMatchObject({
    ok: false,
    error: expect.stringContaining('not empty'),
  })
})

test('a store put back from a copy: clients keep the newer list until the epoch rises, then take the old one whole', async () => {
  await command(server.path, ...add('old'))
  const copy = join(copies, 'copy')
  await command(server.path, 'backup', '--to', copy)
  await command(server.path, ...add('new'))
  const credentials = { user: 'alice', password: testPassword }
  const client = await signedIn({ url: server.running.ready.url, cert: server.running.cert ?? '' }, credentials)
  await client.sync()
  expect(client.state.entries.size).toBe(2)

  const { child, finished, target } = await serve(copy)
  const again = await signedIn(target, credentials, client.device)
  again.state = client.state
  expect(await again.sync()).toMatchObject({ code: 'VersionUnknown' })
  expect(await again.sync('full')).toMatchObject({ ok: false })
  expect(again.state.entries.size).toBe(2)

  expect(await command(copy, 'key', 'rotate', 'policy', '--stolen')).toMatchObject({ ok: true })
  expect(await again.sync('full')).toMatchObject({ ok: true, step: 'applied' })
  expect([again.state.ep, again.state.entries.size]).toEqual([2, 1])
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})

async function serve(path: string) {
  const { child, finished } = startCommand(path, ['serve'])
  if (!child.stdout) throw new Error('no output')
  const [line]: Buffer[] = await once(child.stdout, 'data')
  const { url }: { url: string } = JSON.parse(String(line))
  return { child, finished, target: { url, cert: await readFile(join(path, 'tls/cert.pem'), 'utf8') } }
}

test('damage is found and named', async () => {
  await command(server.path, ...add('one'))
  const copy = join(copies, 'copy')
  await command(server.path, 'backup', '--to', copy)
  const store = await openStore(sqliteBackend(join(copy, 'kith.sqlite')))
  const list = await store.lists.ofUser('alice')
  if (!list) throw new Error('no list')
  await store.lists.removeEntries(list.id, ['c1'])
  await store.close()
  expect(await command(copy, 'check')).toMatchObject({
    ok: false,
    error: 'L-alice: the entries are not those of the root',
  })
})
