import { createStore } from 'zustand/vanilla'
import type { HeldMessage } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/rpc.ts'
import type { Ports } from '../ports.ts'
import { makeWindow } from './windowed.ts'

export type HeldState = {
  readonly total: number
  readonly selected?: HeldMessage
  readonly text?: string
  readonly failure?: Failure
}

export function makeHeld(ports: Ports) {
  const store = createStore<HeldState>(() => ({ total: 0 }))
  const list = makeWindow<HeldMessage>(async (from, count) => {
    const result = await ports.host.call('held.list', { from, count })
    if (!result.ok) return result
    const { total, held } = result.value
    store.setState({ total })
    return { ok: true, value: { total, rows: held } }
  })
  return {
    store,
    list,
    select: async (selected: HeldMessage) => {
      const { total } = store.getState()
      store.setState({ total, selected }, true)
      const result = await ports.host.call('held.get', { id: selected.id })
      if (store.getState().selected?.id !== selected.id) return
      store.setState(result.ok ? { text: result.value.text } : { failure: result.failure })
    },
    /** What is held moved; a message that was released meanwhile is no longer held and closes. */
    moved: async () => {
      await list.reload()
      const { selected, total } = store.getState()
      if (!selected) return
      const result = await ports.host.call('held.get', { id: selected.id })
      if (!result.ok && result.failure.kind === 'notFound') store.setState({ total }, true)
    },
    clear: () => store.setState({ total: 0 }, true),
  }
}

export type HeldSlice = ReturnType<typeof makeHeld>
