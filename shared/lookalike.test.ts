import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Address, parseAddress } from './address.ts'
import type { ListedContact } from './guard.ts'
import { contact } from './guard/testing.ts'
import { createLookalikes } from './lookalike.ts'

function address(text: string): Address {
  const parsed = parseAddress(text, { unicode: true })
  if (!parsed.ok) throw new Error(`the test needs an address: ${text}`)
  return parsed.value
}

function mapOf(contacts: readonly ListedContact[]): ReadonlyMap<string, ListedContact> {
  return new Map(contacts.map((one) => [one.key, one]))
}

const bo = contact('bo.martin@example.org', { name: 'Bo Martin' })
const lin = contact('lin@office-west.example', { name: '林柏' })
const info = contact('info@shop.example', { name: '' })
const people = mapOf([bo, lin, info, contact('wanda.clark@corn.example', { name: 'Wanda Clark' })])
const similar = createLookalikes(people)

describe('I9 confusable characters', () => {
  test.each([
    ['b0.martin@example.org', 'zero for o'],
    ['bo.rnartin@example.org', 'rn for m'],
    ['bo.nnartin@example.org', 'nn for m'],
    ['bo.mart1n@examp1e.org', 'ones for i and l'],
    ['bo.martin@exampIe.org', 'capital I for l'],
    ['BO.MARTIN@EXAMPLE.0RG', 'zero for O'],
    ['bo_martin@example.org', 'another separator'],
    ['80.martin@example.org', 'eight for b'],
    ['bо.mаrtin@example.org', 'Cyrillic'],
    ['bο.martin@example.org', 'Greek'],
    ['bo.martin@exаmple.org', 'Cyrillic domain'],
    ['bo.martin@xn--exmple-4nf.org', 'the same as A-label'],
    ['bó.martín@éxample.org', 'accents'],
  ])('I9 sees bo.martin@example.org in %s (%s)', (text) => {
    expect(similar(address(text), '')).toBe(bo)
  })

  test.each(['vvanda.clark@corn.example', 'wanda.dark@corn.example', 'wanda.c1ark@com.example'])(
    'I9 sees Wanda Clark in %s',
    (text) => {
      expect(similar(address(text), '')?.name).toBe('Wanda Clark')
    },
  )
})

