import type { Keyboard } from '../host.ts'
import { openStores, type Stores } from '../store/stores.ts'
import { createFakeClock, type FakeClock, settle } from './fake-clock.ts'
import { createFakeHost, type FakeOptions } from './fake-host.ts'
import type { FakeState } from './fake-state.ts'

const desktopKeys: Keyboard = { host: 'desktop', apple: false }

export type PageParts = { readonly stores: Stores; readonly state: FakeState; readonly clock: FakeClock }

/** Stores over a fake host, started, with everything answered. */
export async function createPage(options: FakeOptions = {}, keyboard: Keyboard = desktopKeys): Promise<PageParts> {
  const clock = createFakeClock()
  const { host, state } = createFakeHost({ now: clock.now, ...options })
  const stores = openStores({ host, clock, languages: ['en'], keyboard })
  await stores.start()
  await settle()
  return { stores, state, clock }
}
