import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change } from '../../../shared/administration/change.ts'
import { submit } from '../../administration/submit.ts'
import { type Finished, runCommand, runJson, type TestFolder, type Told, testFolder } from '../../testing/harness.ts'

let folder: TestFolder

beforeAll(async () => {
  folder = await testFolder(['alice', 'bob', 'carol'])
})
afterAll(() => folder.close())

const run = (words: string, input = ''): Promise<Finished> => runCommand(folder.path, words.split(' '), input)

const json = (words: string, input = ''): Promise<Told> => runJson(folder.path, words, input)

async function lastLine() {
  return folder.administration.store.administration.lastAudit()
}

test('with four eyes the second person approves; whoever proposed does not', async () => {
  await json('policy set fourEyes=on')
  const asked = await json('contact add out@far.example --name Out --user alice --why deal')
  expect(asked).toMatchObject({ ok: true, needs: 'approval', pending: expect.any(String) })
  const id = String(asked.pending)
  expect(await json('proposal list')).toMatchObject({ proposals: [{ id, why: 'deal' }] })
  expect((await run(`proposal show ${id}`)).out).toContain('out@far.example')
  expect(await json(`proposal approve ${id}`)).toMatchObject({ exit: 3, error: 'a second person has to approve it' })
  const { store, config, clock } = folder.administration
  const changes: Change[] = [{ op: 'contact.add', user: 'alice', contact: { address: 'ben@far.example', name: 'Ben' } }]
  const bens = await submit({ store, config }, { changes, who: 'ben@local', via: 'test', why: '', now: clock.now() })
  const pending = bens.ok && 'pending' in bens ? bens.pending : ''
  expect(await json(`proposal approve ${pending} --why seen`)).toMatchObject({ ok: true, state: 'done' })
  expect(await lastLine()).toMatchObject({ op: 'contact.add', who: expect.stringMatching(/^ben@local, .+@local$/) })
  const other = await json('contact add two@far.example --name Two --user alice')
  expect(await json(`proposal refuse ${String(other.pending)} --why no`)).toMatchObject({ state: 'refused' })
  expect(await lastLine()).toMatchObject({ op: 'proposal.refuse', why: 'no' })
  expect(await json('proposal list')).toMatchObject({ proposals: [{ id }] })
  expect(await json('proposal list --all')).toMatchObject({
    proposals: [{ state: 'approval' }, { state: 'done' }, { state: 'refused' }],
  })
})

test('proposals of an import are told as others are, and so is one that nobody here can read', async () => {
  await json('policy set fourEyes=on')
  const { store, config, clock } = folder.administration
  const contact = { address: 'imported@far.example', name: 'Imported' }
  const from = { source: 'hr', external: '1' }
  const changes: Change[] = [{ op: 'contact.add', user: 'alice', contact, from }]
  const imported = { changes, who: 'ben@local', via: 'import', why: '', now: clock.now() }
  const made = await submit({ store, config }, imported)
  const id = made.ok && 'pending' in made ? made.pending : ''
  const told = { id, changes: [{ op: 'contact.add', user: 'alice', contact }] }
  expect(await json(`proposal show ${id}`)).toMatchObject({ exit: 0, proposal: told })
  const later = { at: clock.now(), who: 'ben@local', via: 'test', why: '', approved_by: '', result: '' }
  await store.administration.addProposal({ ...later, id: 'later', state: 'approval', changes: '[{"op":"moon.fly"}]' })
  await store.administration.addProposal({ ...later, id: 'torn', state: 'approval', changes: '[{"op"' })
  const listed = await json('proposal list')
  expect(listed).toMatchObject({
    exit: 0,
    proposals: expect.arrayContaining([
      expect.objectContaining(told),
      expect.objectContaining({ id: 'later', who: 'ben@local', unreadable: true, changes: [] }),
      expect.objectContaining({ id: 'torn', unreadable: true }),
    ]),
  })
  expect(listed.proposals).not.toContainEqual(expect.objectContaining({ id, unreadable: true }))
  expect((await run('proposal show torn')).out).toContain('it can only be refused')
  expect(await json('proposal approve later')).toMatchObject({ exit: 3, error: expect.stringContaining('cannot read') })
  expect(await json('proposal refuse later')).toMatchObject({ exit: 0, state: 'refused' })
  expect(await json('proposal refuse torn')).toMatchObject({ exit: 0, state: 'refused' })
})
