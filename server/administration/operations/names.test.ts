import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '../../../shared/administration/change.ts'
import { mentionsIn } from '../../../shared/administration/names.ts'
import { type TestFolder, testFolder } from '../../testing/harness.ts'
import { ruleIdOf } from '../changes/rules.ts'
import { runBatch, undoLines } from './changes.ts'
import { decideProposal, listProposals } from './control.ts'
import { localDesk } from './desk.ts'
import { getNames } from './names.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
  await run([
    { op: 'user.set', user: 'bob', changes: { name: '林小明' } },
    { op: 'group.put', group: 'desk', title: 'Front desk' },
    { op: 'group.join', group: 'desk', user: 'alice' },
    { op: 'rule.deny', what: 'x@else.test' },
  ])
})
afterEach(() => folder.close())

const run = async (changes: readonly Change[]) => {
  const done = await folder.administration.run(changes)
  if (!done.ok) throw new Error(JSON.stringify(done))
  return done
}
const desk = () => localDesk(folder.administration)

test('names of people, groups and rules by their ids; what is not there has none', async () => {
  const rule = `rule:${ruleIdOf({ kind: 'deny', a: 'x@else.test', b: '' })}`
  const ids = ['user:bob', 'user:nobody', 'group:desk', 'device:bob none', 'request:none', 'proposal:none', 'x:y', rule]
  expect(await getNames.call(desk(), { ids })).toEqual({
    ok: true,
    value: {
      names: [
        { id: 'user:bob', name: '林小明', address: 'bob@example.org' },
        { id: 'group:desk', name: 'Front desk' },
        { id: rule, name: 'x@else.test', rule: { op: 'rule.deny', what: 'x@else.test' } },
      ],
    },
  })
})

test('what a line, a change or a request mentions is found wherever it stands', () => {
  const line = { op: 'group.join', target: 'desk bob', who: 'alice, rita', before: '', after: '{"sponsor":"carl"}' }
  const proposal = {
    id: 'p',
    changes: ['{"op":"rule.remove","id":"r1"}', '{"op":"device.lock","user":"u","device":"d 1"}'],
  }
  const found = mentionsIn({
    lines: [line],
    proposals: [proposal],
    rules: [{ op: 'rule.open', a: 'group:g', b: 'all' }],
  })
  for (const id of [
    'group:desk',
    'user:bob',
    'user:alice',
    'user:rita',
    'user:carl',
    'rule:r1',
    'device:u d 1',
    'group:g',
  ])
    expect([...found]).toContain(id)
  expect([...found]).not.toContain('all')
})

test('a dry run names whom each list gains and loses; what is done does not', async () => {
  const join: Change = { op: 'group.join', group: 'desk', user: 'bob' }
  const tried = await runBatch.call(desk(), { changes: [join], dryRun: true, explain: true })
  expect(tried).toMatchObject({
    value: {
      state: 'dryRun',
      lists: [
        { user: 'alice', added: 1, people: [{ change: 'added', name: '林小明', address: 'bob@example.org' }] },
        { user: 'bob', added: 1, people: [{ change: 'added', address: 'alice@example.org' }] },
      ],
      changes: [{ op: 'group.join', target: 'desk bob' }],
    },
  })
  await run([join])
  const left = await runBatch.call(desk(), { changes: [{ ...join, op: 'group.leave' }], dryRun: true, explain: true })
  expect(left).toMatchObject({ value: { lists: [{ people: [{ change: 'removed', name: '林小明' }] }, {}] } })
  const renamed: Change = { op: 'user.set', user: 'bob', changes: { name: 'Bob' } }
  const changed = await runBatch.call(desk(), { changes: [renamed], dryRun: true, explain: true })
  expect(changed).toMatchObject({ value: { lists: [{ user: 'alice', people: [{ change: 'changed', name: 'Bob' }] }] } })
})

test('of many, the first are named', async () => {
  const many = Array.from({ length: 30 }, (_, index): Change => {
    const contact = { address: `n${index}@example.org`, name: `N${index}` }
    return { op: 'contact.add', user: 'alice', contact }
  })
  const tried = await runBatch.call(desk(), { changes: many, dryRun: true, explain: true })
  const [list] = tried.ok ? tried.value.lists : []
  expect(list?.added).toBe(30)
  expect(list?.people).toHaveLength(12)
})

test('an undo tells what it would do and to whom, before it is done', async () => {
  const last = await folder.administration.store.administration.lastAudit()
  const joined = (last?.n ?? 0) - 1
  await run([{ op: 'group.join', group: 'desk', user: 'bob' }])
  const tried = await undoLines.call(desk(), { first: joined + 2, dryRun: true, explain: true })
  expect(tried).toMatchObject({
    value: {
      state: 'dryRun',
      changes: [{ op: 'group.leave', target: 'desk bob' }],
      lists: [{ user: 'alice', people: [{ change: 'removed', name: '林小明' }] }, { user: 'bob' }],
    },
  })
})

test('what a proposal would do is tried before it is decided, and stays undecided', async () => {
  await run([{ op: 'policy.set', changes: { fourEyes: true } }])
  const stranger = { address: 'mei@else.test', name: 'Mei' }
  const asked = await folder.administration.run([{ op: 'contact.add', user: 'alice', contact: stranger }])
  const id = asked.ok && 'pending' in asked ? asked.pending : ''
  expect(await decideProposal.call(desk(), { id, approve: true, dryRun: true, explain: true })).toMatchObject({
    value: {
      state: 'dryRun',
      lists: [{ user: 'alice', people: [{ change: 'added', name: 'Mei', address: 'mei@else.test' }] }],
    },
  })
  expect(await decideProposal.call(desk(), { id, approve: false, dryRun: true })).toMatchObject({
    value: { lists: [] },
  })
  expect(await listProposals.call(desk(), {})).toMatchObject({ value: { proposals: [{ id, state: 'approval' }] } })
  expect(await folder.administration.store.lists.ofUser('alice')).toMatchObject({ count: 0 })
  const named = await getNames.call(desk(), { ids: [`proposal:${id}`] })
  expect(named).toMatchObject({ value: { names: [{ op: 'contact.add', count: 1 }] } })
})
