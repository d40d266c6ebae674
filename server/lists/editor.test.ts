import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readKey } from '../keys/key-files.ts'
import { folderAt } from '../settings/folder.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { overEach } from '../testing/stores.ts'
import type { ListWish } from './changes.ts'
import { createMaterial } from './material.ts'
import { notKept } from './ops.ts'
import { reissueDue } from './reissue.ts'
import { createWhitelists } from './whitelists.ts'

let folder: TestFolder
const day = 24 * 3_600_000
const add = (address: string): ListWish => ({ op: 'add', contact: { address, name: 'Name' } })

overEach((stores) => {
  beforeEach(async () => {
    folder = await testFolder(['alice'], { store: await stores.settings() })
  })
  afterEach(() => folder.close())

  test('each change is one version with entries, signed head, chain and announcement together', async () => {
    const { editor, store } = folder.administration
    expect(await editor.change('alice', [add('a@x.example'), add('b@x.example')], 't')).toMatchObject({
      value: { version: 2, added: 2 },
    })
    expect(await editor.change('alice', [{ op: 'remove', address: 'a@x.example' }], 't')).toMatchObject({
      value: { version: 3, removed: 1 },
    })
    expect(await editor.change('alice', [], 't')).toMatchObject({ value: { version: 3 } })
    expect(await editor.change('alice', [add('c@x.example'), add('b@x.example')], 't')).toMatchObject({
      ok: false,
      fault: [{ index: 1 }],
    })
    expect(await editor.change('nobody', [add('a@x.example')], 't')).toEqual({ ok: false, fault: 'noList' })
    expect((await store.lists.announcedAfter(0)).map(({ version }) => version)).toEqual([1, 2, 3])
    expect(await faultOfList(folder.administration, 'alice')).toBeUndefined()
  })

  test('a head is issued again at half of its life, once, and the list stays the same', async () => {
    const { administration } = folder
    await administration.editor.change('alice', [add('a@x.example')], 't')
    folder.pass(3.4 * day)
    expect(await reissueDue(administration)).toBe(0)
    folder.pass(0.2 * day)
    expect(await reissueDue(administration)).toBe(1)
    expect(await reissueDue(administration)).toBe(0)
    expect(await administration.store.lists.ofUser('alice')).toMatchObject({ version: 3, count: 1 })
    expect(await faultOfList(administration, 'alice')).toBeUndefined()
  })

  test('the mail side’s view follows each version at once and knows when the lease is over (O7)', async () => {
    const { editor, store, clock } = folder.administration
    const whitelists = createWhitelists({ store, clock })
    expect(await whitelists.viewOf('nobody')).toBeUndefined()
    expect(await whitelists.viewOf('alice')).toMatchObject({
      version: 1,
      lease: 'valid',
      onExpiry: 'block',
      unicode: false,
    })
    await editor.change('alice', [add('A@x.example')], 't')
    const view = await whitelists.viewOf('alice')
    expect([view?.version, view?.list.find('a@x.example')?.address]).toEqual([2, 'A@x.example'])
    expect((await whitelists.viewOf('alice'))?.list).toBe(view?.list)
    await editor.change('alice', [add('b@x.example'), { op: 'remove', address: 'a@x.example' }], 't')
    const next = await whitelists.viewOf('alice')
    expect([next?.version, next?.list.size, next?.list.find('a@x.example')]).toEqual([3, 1, undefined])
    expect(next?.list.find('b@x.example')?.id).toBe('c2')
    folder.pass(13.9 * day)
    expect(await whitelists.viewOf('alice')).toMatchObject({ lease: 'valid' })
    folder.pass(0.2 * day)
    expect(await whitelists.viewOf('alice')).toMatchObject({ lease: 'over' })
  })

  test('sync material is made once a version, deltas are collapsed, and old entries are not mixed with new', async () => {
    const { editor, store } = folder.administration
    const material = createMaterial(store)
    await editor.change('alice', [add('a@x.example'), add('b@x.example')], 't')
    const first = await material.newest('alice')
    if (!first) throw new Error('no list')
    const entries = await material.entries(first.row)
    expect(await material.entries(first.row)).toBe(entries)
    expect(entries?.joined(0, 2)).toBe(entries?.joined(0, 2))
    expect(first.row.bytes).toBe((entries?.joined(0, 1)[0]?.length ?? 0) + (entries?.joined(1, 1)[0]?.length ?? 0))
    await editor.change('alice', [add('c@x.example')], 't')
    expect(await createMaterial(store).entries(first.row)).toBeUndefined()
    const gone: ListWish[] = ['c@x.example', 'a@x.example'].map((address) => ({ op: 'remove', address }))
    await editor.change('alice', gone, 't')
    const last = await material.newest('alice')
    if (!last) throw new Error('no list')
    expect((await material.operations(last.row, 2)).ops).toEqual([{ op: 'del', id: 'c1' }])
    const left = (await material.entries(last.row))?.joined(0, 9)[0] ?? ''
    expect([last.row.count, last.row.bytes]).toEqual([1, left.length])
  })

  test('operations longer than the list are not kept: views are read anew, and no delta leads past them', async () => {
    const { editor, store, clock } = folder.administration
    const whitelists = createWhitelists({ store, clock })
    await editor.change('alice', [add('first@x.example')], 't')
    expect((await whitelists.viewOf('alice'))?.list.size).toBe(1)
    const many = Array.from({ length: 1_000 }, (_, n) => add(`contact-${n}@x.example`))
    await editor.change('alice', many, 't')
    await editor.change('alice', [add('last@x.example')], 't')
    const row = await store.lists.ofUser('alice')
    expect(await store.lists.version(row?.id ?? '', 3)).toMatchObject({ ops_json: '', ops_size: notKept })
    expect((await whitelists.viewOf('alice'))?.list.size).toBe(1_002)
    const links = await store.lists.chainAfter(row?.id ?? '', 2)
    expect(links.reduce((sum, link) => sum + link.ops_size, 0)).toBeGreaterThan(4 * (row?.bytes ?? 0) + 1_000_000)
  })
})

test('a folder without its policy key cannot be changed, and says which file is missing', async () => {
  const path = await mkdtemp(join(tmpdir(), 'kith-none-'))
  await expect(readKey(folderAt(path), 'policy')).rejects.toThrow(/policy\.key is missing or damaged/)
  await rm(path, { recursive: true })
})
