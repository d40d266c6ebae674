import { expect, test } from 'vitest'
import { checkRooms } from './rooms.ts'
import { readAllFacts } from './testing/read-all-facts.ts'

const house = { root: 'house/', rooms: ['cellar', 'hall', 'attic'], loose: ['main.ts'] }
const complaints = (texts: Record<string, string>) => checkRooms(readAllFacts(texts), [house])

test('a room imports itself, rooms below it, and other parts; what lies loose imports every room', () => {
  const texts = {
    'house/cellar/a.ts': "import { x } from './deep/b.ts'\nimport { y } from '../../shared/y.ts'\n",
    'house/attic/c.ts': "import { x } from '../hall/x.ts'\nimport { y } from '../cellar/a.ts'\n",
    'house/main.ts': "import { x } from './attic/c.ts'\n",
    'elsewhere/x.ts': "import { x } from '../house/attic/c.ts'\n",
  }
  expect(complaints(texts)).toEqual([])
})

test.each([
  ['a value', "import { x } from '../attic/x.ts'\n"],
  ['a type', "import type { X } from '../attic/x.ts'\n"],
  ['a type in passing', "export type Y = import('../attic/x.ts').X\n"],
  ['what is handed on', "export { x } from '../attic/x.ts'\n"],
  ['what is loaded later', "export const x = () => import('../attic/x.ts')\n"],
  ['what lies loose', "import { x } from '../main.ts'\n"],
])('a room must not take from above: %s', (_, text) => {
  expect(complaints({ 'house/hall/a.ts': text })).toEqual([expect.stringContaining('higher room')])
})

test('every file of the product has a room', () => {
  const complained = complaints({ 'house/shed/a.ts': '', 'house/loose.ts': '', 'house/main.ts': '' })
  expect(complained.map((complaint) => complaint.split(':')[0])).toEqual(['house/shed/a.ts', 'house/loose.ts'])
})

test('tests and what helps them may look anywhere', () => {
  const text = "import { x } from '../attic/x.ts'\n"
  expect(
    complaints({
      'house/cellar/a.test.ts': text,
      'house/cellar/a.integration.ts': text,
      'house/cellar/testing/a.ts': text,
      'house/testing/a.ts': text,
    }),
  ).toEqual([])
})
