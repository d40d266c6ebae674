import { describe, expect, test } from 'vitest'
import type { ExistingContact, LeftOut } from './contact.ts'
import { reconcile } from './reconcile.ts'

const existing = ['ada', 'dee', 'eve'].map((name): ExistingContact => {
  const address = `${name}@x.example`
  return { source: 'hr', externalId: address, address, name }
})

describe('a row that could not be read', () => {
  const rows = [{ externalId: 'ada@x.example', address: 'ada@x.example', name: 'ada' }]
  const gone = (row: Omit<LeftOut, 'why'>) =>
    reconcile(existing, rows, { source: 'hr', maxShrink: 1, left: [{ why: 'bad', ...row }] }).remove.map(
      ({ name }) => name,
    )

  test.each([
    ['its identifier', { identity: 'dee@x.example' }],
    ['a comma for a point', { texts: ['dee@x,example', ''] }],
    ['a blank within', { texts: ['d ee@x.example'] }],
    ['signs of full width', { texts: ['ｄｅｅ＠x．example'] }],
    ['a missing sign', { texts: ['dee.x.example'] }],
    ['an end cut off', { texts: ['dee@x'] }],
    ['only a name', { texts: ['', 'Dee'] }],
    ['one cell of many', { texts: ['x', 'y', 'dee@x.example'] }],
  ])('keeps whom it may be about, by %s, and nobody else', (_, row) => {
    expect(gone(row)).toEqual(['eve'])
  })

  test.each([
    ['somebody new', { identity: 'zoe@x.example' }],
    ['somebody new who is mistyped', { texts: ['zoe@x,example', 'Zoe'] }],
    ['a longer name that begins alike', { texts: ['deeds@x,example'] }],
  ])('keeps nobody by %s', (_, row) => {
    expect(gone(row)).toEqual(['dee', 'eve'])
  })

  test('keeps everybody where it may be anybody’s', () => {
    expect(gone({})).toEqual([])
    expect(gone({ texts: ['', ' '] })).toEqual([])
  })

  test('is no loss: a source whose rows are all bad takes nobody away, and is not called empty', () => {
    const left = existing.map(({ address }) => ({ why: 'bad', identity: address }))
    expect(reconcile(existing, [], { source: 'hr', left })).toMatchObject({ remove: [], faults: [] })
    expect(reconcile(existing, [], { source: 'hr', left: left.slice(1) }).remove.map(({ name }) => name)).toEqual([
      'ada',
    ])
  })
})

test('twenty thousand bad rows about as many people are told apart at once, also where all addresses begin alike', () => {
  const listed = Array.from({ length: 20_000 }, (_, at): ExistingContact => {
    const address = `info@d${at}.example`
    return { source: 'hr', externalId: address, address, name: `N ${at}` }
  })
  const left = listed.map(({ address }) => ({ why: 'bad', texts: [address.replace('.', ',')] }))
  const plan = reconcile(listed, [], { source: 'hr', left: left.slice(1) })
  expect(plan.remove.map(({ name }) => name)).toEqual(['N 0'])
})
