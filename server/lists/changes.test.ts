import { expect, test } from 'vitest'
import { type ListFacts, type ListWish, plan } from './changes.ts'

const facts: ListFacts = {
  list: 'L-alice',
  next: 1,
  unicode: false,
  rows: new Map(),
  about: (key, domain) => ({
    scope: domain === 'example.org' ? 'internal' : 'external',
    hasAccount: key === 'guest@partner.example',
    isOwn: domain === 'example.org',
  }),
}
const add = (address: string, more = {}): ListWish => ({ op: 'add', contact: { address, name: 'Name', ...more } })

test('A3: one entry an address, whatever its case, within the list and within one change', () => {
  const { faults, puts } = plan(
    [add('Bo@Partner.example'), add('bo@partner.EXAMPLE'), add('b.o@partner.example')],
    facts,
  )
  expect(faults).toEqual([
    { index: 1, why: 'bo@partner.EXAMPLE is already in the list', code: 'alreadyListed', what: 'bo@partner.EXAMPLE' },
  ])
  expect([...puts.values()].map((row) => row.key)).toEqual(['bo@partner.example', 'b.o@partner.example'])
})

test('A2: addresses that the parser refuses are named with its reason', () => {
  const { faults } = plan(
    [add('"a b"@x.example'), add('a%b@x.example'), add('ü@x.example'), add('a@x.example.')],
    facts,
  )
  expect(faults.map(({ why }) => /\((\w+)\)$/.exec(why)?.[1])).toEqual(['quoted', 'routing', 'nonAscii', 'trailingDot'])
})

test('scope and proof follow from what is known of the address, unless they are said', () => {
  const wishes = [
    add('in@example.org'),
    add('out@partner.example'),
    add('guest@partner.example'),
    add('x@example.org', { scope: 'external' }),
    add('y@partner.example', { proof: 'dkim:relay.example' }),
  ]
  const entries = [...plan(wishes, facts).puts.values()].map((row) => JSON.parse(row.json))
  expect(entries.map(({ s, a }) => [s, a])).toEqual([
    ['int', undefined],
    ['ext', undefined],
    ['ext', 'login'],
    ['ext', 'login'],
    ['ext', 'dkim:relay.example'],
  ])
})

test('I2: somebody of the own domain is proven by login or key alone, whatever came before', () => {
  const move = (proof?: string): ListWish => ({
    op: 'set',
    address: 'a@x.example',
    changes: { address: 'b@example.org', ...(proof === undefined ? {} : { proof }) },
  })
  const levelsOf = (...wishes: readonly ListWish[]) => {
    const { puts, faults } = plan(wishes, facts)
    return [...[...puts.values()].map((row) => JSON.parse(row.json).a), ...faults.map(({ code }) => code)]
  }
  for (const scope of ['internal', 'external'] as const) {
    for (const proof of ['dmarc', 'dkim:attack.example', 'dkim:example.org'])
      expect(levelsOf(add('b@example.org', { scope, proof }))).toEqual(['ownProof'])
    for (const proof of ['login', 'key:AAAA']) expect(levelsOf(add('b@example.org', { scope, proof }))).toEqual([proof])
  }
  const outside = add('a@x.example', { scope: 'external', proof: 'dmarc' })
  expect(levelsOf(outside, move())).toEqual(['login'])
  expect(levelsOf(outside, move('dmarc'))).toEqual(['dmarc', 'ownProof'])
})

test('rev is 1 at first and rises; an id is never used again; add and remove in one change leave nothing', () => {
  const first = plan([add('a@x.example'), add('b@x.example')], facts)
  const rows = new Map([...first.puts.values()].map((row) => [row.key, row]))
  const second = plan(
    [
      { op: 'set', address: 'A@x.example', changes: { remark: 'r' } },
      { op: 'remove', address: 'b@x.example' },
      add('b@x.example'),
      add('c@x.example'),
      { op: 'remove', address: 'c@x.example' },
    ],
    { ...facts, next: first.next, rows },
  )
  expect(second.faults).toEqual([])
  expect([...second.puts.values()].map(({ id, rev, key }) => [id, rev, key])).toEqual([
    ['c1', 2, 'a@x.example'],
    ['c3', 1, 'b@x.example'],
  ])
  expect([...second.removed]).toEqual(['c2'])
  expect([second.added, second.changed, second.next]).toEqual([1, 1, 5])
})

test('two entries may swap their addresses step by step, but never share one', () => {
  const first = plan([add('a@x.example'), add('b@x.example')], facts)
  const rows = new Map([...first.puts.values()].map((row) => [row.key, row]))
  const set = (address: string, to: string): ListWish => ({ op: 'set', address, changes: { address: to } })
  const swap = plan(
    [set('a@x.example', 't@x.example'), set('b@x.example', 'a@x.example'), set('t@x.example', 'b@x.example')],
    { ...facts, rows },
  )
  expect(swap.faults).toEqual([])
  expect(Object.fromEntries([...swap.puts.values()].map(({ id, key }) => [id, key]))).toEqual({
    c1: 'b@x.example',
    c2: 'a@x.example',
  })
  const clash = plan([set('a@x.example', 'b@x.example')], { ...facts, rows })
  expect(clash.faults).toHaveLength(1)
})

test('names are one line in normal form; expiry is a date, never takes it away', () => {
  const [row] = plan(
    [add('a@x.example', { name: 'e\u0301\r\nBcc: x\u0000', expires: '2031-01-31' })],
    facts,
  ).puts.values()
  expect(JSON.parse(row?.json ?? '')).toMatchObject({ n: '\u00e9 Bcc: x', x: Date.UTC(2031, 0, 31) })
  expect(plan([add('a@x.example', { expires: 'soon' })], facts).faults[0]?.why).toContain('not a date')
  expect(plan([add('a@x.example', { proof: 'trust me' })], facts).faults[0]?.why).toContain('level of proof')
  expect(plan([add('a@x.example', { name: ' \u0000 ' })], facts).faults[0]?.why).toContain('name')
})
