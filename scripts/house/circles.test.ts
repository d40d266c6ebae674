import { expect, test } from 'vitest'
import { checkCircles } from './circles.ts'
import { readAllFacts } from './testing/read-all-facts.ts'

const complaints = (texts: Record<string, string>) => checkCircles(readAllFacts(texts))

test('two ways to one file are no circle', () => {
  const texts = {
    'a.ts': "import { b } from './b.ts'\nimport { c } from './c.ts'\n",
    'b.ts': "import { c } from './c.ts'\n",
    'c.ts': "import { d } from './not-here.ts'\n",
  }
  expect(complaints(texts)).toEqual([])
})

test.each([
  ['a value', "import { a } from './a.ts'\n"],
  ['a type', "import type { A } from './a.ts'\n"],
  ['what is handed on', "export { a } from './a.ts'\n"],
])('a circle that %s closes is told with a way round it', (_, closing) => {
  const texts = { 'a.ts': "import { b } from './b.ts'\n", 'b.ts': "import { c } from './c.ts'\n", 'c.ts': closing }
  expect(complaints(texts)).toEqual(['a.ts: a circle of 3 files, one way round it: a.ts -> b.ts -> c.ts -> a.ts'])
})

test('circles that share no file are told one by one, a figure eight as one', () => {
  const to = (...names: string[]) => names.map((name) => `import '${name}'\n`).join('')
  const apart = { 'a.ts': to('./b.ts'), 'b.ts': to('./a.ts'), 'c.ts': to('./d.ts', './a.ts'), 'd.ts': to('./c.ts') }
  expect(complaints(apart)).toHaveLength(2)
  const eight = { 'a.ts': to('./b.ts', './c.ts'), 'b.ts': to('./a.ts'), 'c.ts': to('./a.ts') }
  expect(complaints(eight)).toEqual([expect.stringContaining('of 3 files')])
})
