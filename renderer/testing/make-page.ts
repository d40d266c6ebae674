import { makeStores, type Stores } from '../store/stores.ts'
import { type FakeClock, makeFakeClock, settle } from './fake-clock.ts'
import { type FakeOptions, makeFakeHost } from './fake-host.ts'
import type { FakeState } from './fake-state.ts'

export type PageParts = { readonly stores: Stores; readonly state: FakeState; readonly clock: FakeClock }

/** Stores over a fake host, started, with everything answered. */
export async function makePage(options: FakeOptions = {}): Promise<PageParts> {
  const clock = makeFakeClock()
  const { host, state } = makeFakeHost({ now: clock.now, ...options })
  const stores = makeStores({ host, clock, languages: ['en'] })
  await stores.start()
  await settle()
  return { stores, state, clock }
}
