import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
import { signedIn, signIn } from '../testing/client.ts'
import {
  type Finished,
  runCommand,
  startCommand,
  type TestFolder,
  testFolder,
  testPassword,
} from '../testing/harness.ts'

let folder: TestFolder

beforeAll(async () => {
  folder = await testFolder(['alice'], { approve: 'enrolled' })
})
afterAll(() => folder.close())

const run = (words: readonly string[], input = ''): Promise<Finished> => runCommand(folder.path, words, input)

async function json(
  words: readonly string[],
  input = '',
): Promise<Record<string, unknown> & { readonly exit: number | null }> {
  const { code, out } = await run([...words, '--json'], input)
  return { ...JSON.parse(out), exit: code }
}

test('init twice, a folder that is none, a wrong option: each its own exit code and plain words', async () => {
  expect(await json(['init', '--domain', 'example.org'])).toMatchObject({ ok: false, code: 'unavailable', exit: 4 })
  const nowhere = await runCommand(join(folder.path, 'nothing'), ['user', 'list'])
  expect([nowhere.code, nowhere.err]).toEqual([4, expect.stringContaining('kith-server init')])
  expect((await run(['user', 'list', '--bogus'])).code).toBe(2)
  expect((await run(['--help'])).code).toBe(0)
})

test('secret files are the owner’s alone', async () => {
  for (const name of [
    'keys/root.key',
    'keys/policy.key',
    'keys/fresh.key',
    'tls/key.pem',
    'config.json',
    'kith.sqlite',
  ]) {
    expect((await stat(join(folder.path, name))).mode & 0o077).toBe(0)
  }
  expect((await stat(folder.path)).mode & 0o077).toBe(0)
})

test('user: add with the password on standard input, list, disable, enable, password', async () => {
  const added = await json(['user', 'add', 'bob', '--name', 'Bob Lin 林柏'], 'a good password\n')
  expect(added).toMatchObject({ ok: true, user: 'bob', address: 'bob@example.org', scope: 'internal', exit: 0 })
  expect(await json(['user', 'add', 'bob', '--name', 'Bob'], 'a good password\n')).toMatchObject({
    ok: false,
    code: 'refused',
    exit: 3,
  })
  expect(await json(['user', 'add', 'Eve!', '--name', 'Eve'], 'a good password\n')).toMatchObject({
    ok: false,
    exit: 3,
  })
  expect(await json(['user', 'add', 'eve', '--name', 'Eve'], 'short\n')).toMatchObject({ ok: false, exit: 3 })
  expect((await json(['user', 'disable', 'bob'])).ok).toBe(true)
  expect(await json(['user', 'list'])).toMatchObject({
    users: [{ user: 'alice' }, { user: 'bob', state: 'disabled' }],
  })
  expect((await json(['user', 'enable', 'bob'])).ok).toBe(true)
  expect((await json(['user', 'password', 'bob'], 'another password\n')).ok).toBe(true)
  expect(await json(['user', 'disable', 'nobody'])).toMatchObject({ ok: false, exit: 3 })
})

test('contact: add, set, list, remove, each a version; duplicates and bad addresses change nothing', async () => {
  const user = ['--user', 'bob']
  const added = [
    'contact',
    'add',
    'Mei@Partner.example',
    '--name',
    'Mei',
    '--group',
    'Partners',
    '--group',
    'Asia',
    '--expires',
    '2031-01-31',
    ...user,
  ]
  expect(await json(added)).toMatchObject({ ok: true, version: 2, added: 1 })
  expect(await json(['contact', 'add', 'mei@partner.EXAMPLE', '--name', 'Again', ...user])).toMatchObject({
    ok: false,
    exit: 3,
  })
  expect(await json(['contact', 'add', '"q"@partner.example', '--name', 'Q', ...user])).toMatchObject({
    ok: false,
    exit: 3,
  })
  expect(
    await json(['contact', 'set', 'mei@partner.example', '--remark', 'agency', '--expires', 'never', ...user]),
  ).toMatchObject({ version: 3, changed: 1 })
  const listed = await json(['contact', 'list', ...user])
  expect(listed).toMatchObject({
    version: 3,
    contacts: [
      { id: 'c1', address: 'Mei@Partner.example', groups: ['Partners', 'Asia'], remark: 'agency', scope: 'external' },
    ],
  })
  expect(JSON.stringify(listed)).not.toContain('expires')
  expect(await json(['contact', 'add', 'alice@example.org', '--name', 'Alice', ...user])).toMatchObject({
    version: 4,
  })
  expect(await json(['contact', 'remove', 'mei@partner.example', 'alice@example.org', ...user])).toMatchObject({
    version: 5,
    removed: 2,
  })
  expect(await json(['contact', 'remove', 'mei@partner.example', ...user])).toMatchObject({ ok: false, exit: 3 })
})

