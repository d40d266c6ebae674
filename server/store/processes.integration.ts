import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'

const program = fileURLToPath(new URL('../testing/change-many.ts', import.meta.url))
overEach((stores) => {
  let folder: TestFolder

  beforeEach(async () => {
    folder = await testFolder(['alice'], { store: await stores.settings() })
  })
  afterEach(() => folder.close())

  function changer(label: string, count: number): ChildProcess {
    return spawn(process.execPath, [program, folder.path, 'alice', label, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  async function versionsOf(child: ChildProcess): Promise<readonly number[]> {
    const versions: number[] = []
    if (!child.stdout) throw new Error('no output')
    for await (const line of createInterface({ input: child.stdout })) versions.push(Number(line))
    return versions
  }

  test('4 processes with 50 changes each lose none and skip no version', { timeout: 120_000 }, async () => {
    const children = ['a', 'b', 'c', 'd'].map((label) => changer(label, 50))
    const versions = (await Promise.all(children.map(versionsOf))).flat()
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i + 2))
    const { store } = folder.administration
    expect(await store.lists.ofUser('alice')).toMatchObject({ version: 201, count: 200 })
    expect((await store.lists.announcedAfter(0)).map((row) => row.version)).toEqual(
      Array.from({ length: 201 }, (_, i) => i + 1),
    )
    expect(await faultOfList(folder.administration, 'alice')).toBeUndefined()
  })

  test('kill -9 amid changes: each told version is there, and all rows agree', { timeout: 120_000 }, async () => {
    let told = 0
    for (let round = 0; round < 6; round++) {
      const child = changer(`r${round}`, 10_000)
      const lines = versionsOf(child)
      if (!child.stdout) throw new Error('no output')
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      told = (await lines).at(-1) ?? told
      const row = await folder.administration.store.lists.ofUser('alice')
      expect(row?.version).toBeGreaterThanOrEqual(told)
      expect(await faultOfList(folder.administration, 'alice')).toBeUndefined()
    }
    expect(told).toBeGreaterThan(6)
  })
})
