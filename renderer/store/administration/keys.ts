/** The organisation's keys, as the page shows them. */
import { createStore } from 'zustand/vanilla'
import type { KeysView } from '../../../shared/key-steps.ts'
import type { Failure } from '../../../shared/rpc.ts'
import type { Asking } from './asking.ts'

type KeysState = { readonly keys?: KeysView; readonly failure?: Failure }

/** The organisation's keys as the server knows them; steps of theirs go through `changing`. */
export function createKeys(ask: Asking) {
  const store = createStore<KeysState>(() => ({}))
  return {
    store,
    load: async () => {
      const result = await ask('admin.keys', {})
      store.setState(result.ok ? { keys: result.value } : { ...store.getState(), failure: result.failure }, true)
    },
    clear: () => store.setState({}, true),
  }
}
