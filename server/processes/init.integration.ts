import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCommand } from '../testing/harness.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'

let postgres: TestPostgres
let folder: string

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-init-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const init = (path: string, ...more: string[]) =>
  runCommand(path, ['init', '--domain', 'a.example', '--host', 'a.example', ...more])

test('what cannot be Kith’s own folder is refused in words, and keeps its rights', async () => {
  const everybody = join(folder, 'everybody')
  await mkdir(everybody)
  await chmod(everybody, 0o1777)
  const file = join(folder, 'file')
  await writeFile(file, '', { mode: 0o644 })
  for (const path of [everybody, file, '/dev/null']) {
    const before = (await stat(path)).mode
    const { code, err } = await init(path)
    expect([path, code, err.trim()]).toEqual([
      path,
      4,
      expect.stringMatching(/^.* is (a folder for everybody|not a folder)/),
    ])
    expect((await stat(path)).mode).toBe(before)
  }
})

test('a device where the store is to be is refused in words, and keeps its rights', async () => {
  const path = join(folder, 'data')
  await mkdir(path)
  await symlink('/dev/null', join(path, 'kith.sqlite'))
  const before = (await stat('/dev/null')).mode
  const { code, err } = await init(path)
  expect([code, err]).toEqual([expect.any(Number), expect.stringMatching(/kith\.sqlite is not a regular file/)])
  expect(code).not.toBe(0)
  expect((await stat('/dev/null')).mode).toBe(before)
})

test('init and serve say what to do about a database that is not UTF8', async () => {
  const store = await postgres.createDatabase('SQL_ASCII')
  await writeFile(join(folder, 'store.json'), JSON.stringify(store))
  const path = join(folder, 'data')
  const refused = /encoding SQL_ASCII, and Kith needs UTF8.*create database kith owner kith encoding 'UTF8'/
  const made = await init(path, '--store', join(folder, 'store.json'))
  expect([made.code, made.err]).toEqual([expect.any(Number), expect.stringMatching(refused)])
  expect(made.code).not.toBe(0)
  // A folder whose settings were changed to such a database later.
  const good = join(folder, 'good')
  expect((await init(good)).code).toBe(0)
  const config = join(good, 'config.json')
  execFileSync(process.execPath, [
    '-e',
    `const fs = require('fs'); const c = JSON.parse(fs.readFileSync(process.argv[1])); c.store = JSON.parse(process.argv[2]); fs.writeFileSync(process.argv[1], JSON.stringify(c))`,
    config,
    JSON.stringify(store),
  ])
  const served = await runCommand(good, ['serve'])
  expect([served.code === 0, served.err]).toEqual([false, expect.stringMatching(refused)])
})
