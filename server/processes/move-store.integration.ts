import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openContext } from '../settings/context.ts'
import { folderAt } from '../settings/folder.ts'
import { backendOf } from '../settings/open-configured.ts'
import type { Tables } from '../store/tables.ts'
import { faultOfList } from '../testing/consistency.ts'
import { runCommand, startCommand, type TestFolder, testFolder } from '../testing/harness.ts'
import { createNumbers } from '../testing/numbers.ts'
import { makeOld } from '../testing/old-store.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'

let postgres: TestPostgres
let folder: TestFolder
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.close())

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
  const { editor, store } = folder.administration
  for (let i = 0; i < 5; i++) {
    const adds = Array.from({ length: 300 }, (_, n) => {
      const contact = { address: `p${i}-${n}@partner.example`, name: `Partner ${n} 夥伴`, remark: '‘’ \\ "q"' }
      return { op: 'add', contact } as const
    })
    await editor.change('alice', adds, 'test')
  }
  const [inbox] = await store.mail.folders('alice', 1)
  const raw = Buffer.from(Array.from({ length: 70_000 }, (_, n) => n % 256))
  const message = { raw, summary: { envelope: '[]', structure: '[]' }, flags: ['\\Seen'], received: 1 }
  for (let i = 0; i < 25; i++) await store.mail.append(inbox?.id ?? 0, message)
  await store.lists.removeAnnounced(Number.MAX_SAFE_INTEGER)
  await store.close()
})
afterEach(() => folder.close())

async function settingsFile(settings: object): Promise<string> {
  const file = join(folder.path, 'to.json')
  await writeFile(file, JSON.stringify(settings))
  return file
}

async function migrate(settings: object) {
  const { out, err } = await runCommand(folder.path, [
    'store',
    'migrate',
    '--to',
    await settingsFile(settings),
    '--json',
  ])
  return JSON.parse(out || `{"error":${JSON.stringify(err)}}`)
}

async function configured(): Promise<string> {
  return JSON.parse(await readFile(join(folder.path, 'config.json'), 'utf8')).store.kind
}

/** What matters of a store that its settings lead to. */
async function contents() {
  const context = await openContext(folder.path)
  if (!context.ok) throw new Error(context.why)
  const { store } = context.value
  const [inbox] = await store.mail.folders('alice', 1)
  const mail = await store.mail.list(inbox?.id ?? 0)
  const raw = Buffer.from((await store.mail.raw(mail.at(-1)?.content ?? 0)) ?? []).toString('base64')
  const lists = [await store.lists.ofUser('alice'), await store.lists.ofUser('bob')]
  const faults = [await faultOfList(context.value, 'alice'), await faultOfList(context.value, 'bob')]
  const seen = { lists, log: await store.journal.log(), users: await store.users.all(), mail, raw, faults }
  await store.close()
  return seen
}

test('there and back: everything is the same, numbers go on, the old store refuses', { timeout: 120_000 }, async () => {
  const before = await contents()
  expect(before.faults).toEqual([undefined, undefined])
  const settings = await postgres.createDatabase()
  const rootKey = await readFile(join(folder.path, 'config.json'), 'utf8')
  expect(await migrate(settings)).toMatchObject({ ok: true, store: 'postgres', tables: expect.any(Number) })
  expect(await contents()).toEqual(before)
  expect(JSON.parse(await readFile(join(folder.path, 'config.json'), 'utf8'))).toMatchObject({
    ...JSON.parse(rootKey),
    store: settings,
  })
  expect(await migrate(settings)).toMatchObject({ ok: false, error: expect.stringContaining('there already') })
  const moved = await openContext(folder.path)
  if (!moved.ok) throw new Error(moved.why)
  await moved.value.store.lists.announce({ kind: 'list', list: 'L-alice', epoch: 1, version: 7, at: 1 })
  // 8 versions were announced and swept away before.
  expect((await moved.value.store.lists.announcedAfter(0)).map((row) => row.id)).toEqual([8])
  expect(await migrate({ kind: 'sqlite' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('stop them all'),
  })
  await moved.value.store.close()
  await writeFile(join(folder.path, 'config.json'), rootKey)
  expect((await runCommand(folder.path, ['user', 'list'])).err).toContain('moved to another')
  await writeFile(join(folder.path, 'config.json'), JSON.stringify({ ...JSON.parse(rootKey), store: settings }))
  expect(await migrate({ kind: 'sqlite' })).toMatchObject({ ok: true, store: 'sqlite' })
  expect(await contents()).toEqual(before)
})

test('a store of schema 1 is moved with all that it holds', { timeout: 120_000 }, async () => {
  const before = await contents()
  const { dialect } = await backendOf({ kind: 'sqlite' }, folderAt(folder.path))
  const db = new Kysely<Tables>({ dialect })
  await makeOld(db)
  await db.destroy()
  expect(await migrate(await postgres.createDatabase())).toMatchObject({ ok: true, store: 'postgres' })
  expect(await contents()).toEqual(before)
})

test('broken off anywhere it is begun again; nothing is lost', { timeout: 180_000 }, async () => {
  const before = await contents()
  const settings = await postgres.createDatabase()
  const numbers = createNumbers(7)
  for (let round = 0; round < 10 && (await configured()) === 'sqlite'; round++) {
    const { child, finished } = startCommand(folder.path, ['store', 'migrate', '--to', await settingsFile(settings)])
    await wait(250 + numbers.below(600))
    if (round % 3 === 2) {
      await postgres.kill()
      await finished
      await postgres.start()
    } else {
      child.kill('SIGKILL')
      await finished
    }
  }
  if ((await configured()) === 'sqlite') await migrate(settings)
  expect(await configured()).toBe('postgres')
  expect(await contents()).toEqual(before)
})

test(
  'a running server, a database in use, a damaged list: refused, and the old store stays',
  {
    timeout: 120_000,
  },
  async () => {
    const settings = await postgres.createDatabase()
    const other = await testFolder(['carol'], { store: settings })
    await other.administration.store.close()
    expect(await migrate(settings)).toMatchObject({ ok: false, error: expect.stringContaining('in use') })
    await other.close()
    const open = await openContext(folder.path)
    if (!open.ok) throw new Error(open.why)
    const empty = await postgres.createDatabase()
    expect(await migrate(empty)).toMatchObject({ ok: false, error: expect.stringContaining('busy') })
    await open.value.store.lists.removeEntries('L-alice', ['c5'])
    await open.value.store.close()
    expect(await migrate(empty)).toMatchObject({ ok: false, error: expect.stringContaining('damaged') })
    expect(await migrate({ ...empty, password: 'x' })).toMatchObject({
      ok: false,
      error: expect.stringContaining('password'),
    })
    expect(await configured()).toBe('sqlite')
  },
)
