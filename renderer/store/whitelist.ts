/** The list's state and its refresh. */
import { createStore } from 'zustand/vanilla'
import type { ListChange, WhitelistStatus } from '../../shared/contract.ts'
import type { Failure } from '../../shared/rpc.ts'
import type { Ports } from './ports.ts'

type Outcome =
  | { readonly kind: 'changed'; readonly change: ListChange }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** The list in force as the page shows it. */
export type WhitelistState = {
  readonly status?: WhitelistStatus
  readonly refresh: 'idle' | 'running'
  /** Of the last refresh, or of the server's own last change. */
  readonly outcome?: Outcome
}

/** Makes the state of the list in force and of its refresh. */
export function createWhitelist(ports: Ports) {
  const store = createStore<WhitelistState>(() => ({ refresh: 'idle' }))
  return {
    store,
    received: (status: WhitelistStatus) => store.setState({ status }),
    /** The server changed the list by itself. */
    pushed: (change: ListChange) => store.setState({ outcome: { kind: 'changed', change } }),
    clear: () => store.setState({ refresh: 'idle' }, true),
    load: async () => {
      const result = await ports.host.call('whitelist.status', {})
      if (result.ok) store.setState({ status: result.value })
    },
    refresh: async (): Promise<Outcome | undefined> => {
      // A second press while the first is on its way would only be told that it came too soon.
      if (store.getState().refresh === 'running') return undefined
      const { status } = store.getState()
      store.setState({ ...(status && { status }), refresh: 'running' }, true)
      const result = await ports.host.call('contacts.refresh', {})
      const outcome: Outcome = result.ok
        ? { kind: 'changed', change: result.value }
        : { kind: 'failed', failure: result.failure }
      store.setState({ refresh: 'idle', outcome })
      return outcome
    },
  }
}
