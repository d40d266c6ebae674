/** Keys across power cuts: a process ends at every step, and at random moments; the same command completes the work. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptNext } from '../../../shared/whitelist/manifest.ts'
import { primitives } from '../../ground/primitives.ts'
import { readKeys } from '../../keys/key-files.ts'
import { manifestOf, newestManifest } from '../../keys/manifests.ts'
import { createLog } from '../../monitoring/log.ts'
import { startServer } from '../../processes/serve.ts'
import { faultOfList } from '../../testing/consistency.ts'
import { runCommand, startCommand, type TestFolder, testFolder } from '../../testing/harness.ts'
import { testPassphrase } from '../../testing/key-step.ts'
import { keyInventory } from './inventory.ts'

let folder: TestFolder
beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

const child = fileURLToPath(new URL('../../testing/key-step.ts', import.meta.url))

/** Runs a command that is killed after `step`; without one it runs to its end. */
async function run(verb: string, what: string, step = ''): Promise<NodeJS.Signals | number | null> {
  const started = spawn(process.execPath, [child, folder.path, verb, what, step], { stdio: 'inherit' })
  const [code, signal]: (number | NodeJS.Signals | null)[] = await once(started, 'exit')
  return signal ?? code ?? null
}

/** Whether all is as after one undisturbed run: chain of manifests, keys in use here, none left over, lists whole. */
async function faults(): Promise<readonly string[]> {
  const { store } = folder.administration
  const found: string[] = []
  const manifests = (await store.journal.manifestsAfter(0)).map(manifestOf)
  for (const [index, next] of manifests.entries()) {
    const mine = manifests[index - 1]
    if (mine && !acceptNext(primitives, mine, next, Date.now()).ok) found.push(`manifest ${next.m.ver} does not follow`)
  }
  const { keys } = await keyInventory(folder.administration)
  for (const { name, state, here } of keys) {
    if (state === 'next') found.push(`${name}: a key that no manifest lists`)
    if (state === 'in use' && !here && name !== 'root') found.push(`${name}: the key in use is not here`)
    if (state === 'retired' && here) found.push(`${name}: a retired secret is still here`)
  }
  for (const user of ['alice', 'bob']) {
    const fault = await faultOfList(folder.administration, user)
    if (fault !== undefined) found.push(`${user}: ${fault}`)
  }
  return found
}

describe.each([
  ['rotate', 'fresh'],
  ['rotate', 'server'],
  ['rotate', 'gateway'],
  ['rotate', 'policy'],
  ['stolen', 'policy'],
  ['stolen', 'fresh'],
])('%s %s', (verb, name) => {
  test.each(['made', 'stored', 'settled'])(
    'killed after "%s", run again: one rotation, nothing left over',
    async (step) => {
      expect(await run(verb, name, step)).toBe('SIGKILL')
      // After the last step the work is done, and the same command would begin another rotation.
      expect(step === 'settled' ? 0 : await run(verb, name)).toBe(0)
      expect(await faults()).toEqual([])
      const { m } = await newestManifest(folder.administration.store)
      expect([m.ver, m.ep]).toEqual([2, verb === 'stolen' && name === 'policy' ? 2 : 1])
    },
  )
})

test.each(['stored', 'settled'])('retire killed after "%s", run again', async (step) => {
  await run('rotate', 'fresh')
  expect(await run('retire', 'fresh', step)).toBe('SIGKILL')
  expect(await run('retire', 'fresh')).toBe(0)
  expect(await faults()).toEqual([])
  expect((await newestManifest(folder.administration.store)).m).toMatchObject({ ver: 3, fk: [expect.any(String)] })
})

describe('root keys', () => {
  test.each(['written', 'settled'])('export killed after "%s", run again', async (step) => {
    const file = join(folder.path, 'usb', 'root.json')
    await mkdir(dirname(file))
    expect(await run('export', file, step)).toBe('SIGKILL')
    expect(await run('export', file)).toBe(0)
    expect(await readKeys(folder.administration.folder, 'root')).toEqual([])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const rotated = await runCommand(folder.path, ['key', 'rotate', 'fresh', '--root-key', file], `${testPassphrase}\n`)
    expect([rotated.code, rotated.err]).toEqual([0, ''])
    expect(await faults()).toEqual([])
  })

  test.each(['written', 'stored', 'settled'])('root rotate killed after "%s", run again', async (step) => {
    const file = join(folder.path, 'new-root.json')
    expect(await run('root', file, step)).toBe('SIGKILL')
    expect(await run('root', file)).toBe(0)
    expect(await faults()).toEqual([])
    expect((await newestManifest(folder.administration.store)).m.ver).toBe(2)
    expect(await readKeys(folder.administration.folder, 'root')).toEqual([])
    await rm(file)
  })
})

test('serve warns when the manifest ends within 90 days, and says nothing before', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const day = 24 * 3_600_000
  for (const [days, said] of [
    [100, 0],
    [10, 1],
  ] as const) {
    const clock = { now: () => Date.now() + 5 * 365 * day - days * day }
    const running = await startServer({ ...folder.administration, clock }, createLog(sink))
    expect(running).toMatchObject({ ok: true })
    if (running.ok) await running.value.close()
    expect(lines.filter((line) => line.includes('manifest expires soon'))).toHaveLength(said)
  }
})

/** A generator with a seed: the same moments in each run. */
function moments(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('killed at random moments, again and again: the last run completes, whatever came before', async () => {
  const next = moments(20_260_101)
  for (const name of ['fresh', 'policy', 'gateway'] as const) {
    const words = ['key', 'rotate', name, ...(name === 'policy' ? ['--stolen'] : [])]
    for (let n = 0; n < 5; n += 1) {
      const { child: started, finished } = startCommand(folder.path, words)
      const timer = setTimeout(() => started.kill('SIGKILL'), next() * 900)
      await finished
      clearTimeout(timer)
    }
    expect((await runCommand(folder.path, words)).code).toBe(0)
    expect(await faults()).toEqual([])
  }
})
