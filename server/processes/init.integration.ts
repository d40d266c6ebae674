import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
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

test('an administrator is made with the folder: the password is asked for, the code is printed, and a refusal leaves nothing', async () => {
  const path = join(folder, 'data')
  const withAdmin = (input: string, ...more: string[]) =>
    runCommand(path, ['init', '--domain', 'a.example', '--admin', ...more, '--json'], input)
  for (const [input, words, why] of [
    ['short\n', ['alice'], /password needs at least/],
    ['long enough\n', ['Al!ce'], /login name/],
    ['long enough\n', ['alice', '--port', '0'], /port that stays/],
  ] as const) {
    const { code, out } = await withAdmin(input, ...words)
    expect([code === 0, out, await stat(path).catch(() => 'nothing')]).toEqual([
      false,
      expect.stringMatching(why),
      'nothing',
    ])
  }
  const made = await withAdmin('long enough\n', 'alice', '--name', 'Alice Chen')
  const told = JSON.parse(made.out)
  expect([made.code, told, parseEnrolment(told.code)]).toMatchObject([
    0,
    { ok: true, admin: 'alice' },
    { url: 'https://127.0.0.1:8443', secret: expect.any(String), tls: expect.any(String) },
  ])
  expect(JSON.parse((await runCommand(path, ['role', 'list', '--json'])).out)).toMatchObject({
    roles: [{ user: 'alice', role: 'administrator' }],
  })
  const users = JSON.parse((await runCommand(path, ['user', 'list', '--json'])).out)
  expect(users).toMatchObject({ users: [{ name: 'Alice Chen', address: 'alice@a.example' }] })
})

test('an address that only this machine reaches is told as that', async () => {
  expect((await init(join(folder, 'here'))).out).toMatch(/only this machine reaches the server: set "listen"/)
  expect((await init(join(folder, 'all'), '--listen', '0.0.0.0')).out).not.toMatch(/only this machine/)
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
