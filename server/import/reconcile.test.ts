import { array, assert, constantFrom, integer, option, property, record, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryFromText, type ListFacts, type ListWish, plan as planList } from '../lists/changes.ts'
import type { ExistingContact, ImportedContact } from './contact.ts'
import { diffJson, diffText } from './diff.ts'
import { type ReconcileOptions, reconcile } from './reconcile.ts'
import { wishesOf } from './wishes.ts'

const options: ReconcileOptions = { source: 'hr' }

function listed(id: string, address: string, more: Partial<ExistingContact> = {}): ExistingContact {
  return { source: 'hr', externalId: id, address, name: `Name ${id}`, ...more }
}

function found(id: string, address: string, more: Partial<ImportedContact> = {}): ImportedContact {
  return { externalId: id, address, name: `Name ${id}`, ...more }
}

describe('what changes', () => {
  test('a changed address of one identifier is a change, not a removal and an addition', () => {
    const plan = reconcile([listed('1', 'a@x.example')], [found('1', 'other@y.example')], options)
    expect(plan).toMatchObject({ add: [], remove: [], change: [{ changes: { address: 'other@y.example' } }] })
  })

  test('a field that the source does not speak of stays; one that it empties is emptied', () => {
    const before = listed('1', 'a@x.example', { nickname: 'Bo', remark: 'old', groups: ['b', 'a'], scope: 'internal' })
    expect(reconcile([before], [found('1', 'a@x.example')], options).unchanged).toEqual([before])
    const emptied = found('1', 'a@x.example', { nickname: '', groups: ['a', 'b'] })
    expect(reconcile([before], [emptied], options).change[0]?.changes).toEqual({ nickname: '' })
  })

  test('contacts added by hand or by another source are never touched', () => {
    const hand: ExistingContact = { address: 'hand@x.example', name: 'Hand' }
    const other = listed('1', 'other@x.example', { source: 'crm' })
    const plan = reconcile([hand, other], [found('1', 'HAND@x.example'), found('2', 'other@x.example')], options)
    expect([plan.add, plan.change, plan.remove, plan.unchanged]).toEqual([[], [], [], []])
    expect(plan.warnings.map(({ why }) => why)).toEqual([
      'HAND@x.example is already listed by hand: left as it is',
      'other@x.example is already listed by crm: left as it is',
    ])
  })

  test('whom the source moves to an address that was listed by hand is not listed under the old one any more', () => {
    const plan = reconcile(
      [listed('1', 'old@x.example'), listed('2', 'b@x.example'), { address: 'new@x.example', name: 'New' }],
      [found('1', 'new@x.example'), found('2', 'b@x.example')],
      options,
    )
    expect(plan.remove.map(({ address }) => address)).toEqual(['old@x.example'])
  })

  test('the same import twice changes nothing the second time, whatever it is', () => {
    const person = record({
      id: integer({ min: 0, max: 30 }).map(String),
      at: integer({ min: 0, max: 30 }),
      name: constantFrom('A', 'B'),
      groups: option(array(constantFrom('g', 'h')), { nil: undefined }),
    })
    const people = uniqueArray(person, { selector: ({ id }) => id }).map((all) =>
      [...new Map(all.map((one) => [one.at, one])).values()].map(({ id, at, name, groups }) => ({
        ...found(id, `person-${at}@x.example`, { name }),
        ...(groups ? { groups } : {}),
      })),
    )
    assert(
      property(people, people, (before, after) => {
        const existing = before.map((contact) => ({ ...contact, source: 'hr' }))
        const plan = reconcile(existing, after, { ...options, force: true })
        expect(plan.faults).toEqual([])
        expect(plan.unchanged.length + plan.change.length + plan.remove.length).toBe(before.length)
        expect(plan.unchanged.length + plan.change.length + plan.add.length).toBe(after.length)
        const now = carriedOut(existing, plan)
        expect(now.map(({ address }) => address).sort()).toEqual(after.map(({ address }) => address).sort())
        const again = reconcile(now, after, options)
        expect([again.add, again.change, again.remove]).toEqual([[], [], []])
      }),
    )
  })
})

