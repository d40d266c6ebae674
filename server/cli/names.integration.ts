import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { runCommand, type TestFolder, testFolder } from '../testing/harness.ts'

let folder: TestFolder

beforeAll(async () => {
  folder = await testFolder(['alice', 'bob', 'carol'])
  const made = await folder.administration.run([
    { op: 'user.set', user: 'alice', changes: { name: 'Alice Chen' } },
    { op: 'user.set', user: 'bob', changes: { name: '林小明', sponsor: 'carol' } },
    { op: 'user.set', user: 'carol', changes: { name: 'Carol Wu' } },
    { op: 'group.put', group: 'desk', title: 'Front desk' },
    { op: 'group.join', group: 'desk', user: 'alice' },
    { op: 'rule.open', a: 'user:bob', b: 'group:desk' },
    { op: 'role.set', user: 'alice', role: 'auditor' },
  ] satisfies Change[])
  if (!made.ok) throw new Error(JSON.stringify(made))
})
afterAll(() => folder.close())

const out = async (words: string) => (await runCommand(folder.path, words.split(' '))).out

test('commands print names beside ids', async () => {
  expect(await out('rule list')).toContain('a user:bob (林小明), b group:desk (Front desk)')
  expect(await out('group list')).toContain('alice (Alice Chen)')
  expect(await out('role list')).toContain('alice (Alice Chen)')
  expect(await out('user list')).toMatch(/bob +林小明 .*carol \(Carol Wu\)/)
  expect(await out('audit list --count 6')).toContain('group.join desk (Front desk) alice (Alice Chen): "member"')
  const why = await out('why --user bob --address alice@example.org')
  expect(why).toContain('bob (林小明) may exchange messages with alice@example.org')
  expect(why).toContain('user:bob (林小明) and group:desk (Front desk) list each other')
})

test('a dry run names whom each list gains; an undo says what it takes back', async () => {
  const tried = await out('group join desk bob --dry-run')
  expect(tried).toContain('group.join desk (Front desk) bob (林小明)')
  expect(await out('group leave desk alice --dry-run')).toContain(
    'list of alice (Alice Chen): 0 added, 0 changed, 1 removed\n  removed: 林小明, bob@example.org',
  )
  const { administration } = folder.administration.store
  const [line] = await administration.audits({ text: 'group.join', count: 1 })
  const undone = await out(`undo ${line?.n ?? 0} --why mistake`)
  expect(undone).toMatch(/^to be undone:\n {2}\d+: group\.join desk \(Front desk\) alice \(Alice Chen\): "member", by /)
  expect(undone).toContain('to undo it: kith-server undo')
})

test('tables stand straight with Chinese names, combining marks and emoji', async () => {
  const titles = { one: '前台', two: 'e\u0301', three: '👩‍💻', four: 'ＡＢ' }
  for (const [group, title] of Object.entries(titles)) {
    const made = await folder.administration.run([
      { op: 'group.put', group: `w-${group}`, title },
      { op: 'group.join', group: `w-${group}`, user: 'bob' },
    ])
    if (!made.ok) throw new Error(JSON.stringify(made))
  }
  // Cells of the terminal: four, one, two and four; the column is as wide as "Front desk".
  const lines = (await out('group list')).split('\n').filter((line) => line.startsWith('w-'))
  expect(lines.toSorted()).toEqual([
    `w-four   ＡＢ${' '.repeat(8)}bob (林小明)`,
    `w-one    前台${' '.repeat(8)}bob (林小明)`,
    `w-three  👩‍💻${' '.repeat(10)}bob (林小明)`,
    `w-two    e\u0301${' '.repeat(11)}bob (林小明)`,
  ])
})
