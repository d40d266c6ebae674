/** No door takes a date that has two readings: it would decide when somebody's access ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeForm } from '../../shared/administration/change.ts'
import { changesOf } from '../administration/document/document-changes.ts'
import { documentSchema, loadState } from '../administration/document/document.ts'
import { localDesk } from '../administration/operations/desk.ts'
import { administrativeOperations } from '../administration/operations/index.ts'
import { runCommand, type TestFolder, testFolder } from '../testing/harness.ts'
import { parseContactLines } from './contacts/contact-file.ts'

let folder: TestFolder
beforeAll(async () => {
  folder = await testFolder(['alice'])
})
afterAll(() => folder.close())

/** Two orders of day and month, seconds, milliseconds or a day, whose clock, a day that is not there, a slip of the pen. */
const wrong = ['01/02/2031', '31.01.2031', '1927584000', '20310131', '2031-01-31T12:00', '2031-02-30', '2201-01-01']
const contact = (expires: unknown) => ({ address: 'a@x.example', name: 'A', expires })

describe.each(wrong)('%s', (date) => {
  test('is refused in each change that has an end, whoever asks', async () => {
    for (const change of [
      { op: 'contact.add', user: 'alice', contact: contact(date) },
      { op: 'contact.set', user: 'alice', address: 'a@x.example', changes: { expires: date } },
      { op: 'user.add', user: 'gu', scope: 'external', name: 'Gu', expires: date },
      { op: 'user.set', user: 'alice', changes: { expires: date } },
    ]) {
      expect(changeForm.safeParse(change).success).toBe(false)
      const run = administrativeOperations.find(({ name }) => name === 'RunChanges')
      const desk = localDesk(folder.administration)
      expect(await run?.call(desk, { changes: [change] })).toMatchObject({ ok: false, fault: { kind: 'malformed' } })
    }
  })

  test('is refused in a document, at its place, and in a file of contacts, at its line', async () => {
    const { store, config } = folder.administration
    const document = documentSchema.parse({ users: [{ user: 'alice', name: 'A', expires: date }] })
    const plan = changesOf(await loadState(store, config), document, { prune: false })
    expect(plan).toMatchObject({ ok: false, fault: [{ place: 'users[0].expires' }] })
    expect(documentSchema.safeParse({ users: [{ user: 'a', name: 'A', contacts: [contact(date)] }] }).success).toBe(
      false,
    )
    expect(parseContactLines(JSON.stringify(contact(date)))).toMatchObject({ contacts: [], faults: [{ line: 1 }] })
  })
})

test('a number is no date where people write: it may be seconds', () => {
  expect(parseContactLines(JSON.stringify(contact(1_927_584_000)))).toMatchObject({ faults: [{ line: 1 }] })
  expect(
    documentSchema.safeParse({ users: [{ user: 'a', name: 'A', contacts: [contact(1_927_584_000)] }] }).success,
  ).toBe(false)
})

test('commands say what a date looks like', async () => {
  for (const words of [
    'contact add a@x.example --name A --user alice --expires 31.01.2031',
    'user set alice --expires 01/02/2031',
    'token add hr --scope read --expires 1927584000',
  ]) {
    const { code, err } = await runCommand(folder.path, words.split(' '))
    expect(code).not.toBe(0)
    expect(err).toContain('2030-01-31')
  }
})
