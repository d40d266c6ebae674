import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestFolder, testFolder } from '../../testing/harness.ts'
import type { PolicyTask } from '../keys/policy-tasks.ts'
import { localDesk, serviceDesk } from './desk.ts'
import { administrativeOperations } from './index.ts'
import type { Desk } from './operation.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice', 'bob'])
  await folder.administration.run([{ op: 'group.put', group: 'g', title: 'G' }])
})
afterEach(() => folder.close())

function operation(name: string) {
  const found = administrativeOperations.find((one) => one.name === name)
  if (!found) throw new Error(`there is no operation ${name}`)
  return found
}

test('an operation is declared once', () => {
  const names = administrativeOperations.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
})

describe('readings', () => {
  /** Every reading with something to ask. */
  const questions: Readonly<Record<string, object>> = {
    GetOverview: {},
    GetPolicy: {},
    ListGroups: { search: 'g' },
    ListMembers: { group: 'g' },
    ListRules: {},
    ListUsers: {},
    GetUser: { user: 'alice' },
    ListRoles: {},
    ListDevices: {},
    ListContacts: { user: 'alice', effective: true },
    ListExpiring: { days: 30 },
    Why: { user: 'alice', address: 'bob@example.org' },
    ListAudit: {},
    VerifyAudit: {},
    GetNames: { ids: ['user:alice'] },
    ListProposals: {},
    ListRequests: { all: true },
    ListReleases: {},
    ListImports: {},
  }

  test.each(Object.entries(questions))('%s reads in a snapshot and nowhere else', async (name, given) => {
    const desk = localDesk(folder.administration, () => 'https://kith.example.org')
    const { store } = desk
    let snapshots = 0
    const inSnapshot: Desk['store']['snapshot'] = (work) => {
      snapshots += 1
      return store.snapshot(work)
    }
    const watched = new Proxy(store, {
      get(target, part) {
        if (part !== 'snapshot') throw new Error(`${name} reads ${String(part)} outside of its snapshot`)
        return target.snapshot === undefined ? undefined : inSnapshot
      },
    })
    expect(await operation(name).call({ ...desk, store: watched }, given)).toMatchObject({ ok: true })
    expect(snapshots).toBe(1)
  })
})

describe('a service, which never holds the policy key', () => {
  const contact = { user: 'alice', contact: { address: 'pat@partner.example', name: 'Pat' } }

  function desk(ask: (task: PolicyTask) => Promise<'done' | 'keyAbsent'>): Desk {
    const parts = {
      ...folder.administration,
      url: () => '',
      policy: { ask: async (task: PolicyTask) => ({ kind: await ask(task) }) },
    }
    const { signal: gone } = new AbortController()
    return serviceDesk(parts, { actor: { who: 'alice', via: 'desktop' }, beyond: () => undefined, gone })
  }

  test('asks whoever does, and looks once it has answered', async () => {
    const asked: string[] = []
    const answer = await operation('AddContact').call(
      desk(async ({ task }) => {
        asked.push(task)
        await folder.administration.carryOut()
        return 'done'
      }),
      contact,
    )
    expect(answer).toMatchObject({ ok: true, value: { state: 'done', lists: [{ user: 'alice', added: 1 }] } })
    expect(asked).toEqual(['carryOut'])
  })

  test('tells that a second person has to see it, where that shows only when it is carried out', async () => {
    const { store, run, carryOut } = folder.administration
    await run([{ op: 'policy.set', changes: { fourEyes: true, domains: true } }])
    const answer = await operation('JoinGroup').call(
      desk(async () => {
        // It was empty, and nobody was let in by it.
        await run([{ op: 'rule.domain', domain: '@evil.test', for: 'group:g' }])
        await carryOut()
        return 'done'
      }),
      { group: 'g', user: 'alice' },
    )
    expect(answer).toMatchObject({ ok: true, value: { state: 'pending', needs: 'approval' } })
    expect(await store.administration.proposals('approval')).toHaveLength(1)
    expect(await store.lists.ofUser('alice')).toMatchObject({ count: 0 })
  })

  test('does not wait long where the key is elsewhere', async () => {
    const answer = await operation('AddContact').call(
      desk(async () => 'keyAbsent'),
      contact,
    )
    expect(answer).toMatchObject({ ok: true, value: { state: 'pending', needs: 'signature' } })
  })

  test('what the caller may not change is not changed, whichever operation asks for it', async () => {
    const closed: Desk = { ...desk(async () => 'done'), beyond: () => ({ kind: 'notAllowed', scope: 'contacts' }) }
    const refused = { ok: false, fault: { kind: 'notAllowed' } }
    expect(await operation('AddContact').call(closed, contact)).toMatchObject(refused)
    expect(await operation('Undo').call(closed, { first: 1 })).toMatchObject(refused)
  })
})
