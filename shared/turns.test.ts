import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('work runs in order, and what fails does not stop what waits behind it', async () => {
  const inTurn = createTurns()
  const seen: string[] = []
  const end = Promise.withResolvers<void>()
  const first = inTurn(async () => {
    seen.push('first begins')
    await end.promise
    seen.push('first ends')
    throw new Error('first')
  })
  const second = inTurn(async () => seen.push('second'))
  end.resolve()
  await expect(first).rejects.toThrow('first')
  expect(await second).toBe(3)
  expect(seen).toEqual(['first begins', 'first ends', 'second'])
})
