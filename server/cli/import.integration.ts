/** `kith-server import` with files that are not as they should be: what is taken, what is left out, and how it is told. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCommand, type TestFolder, type Told, testFolder } from '../testing/harness.ts'

let folder: TestFolder
beforeEach(async () => {
  folder = await testFolder(['alice'])
})
afterEach(() => folder.close())

const path = (name: string) => join(folder.path, name)
const run = (...words: readonly string[]) => runCommand(folder.path, words)
async function json(...words: readonly string[]): Promise<Told> {
  const { code, out, err } = await run(...words, '--json')
  if (out === '') throw new Error(err)
  return { ...JSON.parse(out), exit: code }
}
const put = (name: string, content: string | Uint8Array) => writeFile(path(name), content)

async function listed(): Promise<readonly string[]> {
  const { lists } = folder.administration.store
  const list = await lists.ofUser('alice')
  return list ? (await lists.entries(list.id)).map(({ key }) => key).sort() : []
}

test('a bad row is told with its line, by words and JSON; good rows are taken, whoever left goes, and strict takes nothing', async () => {
  const file = path('people.csv')
  const now = ['import', file, '--for', 'user:alice']
  await put('people.csv', 'address,name\na@x.example,A\nb@x.example,B\nc@x.example,C\n')
  expect(await json(...now)).toMatchObject({ ok: true, left: [] })
  await put('people.csv', 'address,name\na@x.example,A\nb@x,example,B\nd@x.example,D "D"\ne@x.example,E\n')
  const strict = await json(...now, '--strict')
  expect(strict).toMatchObject({ exit: 3, faults: [{ line: 3 }, { line: 4 }] })
  expect(await listed()).toEqual(['a@x.example', 'b@x.example', 'c@x.example'])
  const told = await run(...now)
  expect(told.out).toContain('left out: 2 rows; whoever of them is listed stays as before\n  line 3: 3 fields')
  expect(told.out).toContain('  line 4: a quotation mark')
  expect(told.out).toContain('b@x.example stays as it is')
  expect(await listed()).toEqual(['a@x.example', 'b@x.example', 'e@x.example'])
  expect(await json(...now)).toMatchObject({ ok: true, exit: 0, left: [{ line: 3 }, { line: 4 }] })
})

test('a kept source tells in the list what its last reading left out', async () => {
  await put('hr.csv', 'address,name\na@x.example,A\nb x@y.example,B\n')
  await put('hr.json', JSON.stringify({ kind: 'csv', name: 'hr', file: 'hr.csv' }))
  await json('import', 'add', path('hr.json'), '--for', 'all')
  expect((await run('import', 'list')).out).toMatch(/hr +csv +all +never/)
  await json('import', 'run', 'hr')
  expect((await run('import', 'list')).out).toMatch(/hr +csv +all +\d{4}-\S+ +taken +1/)
  expect(await json('import', 'list')).toMatchObject({
    imports: [{ state: { left: 1, rows: [{ line: 3, code: 'address', what: 'b x@y.example' }] } }],
  })
  await put('hr.csv', 'nothing')
  expect(await json('import', 'run', 'hr')).toMatchObject({ exit: 3 })
  expect(await json('import', 'list')).toMatchObject({
    imports: [{ state: { state: 'refused', rows: [{ line: 1 }] } }],
  })
})

test('encodings and columns that cannot be known are said', async () => {
  const gbk = Buffer.concat([
    Buffer.from('Wer;Wohin;Tel\n'),
    Buffer.from('c0eeb2a8', 'hex'),
    Buffer.from(';bo@x.example;1'),
  ])
  await put('bo.csv', gbk)
  const now = ['import', path('bo.csv'), '--for', 'user:alice']
  expect((await json(...now)).faults).toMatchObject([{ why: expect.stringContaining('--encoding') }])
  const encoded = [...now, '--encoding', 'gbk']
  expect((await json(...encoded)).faults).toMatchObject([{ line: 1, why: expect.stringContaining('--columns') }])
  for (const bad of ['name', 'name=', '=Wer', 'phone=Tel', 'name=Wer,address'])
    expect(await json(...encoded, '--columns', bad)).toMatchObject({ code: 'usage', exit: 2 })
  const done = await json(...encoded, '--columns', 'name="Wer", address=wohin')
  expect(done).toMatchObject({ plans: [{ counts: { add: 1 } }], warnings: [expect.stringContaining('Tel')] })
  expect(await json('contact', 'list', '--user', 'alice')).toMatchObject({ contacts: [{ name: '李波' }] })
})
