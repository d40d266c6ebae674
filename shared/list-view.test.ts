import { expect, test } from 'vitest'
import { contact } from './guard/testing.ts'
import { contactOfEntry, createListView } from './list-view.ts'
import type { Entry } from './whitelist/entry.ts'

const entry: Entry = { id: 'c1', rev: 1, n: 'Bo Li', k: 'bo', m: 'Bo.Li@Example.org', r: 'finance', s: 'ext' }

test('A3 an entry becomes a contact found by its folded address, shown as written', () => {
  expect(contactOfEntry(entry)).toEqual({
    id: 'c1',
    name: 'Bo Li',
    address: 'Bo.Li@Example.org',
    key: 'bo.li@example.org',
    scope: 'external',
    level: 'dmarc',
    send: true,
    receive: true,
  })
})

test('A4 a name of the list is shown as text, too, and at most 100 characters of it', () => {
  expect(contactOfEntry({ ...entry, n: 'Bo\u202e \u0007Li\u200b' }).name).toBe('Bo Li')
  expect(contactOfEntry({ ...entry, n: 'x'.repeat(200) }).name).toHaveLength(100)
})

test.each([
  [{ s: 'int' }, { scope: 'internal', level: 'login' }],
  [{ s: 'ext' }, { scope: 'external', level: 'dmarc' }],
  [
    { s: 'int', a: 'dmarc' },
    { scope: 'internal', level: 'dmarc' },
  ],
  [
    { s: 'ext', a: 'key:abc=' },
    { scope: 'external', level: 'key:abc=' },
  ],
] as const)('I2 the level of %j is %j', (given, expected) => {
  expect(contactOfEntry({ ...entry, ...given })).toMatchObject(expected)
})

test.each([
  [{}, { send: true, receive: true }],
  [{ o: 's' }, { send: true, receive: false }],
  [{ o: 'r' }, { send: false, receive: true }],
  [{ x: 5 }, { expiresAt: 5 }],
] as const)('O1 an entry with %j is %j', (given, expected) => {
  expect(contactOfEntry({ ...entry, ...given })).toMatchObject(expected)
})

test('A2 an entry whose address does not parse is found by nobody, the empty key included', () => {
  const list = createListView([contactOfEntry({ ...entry, m: '"bo"@example.org' }), contact('a@b.example')])
  expect(list.size).toBe(1)
  expect(list.find('')).toBeUndefined()
  expect(list.find('"bo"@example.org')).toBeUndefined()
})

test('A2 an entry in Unicode keeps its key; whether it is used is the policy of the judgement', () => {
  expect(contactOfEntry({ ...entry, m: '林@例子.广告' }).key).toBe('林@例子.广告')
})

test('F1 of two entries with one address the same one counts, in whatever order they come', () => {
  const one = contact('a@b.example', { id: '1', send: false })
  const two = contact('a@b.example', { id: '2' })
  expect(createListView([one, two]).find('a@b.example')).toBe(one)
  expect(createListView([two, one]).find('a@b.example')).toBe(one)
})

test('A3 finds by the whole key and not by what objects inherit', () => {
  const list = createListView([contact('a@b.example')])
  for (const key of ['A@b.example', 'a@b.example ', 'constructor', '__proto__', 'toString']) {
    expect(list.find(key)).toBeUndefined()
  }
})
