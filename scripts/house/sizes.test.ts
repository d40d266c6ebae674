import { expect, test } from 'vitest'
import { readFacts } from './facts.ts'
import { figuresOf } from './figures.ts'
import { checkSizes, smallFiles } from './sizes.ts'

const ofLines = (file: string, count: number) => readFacts(file, 'start()\n'.repeat(count))

test('a file of more than 300 lines is too long, a test too', () => {
  expect(checkSizes([ofLines('server/x.ts', 300), ofLines('server/x.test.ts', 301)])).toEqual([
    'server/x.test.ts: 301 lines, more than 300',
  ])
})

test('a file of the product of fewer than 16 lines is told', () => {
  expect(smallFiles([ofLines('server/x.ts', 16), ofLines('server/y.ts', 15), ofLines('server/y.test.ts', 1)])).toEqual([
    'server/y.ts',
  ])
})

test('figures count the product, not what tests and measures it', () => {
  const product = `/** Reads. */\nexport function read() {\n${'  // One step.\n'.repeat(60)}}\nexport const a = 1\n`
  const files = [readFacts('server/a.ts', product), readFacts('shared/b.ts', 'export const a = 1\n')]
  expect(figuresOf([...files, ofLines('bench/c.ts', 9), ofLines('server/a.test.ts', 9)])).toEqual([
    'product: 2 files, 65 lines',
    'documented exports: 33 % of 3',
    'comment lines: 94 %',
    'functions over 60 lines: 1\n  server/a.ts 62',
    'files with a head line: 0 %',
    'names that several files export, over all parts: 1',
  ])
})
