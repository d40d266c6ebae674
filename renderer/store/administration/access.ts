/** Giving somebody a first password or an enrolment code. */
import { createStore } from 'zustand/vanilla'
import type { Access } from '../../../shared/access.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { latest } from '../latest.ts'
import type { Asking } from './asking.ts'

/** What lets somebody sign in. */
export type Gift = 'password' | 'enrolment'

/** What a user is to be given. */
export type AccessWish = { readonly user: string; readonly title: string; readonly give: Gift }

type AccessState = {
  readonly wish?: AccessWish
  readonly step: 'asking' | 'doing' | 'over'
  /** Holds secrets: here only while they are on screen. */
  readonly outcome?: Access
  readonly failure?: Failure
}

const closed: AccessState = { step: 'asking' }

/** A first password and enrolment codes: asked for, shown once, forgotten. */
export function createAccess(ask: Asking, moved: () => void) {
  const store = createStore<AccessState>(() => closed)
  const wishes = latest()
  return {
    store,
    begin: (wish: AccessWish) => {
      wishes.next()
      store.setState({ wish, step: 'asking' }, true)
    },
    give: async (why: string) => {
      const { wish } = store.getState()
      if (!wish) return
      const isWanted = wishes.same()
      store.setState({ step: 'doing' })
      const result = await ask('admin.access', { user: wish.user, give: [wish.give], why })
      // Closed meanwhile: nobody reads it any more.
      if (!isWanted()) return
      const said = result.ok ? { outcome: result.value } : { failure: result.failure }
      store.setState({ wish, step: 'over', ...said }, true)
      moved()
    },
    close: () => {
      wishes.next()
      store.setState(closed, true)
    },
  }
}
