import { describe, expect, test } from 'vitest'
import { readFacts } from './facts.ts'
import { checkDocumented, checkHeadLines } from './words.ts'

describe('head lines', () => {
  const complaints = (text: string, file = 'server/x.ts') => checkHeadLines([readFacts(file, text)])
  const two = 'export const a = 1\nexport const b = 2\n'

  test.each([
    ['before an import', "/** Reads lists. */\nimport { x } from './y.ts'\n"],
    ['after a shebang', `#!/usr/bin/env node\n/** Reads lists. */\n\n${two}`],
    ['over several lines', `/**\n * Reads lists,\n * long ones too.\n */\n\n${two}`],
    ['that is also the words of the only export', '/** Reads lists. */\nexport function read() {}\n'],
  ])('a head line %s', (_, text) => {
    expect(complaints(text)).toEqual([])
  })

  test.each([
    ['nothing', two],
    ['a note that is no doc comment', `// Reads lists.\n\n${two}`],
    ['words after the imports', "import { x } from './y.ts'\n/** Reads lists. */\n"],
    ['the words of the first of several exports', `/** The first. */\n${two}`],
  ])('%s is no head line', (_, text) => {
    expect(complaints(text)).toEqual(['server/x.ts: does not begin with a doc comment that says what the file is for'])
    expect(complaints(text, 'server/x.test.ts')).toEqual([])
    expect(complaints(text, 'e2e/x.spec.ts')).toEqual([])
  })
})

describe('doc comments', () => {
  const complaints = (text: string, file = 'server/x.ts') => checkDocumented([readFacts(file, text)])

  test.each([
    ['a function', 'export function read() {}\n'],
    ['an arrow', 'export const read = () => 1\n'],
    ['one with a note', '// Reads.\nexport function read() {}\n'],
    ['one whose comment stands apart', '/** Reads lists. */\n\nexport function read() {}\n'],
  ])('%s needs one', (_, text) => {
    expect(complaints(text)).toEqual(['server/x.ts: exports the function read without a doc comment'])
    expect(complaints(text, 'server/x.test.ts')).toEqual([])
  })

  test('what has one, what is not exported, values, and types outside shared are left alone', () => {
    expect(
      complaints(
        '/** Reads. */\nexport function read() {}\nfunction own() {}\nexport const a = 1\nexport type A = 1\n',
      ),
    ).toEqual([])
  })

  test('a function of several signatures needs one for all', () => {
    expect(complaints('/** Reads. */\nexport function read(a: 1): 1\nexport function read(a: 2): 2\n')).toEqual([])
  })

  test('a type of shared needs one', () => {
    expect(complaints('export type A = 1\nexport interface B {}\n', 'shared/x.ts')).toHaveLength(2)
  })
})
