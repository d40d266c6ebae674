import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { readKey, readKeys } from '../keys/key-files.ts'
import { newestManifest } from '../keys/manifests.ts'
import { type Finished, runCommand, type TestFolder, testFolder } from '../testing/harness.ts'

let folder: TestFolder
beforeEach(async () => {
  folder = await testFolder(['alice'])
})
afterEach(() => folder.close())

const passphrases = ['the first long passphrase', 'the second long passphrase', 'the third long passphrase']
const file = (name: string) => join(folder.path, name)
const run = (words: readonly string[], input: readonly string[] = []): Promise<Finished> =>
  runCommand(folder.path, words, input.map((line) => `${line}\n`).join(''))

async function json(words: readonly string[], input: readonly string[] = []): Promise<Record<string, unknown>> {
  const { code, out } = await run([...words, '--json'], input)
  const told: Record<string, unknown> = JSON.parse(out)
  return { ...told, exit: code }
}

test('the root key leaves the machine, and every command that needs it says so and takes its file', async () => {
  const { folder: places } = folder.administration
  const secret = toBase64((await readKey(places, 'root')).secret)
  expect(await json(['key', 'root', 'export', '--to', file('r1')], ['too short'])).toMatchObject({ ok: false, exit: 3 })
  expect(await json(['key', 'root', 'export', '--to', '/nowhere/r1'], [passphrases[0] ?? ''])).toMatchObject({
    exit: 3,
    error: 'cannot write /nowhere/r1 (ENOENT)',
  })
  await writeFile(file('other'), 'something else')
  expect(await json(['key', 'root', 'export', '--to', file('other')], [passphrases[0] ?? ''])).toMatchObject({
    exit: 3,
  })
  expect(await readKeys(places, 'root')).toHaveLength(1)
  const exported = await run(['key', 'root', 'export', '--to', file('r1')], [passphrases[0] ?? ''])
  expect([exported.code, exported.err]).toEqual([0, ''])
  expect(await readKeys(places, 'root')).toEqual([])
  expect((await stat(file('r1'))).mode & 0o777).toBe(0o600)
  expect(await readFile(file('r1'), 'utf8')).not.toContain(secret)
  for (const words of [
    ['key', 'rotate', 'fresh'],
    ['key', 'retire', 'fresh'],
    ['manifest', 'renew'],
  ]) {
    expect((await json(words)).error).toBe('the root key is not in the data folder: name its file with --root-key FILE')
  }
  const renew = ['manifest', 'renew', '--root-key', file('r1')]
  expect(await json(renew, ['a wrong passphrase'])).toMatchObject({
    exit: 3,
    error: `${file('r1')} does not open with this passphrase`,
  })
  expect(await json(renew)).toMatchObject({ exit: 3, error: expect.stringContaining('no line for') })
  expect(await json(['manifest', 'renew', '--root-key', file('other')], ['x'])).toMatchObject({
    exit: 3,
    error: expect.stringContaining('not a root key file'),
  })
  expect(await json(renew, [passphrases[0] ?? ''])).toMatchObject({ exit: 0, manifest: 2, epoch: 1 })
  const shown = await run(['key', 'list'])
  expect(shown.out).toMatch(/root +(\d{5} ){6} *in use +1-2\n/)
  expect(exported.out + shown.out).not.toContain(secret)
})

test.each([['{}'], ['{"kind":"kith root key","format":1}'], ['[1,2'], ['x'.repeat(20_000)], ['']])(
  'a root key file that is none (%#) is named',
  async (text) => {
    await rm(join(folder.administration.folder.keys, 'root.key'))
    await writeFile(file('bad'), text)
    const told = await json(['manifest', 'renew', '--root-key', file('bad')], ['any'])
    expect(told).toMatchObject({ ok: false, exit: 3, error: expect.stringContaining(file('bad')) })
  },
)

