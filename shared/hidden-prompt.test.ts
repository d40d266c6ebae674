import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { askHidden } from './hidden-prompt.ts'

function terminal() {
  const calls: string[] = []
  const note = (name: string) => (value?: string | boolean) =>
    calls.push(value === undefined ? name : `${name} ${value}`)
  const input = Object.assign(new EventEmitter(), {
    setRawMode: note('raw'),
    setEncoding: note('encoding'),
    resume: note('resume'),
    pause: note('pause'),
  })
  const shown: string[] = []
  return { input, calls, shown, ask: () => askHidden(input, 'Secret: ', (text) => shown.push(text)) }
}

test.each([
  ['what was typed until Enter', ['s3', 'cret\rmore'], 's3cret'],
  ['nothing when Enter comes at once', ['\n'], ''],
  ['the rest after characters were erased, whole ones', ['a林𠮷\u007f\bb\r'], 'ab'],
  ['undefined after Ctrl-C', ['abc\u0003'], undefined],
  ['undefined after Ctrl-D', ['abc\u0004'], undefined],
])('gives %s, and shows none of it', async (_, chunks, secret) => {
  const { input, calls, shown, ask } = terminal()
  const answer = ask()
  for (const chunk of chunks) input.emit('data', chunk)
  expect(await answer).toBe(secret)
  expect(shown).toEqual(['Secret: ', '\n'])
  expect(calls).toEqual(['raw true', 'encoding utf8', 'resume', 'raw false', 'pause'])
  expect(input.listenerCount('data')).toBe(0)
})
