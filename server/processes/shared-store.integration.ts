import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCommand, startCommand, testServer } from '../testing/harness.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'

let postgres: TestPostgres
let path: string
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.close())
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'kith-shared-'))
})
afterEach(() => rm(path, { recursive: true, force: true }))

async function init(folder: string, settings: object) {
  const file = join(path, 'store.json')
  await writeFile(file, JSON.stringify(settings))
  const words = ['init', '--domain', 'example.org', '--store', file, '--json']
  return JSON.parse((await runCommand(join(path, folder), words)).out)
}

test('init makes an organisation in an empty database, and none where there is one', async () => {
  const settings = await postgres.createDatabase()
  expect(await init('one', settings)).toMatchObject({ ok: true })
  expect(await init('two', settings)).toMatchObject({ ok: false, error: expect.stringContaining('a further server') })
  const added = await runCommand(join(path, 'one'), ['user', 'add', 'bob', '--name', 'Bob'], 'a good password\n')
  expect(added.code).toBe(0)
  await cp(join(path, 'one'), join(path, 'two'), { recursive: true, force: true })
  expect((await runCommand(join(path, 'two'), ['user', 'list'])).out).toContain('bob@example.org')
})

test('what is wrong with the database is said in words, with the exit code of what can be mended', async () => {
  const settings = await postgres.createDatabase()
  for (const [changed, words] of [
    [{ port: 1 }, 'cannot be reached'],
    [{ database: 'none' }, 'no database of the name'],
    [{ user: 'eve' }, 'refuses the user or the password'],
    [{ passwordFile: 'missing' }, 'cannot be read'],
    [{ tls: true }, 'not trusted'],
    [{ password: 'x' }, 'password'],
  ] as const) {
    expect(await init('new', { ...settings, ...changed })).toMatchObject({
      ok: false,
      code: 'unavailable',
      error: expect.stringContaining(words),
    })
  }
  expect(await init('new', settings)).toMatchObject({ ok: true })
  postgres.sql(settings.database, `update settings set value = '99' where name = 'schema'`)
  expect((await runCommand(join(path, 'new'), ['user', 'list'])).err).toContain('use a newer program')
  postgres.sql(settings.database, `update settings set value = '3' where name = 'schema'`)
  postgres.sql('postgres', `alter database ${settings.database} set default_transaction_read_only = on`)
  const added = await runCommand(join(path, 'new'), ['user', 'add', 'bob', '--name', 'Bob'], 'a good password\n')
  expect([added.code, added.err]).toEqual([4, expect.stringContaining('read-only')])
})

test('the password may come by the environment: to the server and its policy process, and nowhere else', async () => {
  const { passwordFile = '', ...settings } = await postgres.createDatabase()
  const secret = (await readFile(passwordFile, 'utf8')).trim()
  process.env.KITH_STORE_PASSWORD = secret
  try {
    expect(await init('one', settings)).toMatchObject({ ok: true })
    const config = join(path, 'one', 'config.json')
    const free = { port: 0, metricsPort: 0, mail: { kind: 'embedded', smtp: 0, imap: 0 } }
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), ...free }))
    const { child, finished } = startCommand(join(path, 'one'), ['serve'])
    if (!child.stdout || !child.stderr) throw new Error('no output')
    let policy = 0
    child.stderr.on('data', (chunk: Buffer) => {
      policy ||= Number(/"pid":(\d+)/.exec(String(chunk))?.[1] ?? 0)
    })
    await once(child.stdout, 'data')
    const environment = (await readFile(`/proc/${policy}/environ`, 'utf8')).split('\0').filter((one) => one !== '')
    expect(environment.map((one) => one.split('=')[0])).toContain('KITH_STORE_PASSWORD')
    expect(environment.map((one) => one.split('=')[0])).not.toContain('PATH')
    child.kill('SIGTERM')
    const { code, out, err } = await finished
    expect([code, err.includes('policy process ended'), `${out}${err}`.includes(secret)]).toEqual([0, false, false])
  } finally {
    delete process.env.KITH_STORE_PASSWORD
  }
})

test('a second server does not run the embedded mail too, and says what to do', { timeout: 120_000 }, async () => {
  const server = await testServer(['alice'], { store: await postgres.createDatabase() })
  await cp(server.path, join(path, 'second'), { recursive: true })
  const refused = await runCommand(join(path, 'second'), ['serve'])
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('another server of this store')])
  await server.running.close()
  const { child, finished } = startCommand(join(path, 'second'), ['serve'])
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  await server.close()
})