describe('I9 one edit away', () => {
  test.each([
    ['bo.martn@example.org', 'one letter less'],
    ['bo.marttin@example.org', 'one letter doubled'],
    ['bo.martxin@example.org', 'one letter more'],
    ['bo.markin@example.org', 'one letter changed'],
    ['bo.mratin@example.org', 'two neighbours swapped'],
    ['o.martin@example.org', 'the first gone'],
    ['bo.martin@example.or', 'the last gone'],
    ['bo.martin@example.orgs', 'one more at the end'],
    ['bo.martin@exmple.org', 'in the domain'],
  ])('I9 sees bo.martin@example.org in %s (%s)', (text) => {
    expect(similar(address(text), '')).toBe(bo)
  })

  test.each(['bo.mrtn@example.org', 'ob.martni@example.org', 'zz.martin@example.org', 'bo@example.org', 'x@y.example'])(
    'I9 sees nobody in %s',
    (text) => expect(similar(address(text), '')).toBeUndefined(),
  )

  test('I9 property: any single edit of an address finds it', () => {
    const letters = 'abcdefgh.'
    const at = fc.nat(100)
    fc.assert(
      fc.property(
        at,
        fc.constantFrom(...letters.split('')),
        fc.constantFrom('put', 'set', 'cut', 'swap'),
        (where, letter, edit) => {
          const key = 'carol.chen@kith.example'
          const spot = where % key.length
          const [before, after] = [key.slice(0, spot), key.slice(spot)]
          const made = {
            put: before + letter + after,
            set: before + letter + after.slice(1),
            cut: before + after.slice(1),
            swap: before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2),
          }[edit]
          const parsed = parseAddress(made)
          if (!parsed.ok || parsed.value.key === key) return
          const one = contact(key, { name: '' })
          expect(createLookalikes(mapOf([one]))(parsed.value, '')).toBe(one)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

describe('I9 same name', () => {
  const stranger = address('mallory@freemail.test')

  test.each([
    'Bo Martin',
    'bo  MARTIN',
    'Martin, Bo',
    'B0 Martin',
    'Bo Mаrtin',
    '"Bo Martin"',
    'Bo Mártin',
    '林柏',
    'Bo-Martin',
  ])('I9 sees the contact named in %s', (name) => expect(similar(stranger, name)?.name).toMatch(/^(Bo Martin|林柏)$/))

  test.each(['bo.martin@example.org', 'Bo <BO.Martin@example.org>', '"bo.martin@example.org" via list'])(
    'I9 sees the contact whose address stands in the name %s',
    (name) => expect(similar(stranger, name)).toBe(bo),
  )

  test.each(['', ' ', '...', 'Bo', 'Bo Martin Smith', '林'])('I9 sees nobody in the name %j', (name) => {
    expect(similar(stranger, name)).toBeUndefined()
  })

  test('I9 sees a contact in the same local part at another domain, unless it is a role', () => {
    expect(similar(address('bo.martin@freemail.test'), '')).toBe(bo)
    expect(similar(address('info@freemail.test'), '')).toBeUndefined()
    expect(similar(address('lin@freemail.test'), '')).toBeUndefined()
  })

  test('I9 a contact does not resemble itself', () => {
    const alone = createLookalikes(mapOf([contact('ab@c.example', { name: '' })]))
    expect(alone(address('zz@y.test'), '')).toBeUndefined()
  })
})

describe('F2', () => {
  /** Compared texts for each of the questions, with a list of so many contacts. */
  function comparisons(size: number): number {
    const domains = ['example.org', 'partner.example', 'corp.test']
    const contacts = Array.from({ length: size }, (_, index) =>
      contact(`${index.toString(36)}.person@${domains[index % 3]}`, { name: `Person ${index.toString(36)}` }),
    )
    let count = 0
    const look = createLookalikes(mapOf(contacts), () => count++)
    let most = 0
    for (const [text, name] of [
      ['zz.nobody@elsewhere.test', 'Nobody'],
      ['a.person@exxmple.org', 'Person a'],
      ['1x.persons@corp.test', 'Persons'],
      ['info@example.org', ''],
      ['stranger.number.nine@another.example', 'A Stranger'],
    ] as const) {
      count = 0
      look(address(text), name)
      most = Math.max(most, count)
    }
    return most
  }

  test('F2 a look-up compares a handful of texts in a list of a hundred as in one of fifty thousand', () => {
    // A look-up has some thirty hashes; each comparison beyond a hit means that a hash was shared.
    for (const size of [100, 5_000, 50_000]) expect(comparisons(size)).toBeLessThan(50)
  })

  test('F2 a thousand contacts of one name cost one comparison', () => {
    let count = 0
    const same = Array.from({ length: 1_000 }, (_, index) =>
      contact(`n${index * 7919}@d${index}.example`, { name: 'Support' }),
    )
    const look = createLookalikes(mapOf(same), () => count++)
    expect(look(address('evil@nowhere.test'), 'Support')?.name).toBe('Support')
    expect(count).toBe(1)
  })

  test('F2 judging who is listed builds no table: contacts are read at the first question only', () => {
    let reads = 0
    const watched: ListedContact = {
      ...bo,
      get name() {
        reads++
        return 'Bo Martin'
      },
    }
    const look = createLookalikes(mapOf([watched]))
    expect(reads).toBe(0)
    look(address('x@y.example'), 'Somebody Else')
    expect(reads).toBe(1)
    look(address('x@y.example'), 'Somebody Else')
    expect(reads).toBe(1)
  })
})

test('F1 an empty list resembles nobody', () => {
  expect(createLookalikes(new Map())(address('a@b.example'), 'A')).toBeUndefined()
})

test('F1 property: answers for any name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const found = similar(address('mallory@freemail.test'), name)
      expect(found && people.get(found.key)).toBe(found)
    }),
  )
})

test('I9 a listed contact is asked about too: it does not look like itself, but like an earlier double', () => {
  const double = contact('bo.rnartin@example.org', { name: 'Somebody Else' })
  const like = createLookalikes(mapOf([bo, lin, double]))
  const ask = ({ key, name }: ListedContact) => like(address(key), `${name} <${key}>`, key)
  expect(ask(lin)).toBeUndefined()
  expect(ask(double)).toBe(bo)
})
