import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitedStore } from '../testing/limited-store.ts'
import { overEach, type TestStore } from '../testing/stores.ts'
import { SchemaUnknown, storeFailure } from './failures.ts'
import { sqliteBackend } from './sqlite.ts'
import { openStore } from './store.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-store-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function failureOf(file: string): Promise<unknown> {
  return openStore(sqliteBackend(file)).then(
    () => 'opened',
    (error: unknown) => storeFailure(error) ?? error,
  )
}

test('a file that is no database is damaged; a bug is none of these', async () => {
  await writeFile(join(folder, 'text'), 'x'.repeat(10_000))
  expect(await failureOf(join(folder, 'text'))).toBe('damaged')
  expect(storeFailure(new Error('a bug'))).toBeUndefined()
})

test('what is no regular file is refused by name, and neither opened nor given other rights', async () => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', ['-m', '644', pipe])
  const socket = createServer().listen(join(folder, 'socket'))
  await once(socket, 'listening')
  await mkdir(join(folder, 'folder'), { mode: 0o755 })
  await symlink('/dev/null', join(folder, 'link'))
  for (const file of [pipe, join(folder, 'socket'), join(folder, 'folder'), join(folder, 'link'), '/dev/null']) {
    const before = await stat(file)
    expect(await failureOf(file)).toMatchObject({ message: expect.stringMatching(/^.* is not a regular file/) })
    expect((await stat(file)).mode).toBe(before.mode)
  }
  socket.close()
})

test('a file that is no store keeps its rights; a store is closed to others', async () => {
  const file = join(folder, 'kith.sqlite')
  await writeFile(file, 'x'.repeat(10_000), { mode: 0o644 })
  expect(await failureOf(file)).toBe('damaged')
  expect((await stat(file)).mode & 0o777).toBe(0o644)
  await rm(file)
  await writeFile(file, '', { mode: 0o644 })
  expect(await failureOf(file)).toBe('opened')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

const coded = (code: string) => storeFailure(Object.assign(new Error('x'), { code }))

test.each([
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR', 'disk'],
  ['SQLITE_IOERR_WRITE', 'disk'],
  ['SQLITE_IOERR_SHMSIZE', 'disk'],
  ['SQLITE_IOERR_FSYNC', 'disk'],
  ['SQLITE_BUSY_RECOVERY', 'busy'],
  ['SQLITE_BUSY_TIMEOUT', 'busy'],
  ['SQLITE_LOCKED_SHAREDCACHE', 'busy'],
  ['SQLITE_CORRUPT_VTAB', 'damaged'],
  ['SQLITE_CORRUPT_INDEX', 'damaged'],
  ['SQLITE_CANTOPEN_ISDIR', 'denied'],
  ['SQLITE_CANTOPEN_DIRTYWAL', 'denied'],
  ['SQLITE_READONLY_DBMOVED', 'denied'],
  ['SQLITE_READONLY_CANTINIT', 'denied'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['53100', 'full'],
  ['53200', 'busy'],
  ['57P01', 'unreachable'],
  ['57P02', 'unreachable'],
  ['57P03', 'unreachable'],
  ['57P04', 'unreachable'],
  ['08006', 'unreachable'],
  ['25P03', 'unreachable'],
  ['25006', 'readOnly'],
  ['58030', 'disk'],
  ['XX001', 'damaged'],
  // Ours: a bug.
  ['SQLITE_CONSTRAINT_PRIMARYKEY', undefined],
  ['SQLITE_ERROR', undefined],
  ['23505', undefined],
  ['42P01', undefined],
])('%s is %s', (code, kind) => {
  expect(coded(code)).toBe(kind)
})

test('a full disk is told as that, leaves nothing half done, and passes by itself', async () => {
  const { store, limit, close } = await limitedStore(join(folder, 'kith.sqlite'))
  const long = 'x'.repeat(100_000)
  const write = () =>
    store.transaction(async (inside) => {
      await inside.journal.setSetting('first', '1')
      await inside.journal.setSetting('long', long)
    })
  await limit(1)
  const failure = await write().catch((error: unknown) => error)
  expect(storeFailure(failure)).toBe('full')
  expect(await store.journal.setting('first')).toBeUndefined()
  expect(storeFailure(await write().catch((error: unknown) => error))).toBe('full')
  await limit(1_000_000)
  await write()
  expect(await store.journal.setting('long')).toBe(long)
  await close()
})

overEach((stores) => {
  let fresh: TestStore
  beforeEach(async () => {
    fresh = await stores.fresh()
  })

  test('a store of another schema is refused, not used', async () => {
    const store = await fresh.open()
    await store.journal.setSetting('schema', '999')
    await store.close()
    await expect(fresh.open()).rejects.toBeInstanceOf(SchemaUnknown)
  })

  test('a transaction that fails leaves nothing, a snapshot sees one moment', async () => {
    const [one, two] = [await fresh.open(), await fresh.open()]
    await expect(
      one.transaction(async (inside) => {
        await inside.journal.setSetting('a', '1')
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await two.journal.setting('a')).toBeUndefined()
    const seen = await one.snapshot(async (inside) => {
      const before = await inside.journal.setting('a')
      await two.journal.setSetting('a', '2')
      return [before, await inside.journal.setting('a')]
    })
    expect([seen, await one.journal.setting('a')]).toEqual([[undefined, undefined], '2'])
  })

  test('a writer waits for another process’s transaction without stopping its own process', async () => {
    const [one, two] = [await fresh.open(), await fresh.open()]
    const gate = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const long = one.transaction(async (inside) => {
      await inside.journal.setSetting('a', '1')
      held.resolve()
      await gate.promise
    })
    await held.promise
    let isWritten = false
    const write = async () => {
      await two.journal.setSetting('b', '1')
      isWritten = true
    }
    const waiting = write()
    // The loop runs while the other waits: timers and readers of other connections are served.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(isWritten).toBe(false)
    gate.resolve()
    await Promise.all([long, waiting])
    expect(await one.journal.setting('b')).toBe('1')
  })
})
