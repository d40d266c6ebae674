import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { policyKeyOf } from '../keys/policy-key.ts'
import { signerOf } from '../lists/issue.ts'
import type { Store } from '../store/store.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { commit, draft } from './signing.ts'
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

describe('one person alone, with four eyes', () => {
  const evil = { address: 'x@evil.test', name: 'X' }
  const opened: Change = { op: 'rule.domain', domain: '@evil.test', for: 'group:g' }
  const joined: Change = { op: 'group.join', group: 'g', user: 'alice' }
  const listed: Change = { op: 'contact.add', user: 'alice', contact: evil }

  beforeEach(async () => {
    await ask([
      { op: 'group.put', group: 'g', title: 'G' },
      { op: 'policy.set', changes: { fourEyes: true, domains: true } },
    ])
  })

  /** The removal of a rule that keeps a stranger out. */
  async function denied(): Promise<Change> {
    await ask([{ op: 'rule.deny', what: evil.address }])
    const [rule] = await folder.administration.store.organisation.rules()
    return { op: 'rule.remove', id: rule?.id ?? '' }
  }

  async function expectNobodyIn(): Promise<void> {
    const { store } = folder.administration
    expect(await store.lists.ofUser('alice')).toMatchObject({ count: 0 })
    expect(await faultOfList(folder.administration, 'alice')).toBeUndefined()
  }

  test('a rule for an empty group, and then somebody joins it', async () => {
    expect(await ask([opened])).toMatchObject({ audit: [expect.any(Number)] })
    expect(await ask([joined])).toMatchObject({ needs: 'approval' })
    await expectNobodyIn()
  })

  test('both at the same moment', async () => {
    const both = await Promise.all([ask([opened]), ask([joined])])
    expect(both).toContainEqual(expect.objectContaining({ needs: 'approval' }))
    await expectNobodyIn()
  })

  test('both while the key is away: the one that lets somebody in waits when its turn comes', async () => {
    await ask([opened], 'ann', false)
    folder.pass(1)
    const second = await ask([joined], 'ann', false)
    expect(second).toMatchObject({ needs: 'signature' })
    expect(await carry()).toBe(1)
    await expectNobodyIn()
    const { store } = folder.administration
    const [waiting, ...others] = await store.administration.proposals('approval')
    expect(others).toEqual([])
    expect(waiting).toMatchObject({ changes: JSON.stringify([joined]), approved_by: '', result: '' })
    const id = waiting?.id ?? ''
    expect(second).toMatchObject({ pending: id })
    expect(await decide(store, { id, who: 'ann', approve: true })).toMatchObject({ ok: false })
    expect(await decide(store, { id, who: 'ben', approve: true })).toEqual({ ok: true })
    expect(await carry()).toBe(1)
    expect(await store.lists.ofUser('alice')).toMatchObject({ count: 1 })
  })

  test('a stranger who is kept out is listed, and then the rule goes', async () => {
    const removed = await denied()
    expect(await ask([listed])).toMatchObject({ audit: [expect.any(Number)] })
    expect(await ask([removed])).toMatchObject({ needs: 'approval' })
    await expectNobodyIn()
  })

  test('both at the same moment, whichever is first', async () => {
    const removed = await denied()
    const both = await Promise.all([ask([removed]), ask([listed])])
    expect(both).toContainEqual(expect.objectContaining({ needs: 'approval' }))
    await expectNobodyIn()
  })

  test('both while the key is away', async () => {
    const removed = await denied()
    await ask([listed], 'ann', false)
    folder.pass(1)
    expect(await ask([removed], 'ann', false)).toMatchObject({ needs: 'signature' })
    expect(await carry()).toBe(1)
    await expectNobodyIn()
    expect(await folder.administration.store.administration.proposals('approval')).toHaveLength(1)
  })

  test('changes are made once to be judged, and not once more to be made or kept', async () => {
    const { store } = folder.administration
    let transactions = 0
    const counted: Store = {
      ...store,
      transaction: (work, lock) => {
        transactions += 1
        return store.transaction(work, lock)
      },
    }
    const harmless: Change = { op: 'group.put', group: 'h', title: 'H' }
    const run = { changes: [harmless], who: 'ann', via: 'test', why: 'w', now: folder.administration.clock.now() }
    expect(await submit({ ...dependencies(), store: counted }, run)).toMatchObject({ audit: [expect.any(Number)] })
    expect(transactions).toBe(1)
    const { config } = folder.administration
    expect(await submit({ config, store: counted }, run)).toMatchObject({ needs: 'signature' })
    // The second writes the proposal.
    expect(transactions).toBe(3)
  })

  test('who signs elsewhere is given nothing to sign, before the draft or after it', async () => {
    await ask([opened], 'ann', false)
    folder.pass(1)
    const second = await ask([joined], 'ann', false)
    const what = second.ok && 'pending' in second ? second.pending : ''
    const { store, config, clock } = folder.administration
    const now = clock.now()
    expect(await draft({ store, config }, { what, now })).toMatchObject({ ok: true })
    expect(await carry()).toBe(1)
    await store.administration.moveProposal(what, 'approval', { state: 'ready', approved_by: '', result: '' })
    const refused = { ok: false, why: expect.stringContaining('second person') }
    expect(await draft({ store, config }, { what, now })).toMatchObject(refused)
    expect(await store.administration.proposal(what)).toMatchObject({ state: 'approval' })
    await store.administration.moveProposal(what, 'approval', { state: 'ready', approved_by: '', result: '' })
    const signed = { what, now, signatures: [], commands: [] }
    expect(await commit({ store, config, clock }, signed)).toMatchObject(refused)
    expect(await store.administration.proposal(what)).toMatchObject({ state: 'approval' })
    await expectNobodyIn()
  })
})

test('a proposal of a newer program is left alone, and those after it are carried out', async () => {
  await ask([outside], 'ann', false)
  const { store } = folder.administration
  const [row] = await store.administration.proposals('ready')
  if (!row) throw new Error('it does not wait')
  const newer = { ...row, id: 'newer', at: 1, changes: '[{"op":"user.teleport","user":"alice"}]' }
  await store.administration.addProposal(newer)
  const told: string[] = []
  expect(await carryOut(dependencies(), folder.administration.clock.now, (id) => told.push(id))).toBe(1)
  expect(told).toEqual(['newer'])
  expect(await store.administration.proposal('newer')).toEqual(newer)
  const { config, clock } = folder.administration
  const now = clock.now()
  const unreadable = { ok: false, why: expect.stringContaining('newer') }
  expect(await draft({ store, config }, { what: 'newer', now })).toMatchObject(unreadable)
  const signed = { what: 'newer', now, signatures: [], commands: [] }
  expect(await commit({ store, config, clock }, signed)).toMatchObject(unreadable)
})
