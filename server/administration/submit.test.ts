import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { policyKeyOf } from '../keys/policy-key.ts'
import { signerOf } from '../lists/issue.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { carryOut, decide, submit } from './submit.ts'

let folder: TestFolder
const outside: Change = { op: 'contact.add', user: 'alice', contact: { address: 'x@partner.example', name: 'X' } }

beforeEach(async () => {
  folder = await testFolder(['alice'])
})
afterEach(() => folder.close())

async function ask(changes: readonly Change[], who = 'ann', withKey = true) {
  const { administration } = folder
  const { sign: _sign, ...without } = { ...administration, ...dependencies() }
  return submit(withKey ? dependencies() : without, {
    changes,
    who,
    via: 'test',
    why: 'w',
    now: administration.clock.now(),
  })
}

function dependencies() {
  const { administration } = folder
  return { ...administration, sign: signerOf(policyKeyOf(administration.folder)) }
}

async function carry() {
  return carryOut(dependencies(), folder.administration.clock.now)
}

test('with four eyes an external entry waits for somebody else; an internal one does not', async () => {
  await ask([{ op: 'policy.set', changes: { fourEyes: true } }])
  expect(await ask([{ op: 'group.put', group: 'g', title: 'G' }])).toMatchObject({
    ok: true,
    audit: [expect.any(Number)],
  })
  const asked = await ask([outside])
  if (!asked.ok || !('pending' in asked)) throw new Error('it does not wait')
  expect(asked.needs).toBe('approval')
  expect(await carry()).toBe(0)
  const { store } = folder.administration
  expect(await decide(store, { id: asked.pending, who: 'ann', approve: true })).toMatchObject({ ok: false })
  expect(await decide(store, { id: asked.pending, who: 'ben', approve: true })).toEqual({ ok: true })
  expect(await decide(store, { id: asked.pending, who: 'eve', approve: false })).toMatchObject({ ok: false })
  expect(await carry()).toBe(1)
  expect(await store.lists.ofUser('alice')).toMatchObject({ count: 1 })
  expect(await store.administration.lastAudit()).toMatchObject({ who: 'ann, ben', op: 'contact.add' })
  expect(await faultOfList(folder.administration, 'alice')).toBeUndefined()
})

test('four eyes cannot be switched off by one pair', async () => {
  await ask([{ op: 'policy.set', changes: { fourEyes: true } }])
  // What a change does not name stays as it is.
  await ask([changeSchema.parse({ op: 'policy.set', changes: { everyone: true } })])
  expect(await ask([{ op: 'policy.set', changes: { fourEyes: false } }])).toMatchObject({ needs: 'approval' })
})

test('without the policy key a change waits until it is carried out, once, whoever is faster', async () => {
  expect(await ask([outside], 'ann', false)).toMatchObject({ ok: true, needs: 'signature' })
  expect(await ask([outside, outside], 'ann', false)).toMatchObject({ ok: false, faults: [{ index: 1 }] })
  await Promise.all([carry(), carry()])
  expect(await folder.administration.store.lists.ofUser('alice')).toMatchObject({ version: 2, count: 1 })
  const [proposal] = await folder.administration.store.administration.proposals('done')
  expect(JSON.parse(proposal?.result ?? '')).toMatchObject({ ok: true, lists: [{ user: 'alice', version: 2 }] })
})

test('what no longer fits when its turn comes is refused with the reason, and nothing moves', async () => {
  await ask([outside], 'ann', false)
  await ask([outside], 'ann')
  expect(await carry()).toBe(1)
  const [proposal] = await folder.administration.store.administration.proposals('refused')
  expect(JSON.parse(proposal?.result ?? '')).toMatchObject({ faults: [{ why: expect.stringContaining('already') }] })
})