test('a root file that asks for all the memory of the machine is refused', async () => {
  await run(['key', 'root', 'export', '--to', file('r1')], [passphrases[0] ?? ''])
  const text = (await readFile(file('r1'), 'utf8')).replace('"memory": 65536', '"memory": 99999999')
  await writeFile(file('r1'), text)
  const told = await json(['manifest', 'renew', '--root-key', file('r1')], [passphrases[0] ?? ''])
  expect(told).toMatchObject({ exit: 3, error: expect.stringContaining('damaged') })
})

test('protocol 3.1: two of three root keys sign, one does not, an old one no longer', async () => {
  const { folder: places, store } = folder.administration
  const names = ['a', 'b', 'c'].map(file)
  await rename(join(places.keys, 'root.key'), file('plain'))
  const to = names.flatMap((name) => ['--to', name])
  const rotate = ['key', 'root', 'rotate', ...to, '--root-key', file('plain')]
  expect(await json([...rotate, '--threshold', '4'], passphrases)).toMatchObject({ exit: 3 })
  expect(await json([...rotate, '--threshold', '2'], passphrases)).toMatchObject({ exit: 0, manifest: 2 })
  expect((await newestManifest(store)).m).toMatchObject({
    k: 2,
    rk: [expect.any(String), expect.any(String), expect.any(String)],
  })
  const [a = '', b = '', c = ''] = names
  const [pa = '', pb = '', pc = ''] = passphrases
  expect(await json(['manifest', 'renew', '--root-key', a], [pa])).toMatchObject({
    exit: 3,
    error: "2 root keys must sign and 1 is missing: name each one's file with --root-key FILE",
  })
  expect(await json(['manifest', 'renew', '--root-key', a, '--root-key', a], [pa, pa])).toMatchObject({ exit: 3 })
  expect(await json(['manifest', 'renew', '--root-key', file('plain')])).toMatchObject({
    exit: 3,
    error: expect.stringContaining('not a root key of the manifest in force'),
  })
  expect(await json(['key', 'rotate', 'server', '--root-key', c, '--root-key', b], [pc, pb])).toMatchObject({
    exit: 0,
    manifest: 3,
  })
  const single = ['key', 'root', 'rotate', '--to', file('d'), '--root-key', a, '--root-key', b]
  expect(await json(single, [pa, pb, 'one to replace them all'])).toMatchObject({ exit: 0, manifest: 4 })
  expect((await newestManifest(store)).m).toMatchObject({ k: 1, rk: [expect.any(String)] })
})

test('key rotate, retire and list as commands; wrong names are wrong usage', async () => {
  expect(await json(['key', 'rotate', 'policy', '--stolen'])).toMatchObject({ exit: 0, manifest: 2, epoch: 2 })
  expect(await json(['key', 'rotate', 'gateway'])).toMatchObject({ exit: 0, manifest: 3 })
  expect(await json(['key', 'retire', 'gateway'])).toMatchObject({ exit: 0, manifest: 4 })
  expect(await json(['key', 'list'])).toMatchObject({ manifest: { version: 4, epoch: 2, threshold: 1 } })
  expect((await run(['key', 'rotate', 'root'])).code).toBe(2)
  expect((await run(['key', 'root', 'rotate'])).code).toBe(2)
})

test('without the policy key a contact waits for its signature, and the administrator is told so', async () => {
  await rename(join(folder.administration.folder.keys, 'policy.key'), file('elsewhere'))
  expect(await json(['contact', 'add', 'x@x.example', '--name', 'X', '--user', 'alice'])).toMatchObject({
    exit: 0,
    needs: 'signature',
    pending: expect.any(String),
  })
  expect(await json(['contact', 'list', '--user', 'alice'])).toMatchObject({ exit: 0, contacts: [] })
  // From afar it is refused; whoever sits at the server may have a new one there.
  expect(await json(['key', 'rotate', 'policy', '--stolen'])).toMatchObject({ exit: 0, manifest: 2, epoch: 2 })
})
