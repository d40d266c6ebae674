import { afterAll, beforeAll, expect, test } from 'vitest'
import { maxRows } from '../../shared/administration.ts'
import { codeAt } from '../accounts/testing/authenticator.ts'
import { signedIn, type TestClient } from '../testing/client.ts'
import { type TestServer, testPassword, testServer } from '../testing/harness.ts'

let server: TestServer
let admin: TestClient

beforeAll(async () => {
  server = await testServer(['alice', 'bob'], { domain: 'corp.test' })
  const { ready, cert } = server.running
  await server.administration.run([{ op: 'role.set', user: 'alice', role: 'administrator' }])
  const target = { url: ready.url, ...(cert === undefined ? {} : { cert }) }
  admin = await signedIn(target, { user: 'alice', password: testPassword })
  const made = await admin.ask('admin.setUp', { password: testPassword })
  if (!made.ok) throw new Error(made.kind)
  await admin.ask('admin.confirm', { code: codeAt(made.out.secret, server.administration.clock.now()) })
})
afterAll(() => server.close())

test('an answer has so many rows at most, whether or not the question says how many', async () => {
  const titles = Array.from({ length: maxRows + 5 }, (_, index) => `many-${index}`)
  await server.administration.run(titles.map((group) => ({ op: 'group.put', group, title: 'Many' })))
  const groups = await admin.ask('admin.groups', { search: 'many-' })
  expect(groups).toMatchObject({ out: { total: maxRows + 5 } })
  expect(groups.ok ? groups.out.groups : []).toHaveLength(maxRows)
  expect(await admin.ask('admin.groups', { count: maxRows + 1 })).toMatchObject({ ok: false, kind: 'badRequest' })
  await server.administration.run(titles.map((title) => ({ op: 'rule.deny', what: `${title}@many.test` })))
  const rules = await admin.ask('admin.rules', {})
  expect(rules.ok ? rules.out.rules : []).toHaveLength(maxRows)
})

test('a proposal of an import is told, and one that nobody here can read says so', async () => {
  await server.administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
  const contact = { address: 'hr@other.test', name: 'Hr' }
  const from = { source: 'hr', external: '1' }
  const made = await server.administration.run([{ op: 'contact.add', user: 'bob', contact, from }])
  const id = made.ok && 'pending' in made ? made.pending : ''
  const row = { at: 1, who: 'ben@local', via: 'test', why: '', state: 'approval', approved_by: '', result: '' } as const
  await server.administration.store.administration.addProposal({ ...row, id: 'later', changes: '[{"op":"moon.fly"}]' })
  const answer = await admin.ask('admin.proposals', {})
  const proposals = answer.ok ? answer.out.proposals : []
  expect(proposals.find((one) => one.id === id)).toMatchObject({
    changes: [JSON.stringify({ op: 'contact.add', user: 'bob', contact })],
    count: 1,
  })
  expect(proposals.find((one) => one.id === 'later')).toMatchObject({ who: 'ben@local', unreadable: true, count: 0 })
  expect(await admin.ask('admin.decide', { id: 'later', approve: false })).toMatchObject({ ok: true })
})
