import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { decodeHead } from '../../shared/whitelist/head.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { undo } from './undo.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

test('the lease is the organisation’s to set: every list says so at once, and undoing it takes it back', async () => {
  const { administration } = folder
  const { lists } = administration.store
  const leases = async () => {
    const heads = await Promise.all((await lists.lockAll()).map((row) => lists.headOf(row.id, row.version)))
    return heads.map((head) => decodeHead(utf8(head?.head ?? ''))?.core.pol)
  }
  const [ours, theirs] = [
    { on: 'block', days: 7 },
    { on: 'internal', days: 2 },
  ]
  expect(await leases()).toMatchObject([ours, ours])
  const ran = await administration.run([{ op: 'policy.set', changes: { offlineDays: 2, onExpiry: 'internal' } }])
  const [line = 0] = ran.ok && 'audit' in ran ? ran.audit : []
  expect(await leases()).toMatchObject([theirs, theirs])
  await administration.run([{ op: 'user.add', user: 'carol', scope: 'internal', name: 'Carol' }])
  expect(await leases()).toMatchObject([theirs, theirs, theirs])
  expect(await undo(administration, { first: line, last: line })).toMatchObject({ ok: true })
  expect(await leases()).toMatchObject([ours, ours, ours])
  for (const user of ['alice', 'bob', 'carol']) expect(await faultOfList(administration, user)).toBeUndefined()
})
