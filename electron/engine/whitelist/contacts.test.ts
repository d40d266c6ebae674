/** The contacts: order, groups, search, change. */
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../shared/address.ts'
import type { Entry } from '../../../shared/whitelist/entry.ts'
import { createContacts, type KnownEntry } from './contacts.ts'

function entry(id: string, name: string, more: Partial<Entry> = {}): KnownEntry {
  return { entry: { id, rev: 1, n: name, k: '', m: `${id}@example.org`, r: '', s: 'ext', ...more }, since: 5 }
}

const people = [
  entry('c1', 'Bo Li', { g: ['Sales', 'Board'], k: 'bo' }),
  entry('c2', 'Émile Zola', { g: ['Sales'] }),
  entry('c3', '林柏宏', { r: '財務部' }),
  entry('c4', 'adam'),
  entry('c5', 'Fred', { g: ['Sales'] }),
]

function names(found: ReturnType<ReturnType<typeof createContacts>['index']['query']>): string[] {
  return found.rows.map((row) => (row.row === 'group' ? `[${row.name} ${row.count}]` : row.contact.name))
}

describe('contact index', () => {
  it('shows each contact once, under its first group, those without a group last', () => {
    const { index } = createContacts(people)
    const all = index.query('', 0, 100)
    expect(names(all)).toEqual(['[Sales 3]', 'Bo Li', 'Émile Zola', 'Fred', '[ 2]', 'adam', '林柏宏'])
    expect(all).toMatchObject({ total: 7, contacts: 5 })
  })

  it('every window is the same part of the whole', () => {
    const { index } = createContacts(people)
    const whole = names(index.query('', 0, 100))
    for (let from = 0; from <= 8; from += 1)
      for (let count = 1; count <= 8; count += 1)
        expect(names(index.query('', from, count))).toEqual(whole.slice(from, from + count))
  })

  it.each([
    ['林', ['林柏宏']],
    ['柏宏', ['林柏宏']],
    ['財務', ['林柏宏']],
    ['emile', ['Émile Zola']],
    ['board', ['Bo Li']],
    ['BO LI', ['Bo Li']],
    ['c4@exam', ['adam']],
    ['nobody', []],
  ])('finds %s', (search, found) => {
    const rows = createContacts(people).index.query(search, 0, 100).rows
    expect(rows.flatMap((row) => (row.row === 'contact' ? [row.contact.name] : []))).toEqual(found)
  })

  it('a change moves what it names and raises the revision', () => {
    const contacts = createContacts(people)
    const changed = new Map([
      ['c4', entry('c4', 'Zed', { g: ['Board'] })],
      ['c9', entry('c9', 'Carl', { g: ['Sales'] })],
    ])
    const before = contacts.index.revision
    contacts.update(['c4', 'c9', 'c1', 'unknown'], (id) => changed.get(id))
    expect(contacts.index.revision).toBeGreaterThan(before)
    expect(names(contacts.index.query('', 0, 100))).toEqual([
      '[Board 1]',
      'Zed',
      '[Sales 3]',
      'Carl',
      'Émile Zola',
      'Fred',
      '[ 1]',
      '林柏宏',
    ])
    expect(contacts.index.query('bo li', 0, 10).contacts).toBe(0)
  })

  it('the same by many changes at once as one after the other', () => {
    const many = Array.from({ length: 500 }, (_, n) => entry(`m${n}`, `N${(n * 7919) % 500}`, { g: [`G${n % 7}`] }))
    const once = createContacts(people)
    once.update(
      many.map((m) => m.entry.id),
      (id) => many.find((m) => m.entry.id === id),
    )
    const singly = createContacts(people)
    for (const one of many) singly.update([one.entry.id], () => one)
    expect(names(singly.index.query('', 0, 500))).toEqual(names(once.index.query('', 0, 500)))
  })
})

describe('search after changes', () => {
  it('finds what was added and changed, in order, and no longer what is gone', () => {
    const contacts = createContacts(people)
    const found = (search: string) => names(contacts.index.query(search, 0, 50)).filter((name) => !name.startsWith('['))
    expect(found('example')).toHaveLength(5)
    const change = (id: string, next?: KnownEntry) => contacts.update([id], () => next)
    change('c9', entry('c9', 'Carl', { g: ['Sales'] }))
    change('c5')
    change('c1', entry('c1', 'Bo Renamed', { g: ['Sales'] }))
    expect(found('example')).toEqual(['Bo Renamed', 'Carl', 'Émile Zola', 'adam', '林柏宏'])
    expect(found('sales carl')).toEqual(['Carl'])
    change('c9')
    change('c1', entry('c1', 'Zacharias', { g: ['Sales'] }))
    expect(found('sales')).toEqual(['Émile Zola', 'Zacharias'])
    expect(found('renamed')).toEqual([])
    for (let n = 0; n < 600; n += 1) change(`x${n}`, entry(`x${n}`, `Many ${n}`))
    expect(found('many 59')).toHaveLength(16)
    expect(found('example').slice(0, 2)).toEqual(['Émile Zola', 'Zacharias'])
  })
})

