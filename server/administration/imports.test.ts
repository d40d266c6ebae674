import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeSchema } from '../../shared/administration/change.ts'
import { importSourceSchema } from '../import/source.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { addImport, listImports, planImport, removeImport, removeImported } from './imports.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
  const source = importSourceSchema.parse({ kind: 'csv', name: 'hr', file: 'hr.csv' })
  await addImport(folder.administration, { source, for: 'all' })
})
afterEach(() => folder.close())

function put(...rows: readonly string[]) {
  return writeFile(join(folder.path, 'hr.csv'), ['address,name', ...rows, ''].join('\n'))
}

async function rows(user: string) {
  const { lists } = folder.administration.store
  const list = await lists.ofUser(user)
  return list ? lists.entries(list.id) : []
}

/** As the command line and the policy process do it: what changes nothing is not carried out. */
async function runImport(options: { readonly dry?: boolean; readonly force?: boolean; readonly why?: string } = {}) {
  const { administration } = folder
  const [stored] = await listImports(administration.store)
  if (!stored) throw new Error('there is no import')
  const planned = await planImport(administration, stored, options)
  if (!planned.ok || planned.value.changes.length === 0) return planned
  return planned.value.carry({ dry: options.dry === true, why: options.why ?? '' })
}

test('a run brings every list in step, leaves what was added by hand, and says nothing where nothing changed', async () => {
  const { administration } = folder
  const { store } = administration
  await administration.run([{ op: 'contact.add', user: 'bob', contact: { address: 'a@x.example', name: 'By hand' } }])
  await put('a@x.example,A', 'b@x.example,B')
  expect(await runImport({ dry: true })).toMatchObject({ ok: true, lists: [{}, {}] })
  expect(await rows('alice')).toEqual([])
  expect(await runImport({ why: 'nightly' })).toMatchObject({ ok: true })
  expect(await store.administration.lastAudit()).toMatchObject({ via: 'import:hr', why: 'nightly' })
  expect(await rows('alice')).toMatchObject([{ source: 'hr', external: 'a@x.example' }, { source: 'hr' }])
  expect((await rows('bob')).map(({ source }) => source).sort()).toEqual(['', 'hr'])
  const last = await store.administration.lastAudit()
  expect(await runImport()).toMatchObject({ ok: true, value: { changes: [] } })
  expect(await store.administration.lastAudit()).toEqual(last)
  await put('b@x.example,B 2')
  await runImport({ force: true })
  expect(await rows('alice')).toHaveLength(1)
  expect(await faultOfList(administration, 'alice')).toBeUndefined()
})

test('a source that is broken or shrunken changes nothing and says whose list it was about', async () => {
  expect(await runImport()).toMatchObject({ ok: false, fault: [{ where: 'hr.csv' }] })
  await put('a@x.example,A', 'b@x.example,B', 'c@x.example,C')
  await runImport()
  await put('a@x.example,A')
  expect(await runImport()).toMatchObject({ ok: false, fault: [{ where: 'alice' }] })
  expect(await rows('alice')).toHaveLength(3)
})

test('a bad row keeps neither good rows nor removals; whoever of it is listed stays; strict refuses the whole', async () => {
  await put('a@x.example,A', 'b@x.example,B', 'c@x.example,C')
  await runImport()
  await put('a@x.example,A', 'b@x,example,B', 'd@x.example,D')
  const [stored] = await listImports(folder.administration.store)
  if (!stored) throw new Error('there is no import')
  const strict = { ...stored, source: { ...stored.source, strict: true } }
  expect(await planImport(folder.administration, strict)).toMatchObject({ ok: false, fault: [{ line: 3 }] })
  const planned = await planImport(folder.administration, stored)
  expect(planned).toMatchObject({ value: { left: [{ line: 3 }] } })
  await runImport()
  expect((await rows('alice')).map(({ external }) => external).sort()).toEqual([
    'a@x.example',
    'b@x.example',
    'd@x.example',
  ])
})

test('what a list itself refuses is left out, too, and told; the others are taken, and whoever left goes', async () => {
  const { administration } = folder
  const columns = 'address,name,proof'
  const write = (...lines: readonly string[]) => writeFile(join(folder.path, 'hr.csv'), [columns, ...lines].join('\n'))
  await write('a@x.example,A,', 'b@x.example,B,', 'c@x.example,C,')
  await runImport()
  // A signature proves nobody of the own domain (guard.md I2), and the policy lists no whole domains.
  await write('a@x.example,A,', 'c@x.example,C 2,', 'd@x.example,D,', 'zoe@example.org,Zoe,dmarc', '@y.example,Y,')
  const done = await runImport()
  expect(done).toMatchObject({ ok: true, refused: expect.any(Array) })
  const refused = 'refused' in done ? (done.refused ?? []) : []
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['ownProof', 'wholeDomain']))
  for (const user of ['alice', 'bob']) {
    const left = (await rows(user)).map(({ external }) => external).sort()
    expect(left).toEqual(['a@x.example', 'c@x.example', 'd@x.example'])
    expect(await faultOfList(administration, user)).toBeUndefined()
  }
})

test('sources are kept by name', async () => {
  const { administration } = folder
  const source = importSourceSchema.parse({ kind: 'vcard', name: 'hr', file: 'hr.vcf' })
  await addImport(administration, { source, for: 'user:bob' }, 'moved')
  expect(await listImports(administration.store)).toMatchObject([{ for: 'user:bob', source: { kind: 'vcard' } }])
  expect(await removeImport(administration, 'hr')).toMatchObject({ ok: true })
  expect(await removeImport(administration, 'hr')).toMatchObject({ ok: false })
  expect(await listImports(administration.store)).toEqual([])
})

test('with its contacts: they leave every list at once, those by hand stay, and it can be undone', async () => {
  const { administration } = folder
  const { store } = administration
  await administration.run([{ op: 'contact.add', user: 'bob', contact: { address: 'a@x.example', name: 'By hand' } }])
  await put('a@x.example,A', 'b@x.example,B')
  await runImport()
  expect(await removeImported(administration, 'hr', { dry: true })).toMatchObject({ ok: true, lists: [{}, {}] })
  expect(await listImports(store)).toHaveLength(1)
  const removed = await removeImported(administration, 'hr', { why: 'left' })
  expect(removed).toMatchObject({ ok: true, audit: [{}, {}, {}].map(() => expect.any(Number)) })
  expect(await rows('alice')).toEqual([])
  expect(await rows('bob')).toMatchObject([{ source: '' }])
  expect(await listImports(store)).toEqual([])
  expect(await removeImported(administration, 'hr')).toMatchObject({ ok: false })
  const lines = removed.ok && 'audit' in removed ? removed.audit : []
  const undo = await Promise.all(
    lines.map(async (n) => JSON.parse((await store.administration.audit(n))?.undo ?? '[]')),
  )
  expect(await administration.run(changeSchema.array().parse(undo.flat()))).toMatchObject({ ok: true })
  expect(await rows('alice')).toMatchObject([{ source: 'hr' }, { source: 'hr' }])
  for (const user of ['alice', 'bob']) expect(await faultOfList(administration, user)).toBeUndefined()
})
