import { beforeEach, expect, test } from 'vitest'
import { repeat } from '../../ground/repeat.ts'
import type { Store } from '../../store/store.ts'
import { overEach, type TestStore, type TestStores } from '../../testing/stores.ts'
import { type Hub, type HubDependencies, openHub, type Poke } from './hub.ts'

/** Looks when the test says so, and never by itself. */
async function openByHand(store: Store): Promise<{ readonly hub: Hub; readonly look: () => Promise<void> }> {
  let look = (): Promise<void> => Promise.resolve()
  const every: HubDependencies['every'] = (_ms, work) => {
    look = work
    return () => undefined
  }
  const hub = await openHub({ store: { ...store, watch: () => () => Promise.resolve() }, every })
  return { hub, look: () => look() }
}

/** Resolves when somebody waits for a lock; in SQLite, where it is seen by nobody, a little later. */
async function waiting(stores: TestStores): Promise<void> {
  const postgres = await stores.postgres()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  if (!postgres) for (let i = 0; i < 10; i++) await turn()
  while (postgres?.sql('postgres', 'select count(*) from pg_locks where not granted') === '0') await turn()
}

const announcement = { kind: 'list', epoch: 1, at: 0 } as const

overEach((stores) => {
  let fresh: TestStore
  let store: Store
  beforeEach(async () => {
    fresh = await stores.fresh()
    store = await fresh.open()
  })

  test('the newest of each list’s announcements is told once, to those who listen', async () => {
    await store.lists.announce({ ...announcement, list: 'L-a', version: 1 })
    const { hub, look } = await openByHand(store)
    const heard: Poke[] = []
    const all: Poke[] = []
    const undo = hub.listen('L-a', (poke) => heard.push(poke))
    hub.listenAll((poke) => all.push(poke))
    await look()
    expect(heard).toEqual([])
    await store.lists.announce({ ...announcement, kind: 'access', list: 'L-a', version: 1 })
    for (const version of [2, 3]) await store.lists.announce({ ...announcement, list: 'L-a', version })
    await store.lists.announce({ ...announcement, list: 'L-b', version: 9 })
    await Promise.all([look(), look()])
    expect(heard).toEqual([{ list: 'L-a', epoch: 1, version: 3, access: true, news: false }])
    expect(all).toHaveLength(2)
    undo()
    await store.lists.announce({ ...announcement, list: 'L-a', version: 4 })
    await look()
    expect([heard.length, all.length]).toEqual([1, 3])
  })

  test('a number that becomes visible late is not skipped: no later one is seen before it', async () => {
    const { hub, look } = await openByHand(store)
    const heard: Poke[] = []
    hub.listenAll((poke) => heard.push(poke))
    const other = await fresh.open()
    const announced = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const slow = other.transaction(async ({ lists }) => {
      await lists.announce({ ...announcement, list: 'L-slow', version: 1 })
      announced.resolve()
      await gate.promise
    }, 'another lock')
    await announced.promise
    const third = await fresh.open()
    const quick = third.lists.announce({ ...announcement, list: 'L-quick', version: 1 })
    await Promise.race([quick, waiting(stores)])
    await look()
    expect(heard).toEqual([])
    gate.resolve()
    await Promise.all([slow, quick])
    await look()
    expect(heard.map(({ list }) => list)).toEqual(['L-slow', 'L-quick'])
  })

  test('an announcement that was taken back is never told, and does not hide the next', async () => {
    const { hub, look } = await openByHand(store)
    const heard: Poke[] = []
    hub.listenAll((poke) => heard.push(poke))
    const failing = store.transaction(async ({ lists }) => {
      await lists.announce({ ...announcement, list: 'L-no', version: 1 })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await store.lists.announce({ ...announcement, list: 'L-yes', version: 1 })
    await look()
    expect(heard.map(({ list }) => list)).toEqual(['L-yes'])
  })

  test('hubs of several processes all hear of a change by one that has none', async () => {
    const others = [await fresh.open(), await fresh.open(), await fresh.open()]
    const failures: unknown[] = []
    const every: HubDependencies['every'] = (ms, work) => repeat(ms, work, (error) => failures.push(error))
    const hubs = await Promise.all(others.map((one) => openHub({ store: one, every })))
    const heard = hubs.map((hub) => new Promise<Poke>((resolve) => hub.listen('L-a', resolve)))
    await store.lists.announce({ ...announcement, list: 'L-a', version: 2 })
    expect((await Promise.all(heard)).map(({ version }) => version)).toEqual([2, 2, 2])
    await Promise.all(hubs.map((hub) => hub.close()))
    expect(failures).toEqual([])
  })
})
