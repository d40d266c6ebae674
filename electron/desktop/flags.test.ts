import path from 'node:path'
import { expect, test } from 'vitest'
import { readFlags } from './flags.ts'

test('flags are found among others', () => {
  const words = ['electron', '--no-sandbox', '.', '--profile=/tmp/p', '--place=left', '--lang=en-US']
  expect(readFlags(words, { KITH_DEMO: '/tmp/demo.json' })).toEqual({
    profile: '/tmp/p',
    demo: '/tmp/demo.json',
    place: 'left',
  })
})

test('a relative folder is taken from the working folder, and the flag wins over the environment', () => {
  expect(readFlags(['--profile=p', '--demo=d.json'], { KITH_DEMO: '/other' })).toEqual({
    profile: path.resolve('p'),
    demo: path.resolve('d.json'),
  })
})

test('nothing, an empty value or an unknown place is no flag', () => {
  expect(readFlags(['--profile=', '--place=top', '--profile'], {})).toEqual({})
})
