import { describe, expect, test } from 'vitest'
import { checkMeanings, checkUnusedExports } from './exports.ts'
import { readAllFacts } from './testing/read-all-facts.ts'

describe('unused exports', () => {
  const complaints = (texts: Record<string, string>) => checkUnusedExports(readAllFacts(texts))
  const a = 'export const a = 1\n'

  test.each([
    ['by name', "import { a } from './a.ts'\n"],
    ['by another name', "import { a as b } from './a.ts'\n"],
    ['as a type', "import type { a } from './a.ts'\n"],
    ['as a whole', "import * as all from './a.ts'\n"],
    ['later', "const { a } = await import('./a.ts')\n"],
  ])('a name is used that a file imports %s', (_, text) => {
    expect(complaints({ 'server/a.ts': a, 'server/main.ts': text })).toEqual([])
  })

  test('a name that nobody imports is one too many, whether its own file uses it or not', () => {
    const texts = { 'server/a.ts': `${a}export type B = number\nexport const c: B = a\n` }
    expect(complaints(texts)).toEqual(
      ['a', 'B', 'c'].map((name) => `server/a.ts: exports ${name}, which no other file imports`),
    )
  })

  test('handing a name on uses it, and has to be used in turn', () => {
    const texts = { 'server/a.ts': a, 'server/b.ts': "export { a } from './a.ts'\n" }
    expect(complaints(texts)).toEqual(['server/b.ts: exports a, which no other file imports'])
  })

  test('a test may look at what its own file uses; what only tests use is dead', () => {
    const look = { 'server/a.test.ts': "import { a } from './a.ts'\n" }
    expect(complaints({ ...look, 'server/a.ts': a })).toEqual(['server/a.ts: exports a, which only tests use'])
    expect(complaints({ ...look, 'server/a.ts': `${a}start(a)\n` })).toEqual([])
    expect(complaints({ ...look, 'server/a.ts': `${a}start({ a: 1 }, b.a)\n` })).toHaveLength(1)
    expect(
      complaints({ 'server/testing/a.ts': a, 'server/a.test.ts': "import { a } from './testing/a.ts'\n" }),
    ).toEqual([])
  })

  test('a configuration is read by a program of somebody else', () => {
    expect(complaints({ 'vitest.config.ts': 'export default {}\n' })).toEqual([])
  })
})

describe('one meaning', () => {
  const complaints = (texts: Record<string, string>) => checkMeanings(readAllFacts(texts))
  const row = 'export type Row = { readonly a: string }\n'

  test('two files of a part must not export one name', () => {
    expect(complaints({ 'server/a.ts': row, 'server/b.ts': 'export function Row() {}\n' })).toEqual([
      'server: Row has 2 meanings: server/a.ts, server/b.ts',
    ])
  })

  test('a value and its type, another part, a test, and what is handed on are no second meaning', () => {
    const texts = {
      'server/a.ts': `${row}export const Row = {}\n`,
      'server/b.ts': "export { Row } from './a.ts'\n",
      'server/a.test.ts': row,
      'renderer/a.ts': row,
    }
    expect(complaints(texts)).toEqual([])
  })
})
