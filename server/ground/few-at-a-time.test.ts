import { expect, test } from 'vitest'
import { fewAtATime } from './few-at-a-time.ts'

test('a few at once; those that go first before the others, each in order; a failure gives its place on', async () => {
  const run = fewAtATime(2)
  const order: string[] = []
  let most = 0
  let running = 0
  const work = (name: string) => async () => {
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    order.push(name)
    running -= 1
    if (name === 'a') throw new Error(name)
  }
  const all = ['a', 'b', 'c', 'd'].map((name) => run(work(name)))
  const firsts = ['x', 'y'].map((name) => run(work(name), true))
  const ended = await Promise.allSettled([...all, ...firsts])
  expect(order).toEqual(['a', 'b', 'x', 'y', 'c', 'd'])
  expect(most).toBe(2)
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1)
})