test('contact add --from FILE: one version for all, or none and the number of the bad line', async () => {
  const file = join(folder.path, 'contacts.jsonl')
  const lines = Array.from({ length: 300 }, (_, i) =>
    JSON.stringify({ address: `n${i}@partner.example`, name: `N ${i}` }),
  )
  const bad = ['contact', 'add', '--from', file, '--user', 'alice']
  await writeFile(file, lines.with(7, JSON.stringify({ address: 'n 7@partner.example', name: 'x' })).join('\n'))
  expect(await json(bad)).toMatchObject({ ok: false, exit: 3, faults: [{ line: 8 }] })
  await writeFile(file, lines.with(9, '{').join('\n'))
  expect(await json(bad)).toMatchObject({ ok: false, exit: 3, faults: [{ line: 10 }] })
  await writeFile(file, lines.with(20, lines[3] ?? '').join('\r\n'))
  expect(await json(bad)).toMatchObject({ ok: false, exit: 3, faults: [{ line: 21 }] })
  expect(await json(['contact', 'list', '--user', 'alice'])).toMatchObject({ version: 1, contacts: [] })
  await writeFile(file, `${lines.join('\n')}\n`)
  expect(await json(bad)).toMatchObject({ ok: true, version: 2, added: 300 })
})

test('no secret on the way through is printed or kept in clear', async () => {
  const added = await run(['user', 'add', 'carol', '--name', 'Carol'], 'marker-password-7\n')
  expect(added.out + added.err).not.toContain('marker-password-7')
  expect((await readFile(folder.administration.folder.store)).includes('marker-password-7')).toBe(false)
})

type ReadyLine = { readonly url: string; readonly smtp: number; readonly imap: number; readonly metrics: number }

async function served(words: readonly string[]) {
  const { child, finished } = startCommand(folder.path, words)
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(String(chunk)))
    child.once('exit', () => reject(new Error('the server ended')))
  })
  const ready: ReadyLine = JSON.parse(line)
  const end = async () => {
    child.kill('SIGTERM')
    return finished
  }
  return { ready, end }
}

describe('kith-server serve', () => {
  test('says when it is ready, lets enrolled devices in, others wait for approval, and ends in order', async () => {
    const { ready, end } = await served(['serve'])
    expect(ready).toMatchObject({
      ready: true,
      smtp: expect.any(Number),
      imap: expect.any(Number),
      metrics: expect.any(Number),
    })
    const cert = await readFile(join(folder.path, 'tls/cert.pem'), 'utf8')
    const target = { url: ready.url, cert }
    const credentials = { user: 'alice', password: testPassword }
    const stranger = await signIn(target, credentials)
    expect(stranger).toMatchObject({ ok: false, fault: { code: 'DevicePending' } })
    const { devices } = await json(['device', 'list', '--user', 'alice'])
    expect(devices).toMatchObject([{ state: 'pending', words: expect.stringMatching(/^(\d{5} ){5}\d{5}$/) }])
    const told = await json(['enrol', '--user', 'alice', '--url', ready.url])
    const code = parseEnrolment(String(told.code))
    expect(code).toMatchObject({ url: ready.url, org: folder.administration.config.org })
    const client = await signedIn(target, {
      ...credentials,
      ...(code?.secret === undefined ? {} : { code: code.secret }),
    })
    expect(await client.sync()).toMatchObject({ ok: true, kind: 'full' })
    expect(client.state.entries.size).toBe(300)
    const reused = await signIn(target, {
      ...credentials,
      ...(code?.secret === undefined ? {} : { code: code.secret }),
    })
    expect(reused).toMatchObject({ ok: false, fault: { code: 'AuthFailed' } })
    const { code: exit, err } = await end()
    expect(exit).toBe(0)
    for (const line of err.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
    for (const secret of [testPassword, client.session.sid, code?.secret ?? '']) expect(err).not.toContain(secret)
  })

  test('plain HTTP only by the explicit flag, and only on loopback', async () => {
    const { ready, end } = await served(['serve', '--insecure-loopback'])
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:/)
    await end()
    const config = JSON.parse(await readFile(folder.administration.folder.config, 'utf8'))
    await writeFile(folder.administration.folder.config, JSON.stringify({ ...config, listen: '0.0.0.0' }))
    const refused = await run(['serve', '--insecure-loopback'])
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('loopback only')])
    await writeFile(folder.administration.folder.config, JSON.stringify({ ...config, listen: 3 }))
    const broken = await run(['user', 'list'])
    expect([broken.code, broken.err]).toEqual([4, expect.stringContaining('config.json: listen')])
  })
})
