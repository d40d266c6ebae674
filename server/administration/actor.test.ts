import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { type TestFolder, testFolder } from '../testing/harness.ts'
import { type Actor, canonicalName, localActor, tokenActor, userActor } from './actor.ts'
import { decide, submit } from './submit.ts'
import { addToken } from './tokens.ts'

let folder: TestFolder
const outside: Change = { op: 'contact.add', user: 'bob', contact: { address: 'x@partner.example', name: 'X' } }

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
})
afterEach(() => folder.close())

async function tokenOf(name: string, by: string): Promise<Actor> {
  const { store, note, clock } = folder.administration
  await addToken(store, note, { name, scopes: ['all'], by, now: clock.now(), expires: 0 })
  return tokenActor(store, name)
}

test('a person has the name of the account by every door; who has no account keeps the door’s', async () => {
  const { store } = folder.administration
  expect(userActor('alice')).toEqual({ who: 'alice', via: 'desktop' })
  expect(await localActor(store, 'alice')).toEqual({ who: 'alice', via: 'cli' })
  expect(await localActor(store, 'operator')).toEqual({ who: 'operator@local', via: 'cli' })
  expect(await tokenOf('laptop', 'alice')).toEqual({ who: 'alice', via: 'soap:laptop' })
  expect(await tokenOf('alice', 'operator@local')).toEqual({ who: 'alice', via: 'soap:alice' })
  // Who made it has seen its secret, whatever it is called.
  expect(await tokenOf('bob', 'alice')).toEqual({ who: 'alice', via: 'soap:bob' })
  expect(await tokenOf('hr', 'operator@local')).toEqual({ who: 'hr@token', via: 'soap' })
})

test('names that older rows have are those of today', async () => {
  const { store } = folder.administration
  await tokenOf('old', 'alice@local')
  expect(await canonicalName(store, 'alice@local')).toBe('alice')
  expect(await canonicalName(store, 'old@token')).toBe('alice')
  expect(await canonicalName(store, 'gone@token')).toBe('gone@token')
})

test('alice at the command line, on the page and by her token are one pair of eyes; bob is another', async () => {
  const { administration } = folder
  const { store, config, clock } = administration
  await administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
  const doors = [userActor('alice'), await localActor(store, 'alice'), await tokenOf('laptop', 'alice')]
  for (const actor of doors) {
    const run = { changes: [outside], ...actor, why: '', now: clock.now() }
    const asked = await submit({ store, config }, run)
    const id = asked.ok && 'pending' in asked ? asked.pending : ''
    for (const { who } of doors)
      expect(await decide(store, { id, who, approve: true })).toMatchObject({ ok: false, code: 'secondPerson' })
    expect(await decide(store, { id, who: 'bob', approve: true })).toEqual({ ok: true })
  }
})

test('a proposal of before, under a name of its door, is no second person’s either', async () => {
  const { store, clock } = folder.administration
  const row = {
    at: clock.now(),
    via: 'cli',
    why: '',
    changes: '[]',
    state: 'approval',
    approved_by: '',
    result: '',
  } as const
  await store.administration.addProposal({ id: 'p', who: 'alice@local', ...row })
  expect(await decide(store, { id: 'p', who: 'alice', approve: true })).toMatchObject({ code: 'secondPerson' })
})
