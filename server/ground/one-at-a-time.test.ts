import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

test('work of one key runs in order, of another beside it, and a failure does not stop the next', async () => {
  const inOrder = oneAtATime()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = inOrder('a', async () => {
    await gate.promise
    seen.push('a1')
    throw new Error('no')
  })
  const second = inOrder('a', async () => {
    seen.push('a2')
    return 2
  })
  await inOrder('b', async () => {
    seen.push('b')
  })
  gate.resolve()
  await expect(first).rejects.toThrow('no')
  expect(await second).toBe(2)
  expect(seen).toEqual(['b', 'a1', 'a2'])
})
