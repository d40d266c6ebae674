import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { loadState, snapshotOf } from './document/document.ts'
import { setPassword } from './passwords.ts'
import { hasMoved, undo } from './undo.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

async function run(...changes: readonly Change[]) {
  const ran = await folder.administration.run(changes)
  if (!ran.ok || 'pending' in ran) throw new Error(JSON.stringify(ran))
  return { first: ran.audit[0] ?? 0, last: ran.audit.at(-1) ?? 0 }
}

async function snapshot() {
  return snapshotOf(await loadState(folder.administration.store, folder.administration.config))
}

const add = (address: string, name = 'N'): Change => ({ op: 'contact.add', user: 'alice', contact: { address, name } })
const set = (changes: Extract<Change, { op: 'contact.set' }>['changes']): Change => ({
  op: 'contact.set',
  user: 'alice',
  address: 'a@x.example',
  changes,
})

const settings: readonly (readonly [string, Change])[] = [
  ['policy', { op: 'policy.set', changes: { everyone: true, approval: 'none' } }],
  ['a contact’s fields', set({ name: ' Two  ', remark: 'r', groups: ['G'], proof: 'dmarc', expires: '2031-01-31' })],
  ['a contact’s address', set({ address: 'b@x.example', direction: 'send' })],
  ['a removal', { op: 'contact.remove', user: 'alice', address: 'A@x.example' }],
  ['a user’s fields', { op: 'user.set', user: 'bob', changes: { name: 'B ', department: 'D', expires: '2031-01-31' } }],
  ['a user who is disabled', { op: 'user.disable', user: 'bob' }],
  ['a group', { op: 'group.put', group: 'h', title: 'H' }],
  ['a group with members', { op: 'group.remove', group: 'g' }],
  ['a member', { op: 'group.leave', group: 'g', user: 'bob' }],
  ['a rule', { op: 'rule.open', a: 'all', b: 'group:g' }],
  ['a denial', { op: 'rule.deny', what: 'a@x.example', user: 'alice' }],
]

test.each(settings)('%s: undone, all is as it was; undone twice, as it was made', async (_name, change) => {
  const { administration } = folder
  await run(
    add('a@x.example'),
    { op: 'group.put', group: 'g', title: 'G' },
    { op: 'group.join', group: 'g', user: 'bob' },
  )
  const before = await snapshot()
  const lines = await run(change)
  const after = await snapshot()
  expect(after).not.toEqual(before)
  expect(await undo(administration, lines, { dry: true })).toMatchObject({ ok: true })
  expect(await snapshot()).toEqual(after)
  const undone = await undo(administration, lines)
  expect(undone).toMatchObject({ ok: true })
  expect(await snapshot()).toEqual(before)
  const made = undone.ok && 'audit' in undone ? undone.audit : []
  const again = { first: made[0] ?? 0, last: made.at(-1) ?? 0 }
  expect(await undo(administration, again)).toMatchObject({ ok: true })
  expect(await snapshot()).toEqual(after)
})

test('what was changed together is undone together', async () => {
  const before = await snapshot()
  const lines = await run(
    add('a@x.example'),
    add('b@x.example'),
    { op: 'rule.deny', what: 'a@x.example' },
    { op: 'user.set', user: 'bob', changes: { name: 'B1' } },
    { op: 'user.set', user: 'bob', changes: { name: 'B2' } },
  )
  expect(await undo(folder.administration, lines)).toMatchObject({ ok: true })
  expect(await snapshot()).toEqual(before)
})

test('what somebody changed since is not undone, and the line that did is named', async () => {
  const { administration } = folder
  await run(add('a@x.example'))
  const first = await run(set({ name: 'Two' }))
  const second = await run(set({ name: 'Three' }))
  const why = (place: string) => ({ ok: false, faults: [{ why: expect.stringContaining(place) }] })
  expect(await undo(administration, first)).toMatchObject(why(`line ${second.first} (contact.set)`))
  await run(set({ remark: 'another field' }))
  expect(await undo(administration, second)).toMatchObject({ ok: true })
  expect(await undo(administration, first)).toMatchObject({ ok: true })
  expect(await undo(administration, first)).toMatchObject({ ok: false })
  const added = await run(add('z@x.example'))
  await run({ op: 'contact.remove', user: 'alice', address: 'z@x.example' })
  expect(await undo(administration, added)).toMatchObject(why(`line ${added.first} cannot be undone`))
  const policy = await run({ op: 'policy.set', changes: { everyone: true } })
  await run({ op: 'policy.set', changes: { departments: true } })
  expect(await undo(administration, policy)).toMatchObject({ ok: true })
})

test('lines that are not there, that changed nothing, or that nothing undoes', async () => {
  const { administration } = folder
  expect(await undo(administration, { first: 9_000, last: 9_000 })).toMatchObject({ ok: false })
  const { first } = await run(
    { op: 'group.put', group: 'g', title: 'G' },
    { op: 'group.join', group: 'g', user: 'bob' },
  )
  const again = await run({ op: 'group.join', group: 'g', user: 'bob' })
  expect(await undo(administration, again)).toMatchObject({ faults: [{ why: `line ${again.first} changed nothing` }] })
  await setPassword(administration, { id: 'bob', password: 'another password', why: '' })
  const password = again.last + 1
  expect(await undo(administration, { first, last: password })).toMatchObject({
    faults: [{ why: `line ${password} (user.password) cannot be undone` }],
  })
})

test('absent and empty are the same; only what a line made is compared', () => {
  expect(hasMoved('{"name":"A","remark":""}', '{"name":"A"}')).toBe(false)
  expect(hasMoved('{"name":"A"}', '{"name":"A","remark":"r"}')).toBe(false)
  expect(hasMoved('{"name":"A"}', '{"name":"B"}')).toBe(true)
  expect(hasMoved('"active"', '"disabled"')).toBe(true)
  expect(hasMoved('', '{"name":"A"}')).toBe(false)
})
