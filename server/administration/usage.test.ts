import { afterEach, beforeEach, expect, test } from 'vitest'
import { confirmClock } from '../lists/signing-clock.ts'
import type { Store } from '../store/store.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { expiringContacts, unusedContacts } from './last-use.ts'
import { createUsageRecorder, usageSince } from './usage.ts'

let folder: TestFolder
const day = 24 * 3_600_000

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

/** A recorder whose turns come when the test says so. */
function recorder(store: Store = folder.administration.store) {
  let turn = async (): Promise<void> => undefined
  let stopped = false
  const errors: unknown[] = []
  const usage = createUsageRecorder({
    store,
    clock: folder.administration.clock,
    every: (_ms, work) => {
      turn = work
      return () => {
        stopped = true
      }
    },
    failed: (error) => errors.push(error),
  })
  return { usage, errors, turn: () => turn(), isStopped: () => stopped }
}

function usageOf(user: string) {
  return folder.administration.store.administration.usage(user)
}

test('use is written at the next turn, the later time counts, and the rest at the end', async () => {
  const { usage, turn, isStopped } = recorder()
  usage.sent('alice', ['a@x.example', 'b@x.example'])
  expect(await usageOf('alice')).toEqual([])
  folder.pass(1_000)
  usage.received('alice', 'a@x.example')
  await turn()
  const [a, b] = await usageOf('alice')
  expect(a).toMatchObject({ user: 'alice', key: 'a@x.example' })
  expect(a?.received).toBeGreaterThanOrEqual((a?.sent ?? 0) + 1_000)
  expect(b).toMatchObject({ key: 'b@x.example', received: 0 })
  usage.received('bob', 'a@x.example')
  await usage.close()
  expect(isStopped()).toBe(true)
  expect(await usageOf('bob')).toMatchObject([{ key: 'a@x.example', sent: 0 }])
  usage.sent('bob', ['late@x.example'])
  await usage.close()
  expect(await usageOf('bob')).toHaveLength(1)
})

test('a store that fails is told of, disturbs nobody, and what was gathered is written later', async () => {
  const { store } = folder.administration
  let isBroken = true
  const { usage, turn, errors } = recorder({
    ...store,
    transaction: (work) => (isBroken ? Promise.reject(new Error('busy')) : store.transaction(work)),
  })
  usage.sent('alice', ['a@x.example'])
  await turn()
  expect([errors.length, await usageOf('alice')]).toEqual([1, []])
  isBroken = false
  await turn()
  expect(await usageOf('alice')).toMatchObject([{ key: 'a@x.example' }])
})

test('unused is only what was neither used nor changed for so long, and only where use was recorded for as long', async () => {
  const { administration, pass } = folder
  const { store, clock } = administration
  const contact = (address: string) => ({ op: 'contact.add' as const, user: 'alice', contact: { address, name: 'N' } })
  await administration.run([contact('a@x.example'), contact('b@x.example'), contact('c@x.example')])
  const unused = async (days: number) => unusedContacts(store, { now: clock.now(), days })
  expect(await unused(30)).toMatchObject({ ok: false, why: expect.stringContaining('not recorded') })
  const { usage, turn } = recorder()
  await turn()
  expect(await usageSince(store)).toBeTypeOf('number')
  pass(20 * day)
  expect(await unused(30)).toMatchObject({ ok: false, why: expect.stringContaining('recorded since') })
  pass(20 * day)
  // No policy process has issued heads meanwhile.
  await confirmClock(store, clock.now())
  usage.sent('alice', ['b@x.example'])
  await usage.close()
  await administration.run([
    { op: 'contact.set', user: 'alice', address: 'c@x.example', changes: { remark: 'r' } },
    contact('d@x.example'),
  ])
  pass(day)
  expect(await unused(30)).toMatchObject({ ok: true, value: [{ user: 'alice', address: 'a@x.example', used: 0 }] })
  pass(35 * day)
  const all = await unused(30)
  expect(all.ok && all.value.map(({ address }) => address)).toEqual(['a', 'b', 'c', 'd'].map((n) => `${n}@x.example`))
})

test('what ends soon: entries and guests, soonest first', async () => {
  const { administration } = folder
  const now = administration.clock.now()
  const guest = {
    op: 'user.add' as const,
    user: 'guest',
    scope: 'external' as const,
    name: 'G',
    address: 'g@x.example',
  }
  const contact = (address: string, expires: number) => ({
    op: 'contact.add' as const,
    user: 'alice',
    contact: { address, name: 'N', expires },
  })
  await administration.run([
    { ...guest, expires: now + 3 * day },
    contact('a@x.example', now + 5 * day),
    contact('b@x.example', now + 50 * day),
    contact('c@x.example', now - day),
  ])
  const found = await expiringContacts(administration.store, { now, days: 30 })
  expect(found.map(({ address, kind }) => `${address} ${kind}`)).toEqual(['g@x.example account', 'a@x.example contact'])
})
