/** The messages that were held, here and on the server. */
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

type Selected = Pick<HeldState, 'selected' | 'kept'>

/** Shows this message and nothing else; without one, nothing. */
function show(store: StoreApi<HeldState>, selected: Selected): void {
  const { total, by } = store.getState()
  store.setState({ total, by, ...selected }, true)
}

/** Makes both lists of held messages and the state of the chosen one. */
export function createHeld({ host }: Ports) {
  const store = createStore<HeldState>(() => start)
  const selection = latest()
  const { list, keptList } = createLists(host, store)
  const select = (selected: Selected) => {
    show(store, selected)
    return selection.next()
  }
  /** The kept messages changed. The one on screen closes if the server no longer keeps it. */
  const keptMoved = async () => {
    await keptList.reload()
    const { kept } = store.getState()
    const { pages, phase } = keptList.rows.getState()
    if (!kept || phase !== 'ready') return
    const now = [...pages.values()].flat().find(({ id }) => id === kept.id)
    if (now) show(store, { kept: now })
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
        if (result.ok) show(store, { kept: { ...kept, state: result.value.state } })
        else store.setState({ failure: result.failure })
      }
      if (result.ok) await keptList.reload()
    },
    keptMoved,
    /** The held messages changed. The one on screen closes if it was released meanwhile. */
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
