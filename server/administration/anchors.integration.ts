import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hashOf } from '../ground/hash.ts'
import { backendOf } from '../settings/open-configured.ts'
import type { Tables } from '../store/tables.ts'
import { runCommand, type TestFolder, testFolder } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'
import { anchorFile, storedAnchor } from './anchors.ts'
import { brokenAudit } from './audit.ts'

overEach((stores) => {
  let folder: TestFolder
  beforeEach(async () => {
    folder = await testFolder(['alice'], { store: await stores.settings() })
    await add('a')
    await add('b')
    await add('c')
  })
  afterEach(() => folder.close())

  const add = (name: string) =>
    folder.administration.run([
      { op: 'contact.add', user: 'alice', contact: { address: `${name}@x.example`, name: name.toUpperCase() } },
    ])
  const lines = async () => folder.administration.store.administration.auditsAfter(0, 1_000)
  const verify = async () => {
    const { code, out, err } = await runCommand(folder.path, ['audit', 'verify'])
    return { code, said: `${out}${err}` }
  }
  /** As somebody with the database alone: the rows of the log are these from now on, with chain and hashes made anew. */
  async function rewrite(change: (rows: Awaited<ReturnType<typeof lines>>) => Awaited<ReturnType<typeof lines>>) {
    let prev = '0'.repeat(64)
    const rows = change(await lines()).map((row, index) => {
      const { at, who, via, op, target, why, before, after, undo } = row
      const n = index + 1
      const hash = hashOf(JSON.stringify([n, at, who, via, op, target, why, before, after, undo, prev]))
      const next = { ...row, n, prev, hash }
      prev = hash
      return next
    })
    const { config, folder: place } = folder.administration
    const db = new Kysely<Tables>({ dialect: (await backendOf(config.store, place)).dialect })
    await db.deleteFrom('audit').execute()
    await db.insertInto('audit').values(rows).execute()
    await db.destroy()
  }

  test('A8: a log that holds says up to where the policy key has signed it', async () => {
    expect(await verify()).toMatchObject({
      code: 0,
      said: expect.stringMatching(/signed by the policy key up to line 4.*since line 1/),
    })
  })

  test('A8: a log whose end was cut off is told, also after more changes and with the anchor in the store gone', async () => {
    await rewrite((rows) => rows.slice(0, 2))
    expect(await brokenAudit(folder.administration.store)).toBeUndefined()
    expect(await verify()).toMatchObject({ code: 3, said: expect.stringMatching(/ends before line 3.*back-up/) })
    await add('d')
    expect(await verify()).toMatchObject({ code: 3, said: expect.stringContaining('ends before line 4') })
    await add('e')
    await add('f')
    expect(await verify()).toMatchObject({
      code: 3,
      said: expect.stringContaining('line 4 or one before it is not the one'),
    })
    await folder.administration.store.journal.setSetting('auditAnchor', '')
    expect(await verify()).toMatchObject({ code: 3, said: expect.stringContaining('audit-anchors.jsonl: ') })
  })

  test('A8: a log that was rewritten from the beginning is told', async () => {
    await rewrite((rows) => rows.map((row) => ({ ...row, who: 'somebody else' })))
    expect(await brokenAudit(folder.administration.store)).toBeUndefined()
    expect(await verify()).toMatchObject({ code: 3, said: expect.stringContaining('line 4 or one before it') })
  })

  test('A8: an anchor that the policy key has not signed is none', async () => {
    const { store } = folder.administration
    const anchor = await storedAnchor(store)
    await store.journal.setSetting('auditAnchor', JSON.stringify({ ...anchor, n: 2 }))
    expect(await verify()).toMatchObject({ code: 3, said: expect.stringContaining('signed by no policy key') })
  })

  test('A8: a store from before anchors holds, and is anchored from the next change on', async () => {
    const { store } = folder.administration
    await store.journal.setSetting('auditAnchor', '')
    await rm(anchorFile(folder.administration))
    expect(await verify()).toMatchObject({ code: 0, said: expect.stringContaining('no anchor yet') })
    await add('d')
    expect(await verify()).toMatchObject({ code: 0, said: expect.stringContaining('up to line 5') })
    expect(await storedAnchor(store)).toMatchObject({ n: 5, from: 5 })
  })

  test('A8: anchors go to the place that the operator chose, one line each, after half a line that a power cut left', async () => {
    const config = join(folder.path, 'config.json')
    const file = join(folder.path, 'elsewhere.jsonl')
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), anchors: file }))
    await runCommand(folder.path, ['contact', 'add', 'd@x.example', '--user', 'alice', '--name', 'D'])
    await appendFile(file, '{"n":6,"ha')
    await runCommand(folder.path, ['contact', 'add', 'e@x.example', '--user', 'alice', '--name', 'E'])
    expect(await verify()).toMatchObject({ code: 0 })
    expect((await readFile(file, 'utf8')).match(/^\{"n":[56],"hash":"[0-9a-f]{64}","from":1,.*\}$/gm)).toHaveLength(2)
  })
})