describe('guard view', () => {
  it('O1 a removed contact is no longer found, an added one is, at once', () => {
    const contacts = createContacts(people)
    expect(contacts.view.find('c1@example.org')?.name).toBe('Bo Li')
    contacts.update(['c1', 'c7'], (id) => (id === 'c7' ? entry('c7', 'New') : undefined))
    expect(contacts.view.find('c1@example.org')).toBeUndefined()
    expect(contacts.view.find('c7@example.org')?.name).toBe('New')
    expect(contacts.view.find('')).toBeUndefined()
  })

  it('I9 resemblance follows the list as it is now', () => {
    const contacts = createContacts(people)
    const like = (text: string) => {
      const parsed = parseAddress(text)
      if (!parsed.ok) throw new Error(text)
      return contacts.view.similar(parsed.value, '')?.id
    }
    contacts.update(['b1'], () => entry('b1', 'Barbara', { m: 'barbara.long@firm.example' }))
    expect(like('barbara.1ong@firm.example')).toBe('b1')
    contacts.update(['b1'], () => undefined)
    expect(like('barbara.1ong@firm.example')).toBeUndefined()
    contacts.update(['b2'], () => entry('b2', 'Barbara', { m: 'barbara.long@firm.example' }))
    expect(like('barbara.1ong@firm.example')).toBe('b2')
  })

  it('two entries with one address: taking one away leaves the other', () => {
    const contacts = createContacts([
      entry('x1', 'One', { m: 'same@example.org' }),
      entry('x2', 'Two', { m: 'Same@example.org' }),
    ])
    contacts.update(['x2'], () => undefined)
    expect(contacts.view.find('same@example.org')?.id).toBe('x1')
  })
})

describe('F2 a change to a long list', () => {
  it('asks for the entries that it names and reads no other', () => {
    let reads = 0
    const watched = (n: number): KnownEntry => {
      const known = entry(`p${n}`, `Person ${n}`)
      return {
        since: known.since,
        get entry() {
          reads += 1
          return known.entry
        },
      }
    }
    const entries = Array.from({ length: 10_000 }, (_, n) => watched(n))
    const contacts = createContacts(entries)
    expect(reads).toBe(10_000)
    const asked: string[] = []
    contacts.update(['p5', 'p6'], (id) => {
      asked.push(id)
      return id === 'p5' ? entry('p5', 'Somebody else') : undefined
    })
    expect(asked).toEqual(['p5', 'p6'])
    expect(reads).toBe(10_000)
    expect(contacts.view.find('p5@example.org')?.name).toBe('Somebody else')
    expect(contacts.view.find('p6@example.org')).toBeUndefined()
    expect(contacts.index.query('person 999', 0, 50).contacts).toBe(19)
  })
})

describe('whole domains, and addresses that stay closed', () => {
  const open = [
    entry('d.1', 'Open', { m: '@open.example', a: 'dmarc' }),
    entry('x.1', 'bad@open.example', { m: 'bad@open.example', o: 'n' }),
  ]

  it('everybody at a listed domain is found by the guard, a closed address refuses and is nobody’s contact', () => {
    const { view, index, update } = createContacts([...people, ...open])
    expect(view.find('any@open.example')).toMatchObject({ address: 'any@open.example', level: 'dmarc', send: true })
    expect(view.find('bad@open.example')).toMatchObject({ send: false, receive: false })
    expect(view.size).toBe(7)
    expect(names(index.query('open', 0, 10))).toEqual(['[ 1]', 'Open'])
    expect(index.byAddress('bad@open.example')).toBeUndefined()
    update(['x.1'], () => undefined)
    expect(view.find('bad@open.example')).toMatchObject({ send: true })
    update(['x.1'], () => open[1])
    expect(view.find('bad@open.example')).toMatchObject({ send: false })
    update(['d.1'], () => undefined)
    expect([view.find('any@open.example'), view.size]).toEqual([undefined, 6])
  })

  it('an address that is closed and opened by an entry of its own: the lower id counts', () => {
    const { view } = createContacts([...open, entry('c7', 'Bad', { m: 'bad@open.example' })])
    expect(view.find('bad@open.example')).toMatchObject({ id: 'c7', send: true })
  })
})
