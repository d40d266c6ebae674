import { createStore, type StoreApi } from 'zustand/vanilla'
import type { HeldMessage } from '../../../shared/contract.ts'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { latest } from '../latest.ts'
import type { Ports } from '../ports.ts'
import { createListWindow } from './windowed.ts'

type HeldState = {
  readonly total: number
  /** Who lets out what the gateway keeps back. */
  readonly by: 'user' | 'administrator'
  readonly selected?: HeldMessage
  readonly text?: string
  /** One that the gateway keeps back; then nothing else is selected. */
  readonly kept?: KeptMessage
  readonly failure?: Failure
}

const start: HeldState = { total: 0, by: 'administrator' }

/** What is held here, and what the gateway keeps back on the server. */
function createLists(host: Ports['host'], store: StoreApi<HeldState>) {
  const list = createListWindow<HeldMessage>(async (from, count) => {
    const result = await host.call('held.list', { from, count })
    if (!result.ok) return result
    const { total, held } = result.value
    store.setState({ total })
    return { ok: true, value: { total, rows: held } }
  })
  const keptList = createListWindow<KeptMessage>(async (from, count) => {
    const result = await host.call('quarantine.list', { from, count })
    if (!result.ok) return result
    const { total, by, kept } = result.value
    store.setState({ by })
    return { ok: true, value: { total, rows: kept } }
  })
  return { list, keptList }
}

export function createHeld({ host }: Ports) {
  const store = createStore<HeldState>(() => start)
  const selection = latest()
  const { list, keptList } = createLists(host, store)
  /** Nothing is shown but this. */
  const become = (selected: Pick<HeldState, 'selected' | 'kept'>) => {
    const { total, by } = store.getState()
    store.setState({ total, by, ...selected }, true)
  }
  const select = (selected: Pick<HeldState, 'selected' | 'kept'>) => {
    become(selected)
    return selection.next()
  }
  /** What the server keeps moved; a message that it keeps no longer closes. */
  const keptMoved = async () => {
    await keptList.reload()
    const { kept } = store.getState()
    const { pages, phase } = keptList.rows.getState()
    if (!kept || phase !== 'ready') return
    const now = [...pages.values()].flat().find(({ id }) => id === kept.id)
    if (now) become({ kept: now })
    else select({})
  }
  return {
    store,
    list,
    keptList,
    select: async (selected: HeldMessage) => {
      const isWanted = select({ selected })
      const result = await host.call('held.get', { id: selected.id })
      if (!isWanted()) return
      store.setState(result.ok ? { text: result.value.text } : { failure: result.failure })
    },
    selectKept: (kept: KeptMessage) => void select({ kept }),
    /** Asks for the selected message that the server keeps. */
    release: async () => {
      const { kept } = store.getState()
      if (!kept) return
      const isWanted = selection.same()
      const result = await host.call('quarantine.release', { id: kept.id })
      if (isWanted()) {
        if (result.ok) become({ kept: { ...kept, state: result.value.state } })
        else store.setState({ failure: result.failure })
      }
      if (result.ok) await keptList.reload()
    },
    keptMoved,
    /** What is held moved; a message that was released meanwhile is no longer held and closes. */
    moved: async () => {
      await list.reload()
      const { selected } = store.getState()
      if (!selected) return
      const isWanted = selection.same()
      const result = await host.call('held.get', { id: selected.id })
      if (isWanted() && !result.ok && result.failure.kind === 'notFound') select({})
    },
    clear: () => {
      selection.next()
      store.setState(start, true)
    },
  }
}
