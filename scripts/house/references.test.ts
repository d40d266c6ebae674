import { expect, test } from 'vitest'
import { readFacts } from './facts.ts'
import { checkReferences } from './references.ts'

const rules = `# Rules
## Outgoing
- **O5** A reply goes only to listed addresses.
| I2 | one From |
`
const protocol = `# The protocol
## 9. Revocation
1. Kill it.
2. Wipe it.
### 3.4 Objects
`
const library = {
  paths: ['server/lists/read.ts', 'renderer/Mark.tsx', 'docs/rules.md', 'docs/protocol.md'],
  documents: new Map([
    ['docs/rules.md', rules],
    ['docs/protocol.md', protocol],
  ]),
}
const complaints = (text: string) => checkReferences([readFacts('server/x.ts', text)], library)

test.each([
  ['files by path, by the end of a path, by name', '// server/lists/read.ts, lists/read.ts and Mark.tsx; ./read.ts'],
  ['sections, points and rules', '// protocol.md 9, 9.2 and 3.4; docs/rules.md O5, and rules.md I2.'],
  ['a number that ends a sentence', '// See protocol.md 9. 12 of them.'],
  ['folders from the root', '// server/lists/, `server/` and docs/rules; either/or/neither/'],
  ['addresses of the web', '// https://example.org/there.md and a@b.md'],
  ['strings, which are no comments', "const a = 'gone.ts'"],
])('%s lead somewhere', (_, text) => {
  expect(complaints(text)).toEqual([])
})

test.each([
  ['// as in gone.ts', 1, 'gone.ts'],
  ['// lists/gone.ts', 1, 'lists/gone.ts'],
  ['// server/gone/read/', 1, 'server/gone/read/'],
  ['// ists/read.ts', 1, 'ists/read.ts'],
  ['/**\n * Of old.\n * See style.md 4.\n */', 3, 'style.md 4'],
  ['// protocol.md 10', 1, 'protocol.md 10'],
  ['// protocol.md 9, 11', 1, 'protocol.md 11'],
  ['/** By protocol.md\n * 9.3 */', 1, 'protocol.md 9.3'],
  ['// rules.md O6', 1, 'rules.md O6'],
  ['// rules.md O', 0, ''],
])('%s', (text, line, reference) => {
  expect(complaints(text)).toEqual(line === 0 ? [] : [`server/x.ts:${line}: ${reference} leads nowhere`])
})

test('a document is read like a comment', () => {
  const page = { path: 'docs/rules.md', comments: [{ text: '# Rules\n\nSee server/lists/gone.ts.', line: 1 }] }
  expect(checkReferences([page], library)).toEqual(['docs/rules.md:3: server/lists/gone.ts leads nowhere'])
})
