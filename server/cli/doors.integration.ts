/** The same deed by the page, by SOAP and by command: the same log, the same pairs of eyes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Change } from '../../shared/administration/change.ts'
import { outcomeForm } from '../../shared/administration/deeds.ts'
import { codeAt } from '../accounts/testing/authenticator.ts'
import { type OtherMachine, otherMachine } from '../admin-soap/testing/other-machine.ts'
import { submit } from '../administration/submit.ts'
import { addToken } from '../administration/tokens.ts'
import { certificateHash } from '../keys/certificate.ts'
import { signedIn, type TestClient } from '../testing/client.ts'
import { runCommand, type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { connectTo } from './remote/connection.ts'

let server: TestServer
let machine: OtherMachine
let rita: TestClient

beforeAll(async () => {
  server = await testServer(['alice', 'rita'])
  machine = await otherMachine(server)
  const { run, clock } = server.administration
  await run([
    { op: 'role.set', user: 'rita', role: 'administrator' },
    { op: 'policy.set', changes: { fourEyes: true } },
  ])
  const { cert, ready } = server.running
  rita = await signedIn(
    { url: ready.url, ...(cert === undefined ? {} : { cert }) },
    { user: 'rita', password: testPassword },
  )
  const made = await rita.ask('admin.setUp', { password: testPassword })
  await rita.ask('admin.confirm', { code: codeAt(made.ok ? made.out.secret : '', clock.now()) })
})
afterAll(async () => {
  await machine.close()
  await server.close()
})

let count = 0

/** A change that waits for a second person; its proposal. */
async function proposedBy(who: string): Promise<string> {
  const { store, config, clock } = server.administration
  count += 1
  const contact = { address: `p${count}@partner.example`, name: 'P' }
  const changes: Change[] = [{ op: 'contact.add', user: 'alice', contact }]
  const asked = await submit({ store, config }, { changes, who, via: 'test', why: '', now: clock.now() })
  if (!asked.ok || !('pending' in asked)) throw new Error('it does not wait')
  return asked.pending
}

/** How each door approves; whether it was done. */
const doors: Readonly<Record<string, (id: string) => Promise<boolean>>> = {
  page: async (id) => {
    const answer = await rita.ask('admin.decide', { id, approve: true })
    return answer.ok && answer.out.state === 'done'
  },
  soap: async (id) => {
    const remote = await machine.remoteOf('contacts')
    const answer = await remote.call('DecideProposal', { id, approve: true }, outcomeForm)
    await server.administration.store.administration.removeToken('contacts')
    return answer.ok && answer.value.state === 'done'
  },
  command: async (id) => (await runCommand(server.path, ['proposal', 'approve', id])).code === 0,
}
const names = {
  page: { who: 'rita', via: 'desktop' },
  soap: { who: 'contacts@token', via: 'soap' },
  command: { who: expect.stringMatching(/@local$/), via: 'cli' },
}

describe('a proposal that is decided leaves its line in the audit log', () => {
  test.each(['page', 'soap', 'command'] as const)('by %s', async (door) => {
    const id = await proposedBy('alice')
    expect(await doors[door]?.(id)).toBe(true)
    const lines = await server.administration.store.administration.audits({ text: 'proposal.', count: 1 })
    expect(lines).toMatchObject([{ op: 'proposal.approve', target: id, ...names[door] }])
  })

  test('refused on the page, too', async () => {
    const id = await proposedBy('alice')
    expect(await rita.ask('admin.decide', { id, approve: false })).toMatchObject({ out: { state: 'refused' } })
    const lines = await server.administration.store.administration.audits({ text: 'proposal.', count: 1 })
    expect(lines).toMatchObject([{ op: 'proposal.refuse', target: id, who: 'rita' }])
  })
})

test('whoever proposes by one door approves by no other', async () => {
  const { store, note, clock } = server.administration
  const made = await addToken(store, note, {
    name: 'laptop',
    scopes: ['all'],
    by: 'rita',
    now: clock.now(),
    expires: 0,
  })
  const { ready, cert } = server.running
  const pin = certificateHash(cert ?? '')
  const laptop = connectTo({ url: new URL(ready.url), token: made.ok ? made.value : '', pin })
  const onPage = await proposedBy('rita')
  const refused = { ok: false, fault: { kind: 'Refused', detail: { why: 'a second person has to approve it' } } }
  expect(await laptop.call('DecideProposal', { id: onPage, approve: true }, outcomeForm)).toMatchObject(refused)
  const contact = { address: 'own@partner.example', name: 'Own' }
  const asked = await laptop.call('AddContact', { user: 'alice', contact }, outcomeForm)
  const id = asked.ok ? (asked.value.proposal ?? '') : ''
  expect(await rita.ask('admin.decide', { id, approve: true })).toMatchObject({
    out: { state: 'refused', faults: [{ code: 'secondPerson' }] },
  })
  expect(await store.administration.proposal(id)).toMatchObject({ who: 'rita', via: 'soap:laptop', state: 'approval' })
})

test('the same command, at the server and from elsewhere, tells the same', async () => {
  await machine.tokenOf('all')
  for (const words of [
    'user list',
    'group list',
    'rule list',
    'policy show',
    'contact list --user alice',
    'device list',
  ]) {
    const here = await runCommand(server.path, words.split(' '))
    const { code, err, told } = await machine.run(words.split(' '), 'all')
    expect([words, here.code, code, err]).toEqual([words, 0, 0, ''])
    const json = await runCommand(server.path, [...words.split(' '), '--json'])
    expect([words, told]).toEqual([words, JSON.parse(json.out)])
  }
})