/** What the list editor makes of the wishes; throws where it refuses one. */
function carriedOut(existing: readonly ExistingContact[], plan: ReturnType<typeof reconcile>): ExistingContact[] {
  const facts = {
    list: 'L',
    unicode: false,
    about: () => ({ scope: 'external', hasAccount: false, isOwn: false }) as const,
  }
  const adds = existing.map(({ source: _s, externalId: _e, ...contact }) => ({ op: 'add', contact }) as const)
  const before = planned(adds, { ...facts, next: 1, rows: new Map() })
  const rows = new Map([...before.puts.values()].map((row) => [row.key, row]))
  const after = planned(wishesOf(plan, 'hr'), { ...facts, next: before.next, rows })
  const left = [...before.puts.values()].filter(({ id }) => !after.removed.has(id) && !after.puts.has(id))
  const kept = [...plan.add, ...plan.change.map((change) => change.after), ...plan.unchanged]
  const identities = new Map(kept.map(({ address, externalId = '' }) => [address, externalId]))
  return [...left, ...after.puts.values()]
    .map(({ json }) => entryFromText(json))
    .map(({ m, n, g = [] }) => {
      const externalId = identities.get(m) ?? ''
      return { address: m, name: n, groups: [...g], source: 'hr', externalId }
    })
}

function planned(wishes: readonly ListWish[], facts: ListFacts) {
  const result = planList(wishes, facts)
  if (result.faults.length > 0) throw new Error(JSON.stringify(result.faults))
  return result
}

test('addresses that move in a chain or a ring are changed in an order that the editor can grant', () => {
  const addresses = ['a', 'b', 'c', 'd'].map((name) => `${name}@x.example`)
  const [a = '', b = '', c = '', d = ''] = addresses
  const existing = [listed('1', a, { remark: 'kept' }), listed('2', b), listed('3', c)]
  const chain = reconcile(existing, [found('1', b), found('2', c), found('3', d)], options)
  expect(wishesOf(chain, 'hr').map(({ op }) => op)).toEqual(['set', 'set', 'set'])
  expect(carriedOut(existing, chain).map(({ address }) => address)).toEqual([d, c, b])
  const ring = reconcile(existing, [found('1', b), found('2', c), found('3', a)], options)
  expect(wishesOf(ring, 'hr').map(({ op }) => op)).toEqual(['remove', 'set', 'set', 'add'])
  expect(wishesOf(ring, 'hr').at(-1)).toMatchObject({ contact: { address: b, name: 'Name 1', remark: 'kept' } })
})

describe('what is refused', () => {
  const three = [1, 2, 3].map((n) => listed(String(n), `p${n}@x.example`))

  test('a source that is suddenly empty, or lost more than its share, unless forced', () => {
    expect(reconcile(three, [], options).faults[0]?.why).toMatch(/no contacts where it had 3/)
    expect(reconcile(three, [], { ...options, maxShrink: 1 }).faults).toHaveLength(1)
    expect(reconcile(three, [found('1', 'p1@x.example')], options).faults[0]?.why).toMatch(/2 of 3 .*67 %/)
    expect(reconcile(three, [found('1', 'p1@x.example')], { ...options, maxShrink: 0.7 }).remove).toHaveLength(2)
    expect(reconcile(three, [], { ...options, force: true }).remove).toHaveLength(3)
    expect(reconcile([], [], options).faults).toEqual([])
  })

  test('as many people as before, but all of them others', () => {
    const others = [7, 8, 9].map((n) => found(String(n), `q${n}@x.example`))
    expect(reconcile(three, others, options).faults[0]?.why).toMatch(/3 of 3/)
  })

  test('nothing, for an address that cannot be listed (A2): it is left out with its line, and whoever it is stays', () => {
    const plan = reconcile(three, [found('1', 'p1@x.example'), found('2', 'a b@x.example', { line: 7 })], options)
    expect(plan).toMatchObject({ add: [], change: [], remove: [{ externalId: '3' }], left: [{ line: 7 }], faults: [] })
    expect(plan.unchanged.map(({ externalId }) => externalId)).toEqual(['1', '2'])
    const unicode = [
      ...three.map(({ externalId = '', address }) => found(externalId, address)),
      found('4', '波@x.example'),
    ]
    expect(reconcile(three, unicode, options).left).toHaveLength(1)
    expect(reconcile(three, unicode, { ...options, unicode: true }).add).toHaveLength(1)
  })
})

