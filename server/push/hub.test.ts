import { expect, test } from 'vitest'
import { openStore } from '../store/store.ts'
import { openHub, type Poke } from './hub.ts'

test('the newest of each list’s announcements is told once, to those who listen', async () => {
  const store = await openStore(':memory:')
  await store.lists.announce({ kind: 'list', list: 'L-a', ep: 1, ver: 1, at: 0 })
  let poll = (): Promise<void> => Promise.resolve()
  const hub = await openHub({
    store,
    every(_ms, work) {
      poll = work
      return () => undefined
    },
  })
  const heard: Poke[] = []
  const all: Poke[] = []
  const undo = hub.listen('L-a', (poke) => heard.push(poke))
  hub.listenAll((poke) => all.push(poke))
  await poll()
  expect(heard).toEqual([])
  await store.lists.announce({ kind: 'access', list: 'L-a', ep: 1, ver: 1, at: 0 })
  for (const ver of [2, 3]) await store.lists.announce({ kind: 'list', list: 'L-a', ep: 1, ver, at: 0 })
  await store.lists.announce({ kind: 'list', list: 'L-b', ep: 1, ver: 9, at: 0 })
  await poll()
  await poll()
  expect(heard).toEqual([{ list: 'L-a', ep: 1, ver: 3, access: true, news: false }])
  expect(all).toHaveLength(2)
  undo()
  await store.lists.announce({ kind: 'list', list: 'L-a', ep: 1, ver: 4, at: 0 })
  await poll()
  expect([heard.length, all.length]).toEqual([1, 3])
  await store.close()
})