describe('an address or an identifier that several rows claim', () => {
  test('is the first row’s, and the other is left out and told', () => {
    const plan = reconcile(
      [],
      [
        found('1', 'a@x.example', { line: 2 }),
        found('2', 'A@x.example', { line: 3 }),
        found('1', 'b@x.example', { line: 4 }),
      ],
      options,
    )
    expect(plan.add.map(({ address }) => address)).toEqual(['a@x.example'])
    expect(plan.left).toMatchObject([
      { line: 3, why: 'the address a@x.example occurs twice: first in line 2' },
      { line: 4, why: 'the identifier 1 occurs twice: first in line 2' },
    ])
  })

  test('stays with whoever is listed by it, wherever the rows stand, and the other stays as before', () => {
    const existing = [listed('ada', 'ada@x.example'), listed('dee', 'dee@x.example')]
    for (const rows of [
      ['dee', 'ada'],
      ['ada', 'dee'],
    ]) {
      const plan = reconcile(
        existing,
        rows.map((id) => found(id, 'ada@x.example')),
        options,
      )
      expect([plan.add, plan.change, plan.remove]).toEqual([[], [], []])
      expect(plan.left).toMatchObject([{ where: 'Name dee', code: 'rowTwice' }])
    }
  })
})

describe('several addresses of one person', () => {
  const dee = listed('dee', 'dee@x.example')

  test('the listed one stays, and the others are told', () => {
    const row = found('dee', 'aaa@x.example', { others: ['DEE@x.example'] })
    const plan = reconcile([dee], [row], options)
    expect([plan.add, plan.remove, plan.change.map(({ changes }) => changes.address)]).toEqual([
      [],
      [],
      ['DEE@x.example'],
    ])
    expect(reconcile([dee], [found('dee', 'aaa@x.example', { others: ['dee@x.example'] })], options)).toMatchObject({
      change: [],
      unchanged: [dee],
      warnings: [{ where: 'Name dee', why: 'several addresses: dee@x.example is taken, left out: aaa@x.example' }],
    })
  })

  test('so it is where the address is all that tells who it is', () => {
    const known = listed('home@x.example', 'home@x.example')
    const card = found('work@x.example', 'work@x.example', { others: ['home@x.example'], name: known.name })
    expect(reconcile([known], [card], options)).toMatchObject({ add: [], change: [], remove: [], unchanged: [known] })
  })

  test('the listed one that is only mistyped does not give way to another', () => {
    const row = found('dee', 'aaa@x.example', { hasUnread: true })
    expect(reconcile([dee], [row], options)).toMatchObject({ change: [], remove: [], left: [{ code: 'rowUnsure' }] })
  })
})

describe('I9', () => {
  test('a new address that looks like another is told, within the import and against the list', () => {
    const kept: ExistingContact = { address: 'maria.lopez@bank.example', name: 'Maria Lopez' }
    const plan = reconcile(
      [kept],
      [
        found('1', 'maria.1opez@bank.example', { line: 2 }),
        found('2', 'unlike@corp.example', { name: 'Una Unlike', line: 3 }),
        found('3', 'unlikee@corp.example', { name: 'Ula Other', line: 4 }),
      ],
      options,
    )
    expect(plan.warnings).toEqual([
      { line: 2, why: 'maria.1opez@bank.example looks like Maria Lopez <maria.lopez@bank.example>' },
      { line: 3, why: 'unlike@corp.example looks like Ula Other <unlikee@corp.example>' },
    ])
  })

  test('the pair is found wherever its two stand, and nobody looks like themselves', () => {
    const names = ['amber', 'birch', 'coral', 'dunes', 'ember', 'flint', 'grove', 'haven', 'ivory', 'jolly', 'knoll']
    const crowd = names.map((name) => found(name, `${name}@${name}.example`, { name }))
    expect(reconcile([], crowd, options).warnings).toEqual([])
    for (const [index, name] of names.entries()) {
      const pair = [...crowd.slice(0, 5), found('x', `${name}@${name}s.example`, { name: 'X' }), ...crowd.slice(5)]
      expect(reconcile([], pair, options).warnings, `${index}`).toHaveLength(1)
    }
  })
})

test('a dry run shows each change on one line, and nothing that could forge another', () => {
  const plan = reconcile(
    [listed('1', 'a@x.example'), listed('2', 'b@x.example'), listed('3', 'c@x.example')],
    [
      found('1', 'a@x.example', { name: 'New\n- Gone <x@y.example>\u202e' }),
      found('2', 'b@x.example'),
      found('4', 'd@y.example'),
    ],
    options,
  )
  expect(diffText(plan)).toEqual([
    '+ Name 4 <d@y.example>',
    '~ Name 1 <a@x.example>: name "Name 1" -> "New\\n- Gone <x@y.example>"',
    '- Name 3 <c@x.example>',
  ])
  expect(diffJson(plan)).toMatchObject({ counts: { add: 1, change: 1, remove: 1, unchanged: 1 } })
})
