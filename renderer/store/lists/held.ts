/** The messages that were held, here and on the server. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { HeldChoice, HeldMessage } from '../../../shared/held.ts'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { type Latest, latest } from '../latest.ts'
import type { Ports } from '../ports.ts'
import { createListWindow, type ListWindow, type Windowed } from './windowed.ts'

type HeldState = {
  readonly total: number
  /** How many of them the user has not looked at. */
  readonly unseen: number
  /** Up to which number the user has looked at what the gateway keeps. */
  readonly keptLooked: number
  /** Who lets out what the gateway keeps back. */
  readonly by: 'user' | 'administrator'
  readonly selected?: HeldMessage
  readonly text?: string
  /** How many held messages claim the sender of the selected one. */
  readonly ofSender?: number
  /** One that the gateway keeps back; then nothing else is selected. */
  readonly kept?: KeptMessage
  readonly failure?: Failure
}

const start: HeldState = { total: 0, unseen: 0, keptLooked: 0, by: 'administrator' }

/** How many messages that the gateway keeps are new to the user; the new ones are on the first page. */
export function newKept({ pages }: Windowed<KeptMessage>, { keptLooked }: Pick<HeldState, 'keptLooked'>): number {
  return (pages.get(0) ?? []).filter(({ id, state }) => state === 'kept' && id > keptLooked).length
}

/** What is held here, and what the gateway keeps back on the server. */
function createLists(host: Ports['host'], store: StoreApi<HeldState>) {
  const list = createListWindow<HeldMessage>(async (from, count) => {
    const result = await host.call('held.list', { from, count })
    if (!result.ok) return result
    const { total, unseen, keptLooked, held } = result.value
    store.setState({ total, unseen, keptLooked })
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

/** What was put away, and how many messages that were. */
type PutAway = { readonly choice: HeldChoice; readonly count: number }

type Selected = Pick<HeldState, 'selected' | 'kept'>

/** Shows this message and nothing else; without one, nothing. */
function show(store: StoreApi<HeldState>, selected: Selected): void {
  const { selected: _old, text: _text, ofSender: _count, kept: _kept, failure: _failure, ...rest } = store.getState()
  store.setState({ ...rest, ...selected }, true)
}

type Putting = {
  readonly host: Ports['host']
  readonly store: StoreApi<HeldState>
  readonly selection: Latest
  readonly keptList: ListWindow<KeptMessage>
}

/** What the user does with the selected message. */
function putting({ host, store, selection, keptList }: Putting) {
  return {
    /** Takes the selected message, or all of its sender, out of the list. What was done to how many; a failure is on screen. */
    put: async (away: 'dismiss' | 'delete', scope: HeldChoice['scope']): Promise<PutAway | undefined> => {
      const { selected } = store.getState()
      if (!selected) return undefined
      const choice = { id: selected.id, scope }
      const isWanted = selection.same()
      const result = await host.call(away === 'dismiss' ? 'held.dismiss' : 'held.delete', choice)
      if (result.ok) {
        if (isWanted()) choose(store, selection, {})
        return { choice, count: result.value.count }
      }
      if (isWanted()) store.setState({ failure: result.failure })
      return undefined
    },
    /** Takes the selected one, or all of its sender, off the server. How many that were; a failure is on screen. */
    deleteKept: async (scope: HeldChoice['scope']): Promise<number | undefined> => {
      const { kept } = store.getState()
      if (!kept) return undefined
      const isWanted = selection.same()
      const result = await host.call('quarantine.delete', { id: kept.id, scope })
      if (result.ok) {
        if (isWanted()) choose(store, selection, {})
        await keptList.reload()
        return result.value.count
      }
      if (isWanted()) store.setState({ failure: result.failure })
      return undefined
    },
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
    /** Takes a dismissal back. */
    restore: (choice: HeldChoice) => host.call('held.restore', choice),
  }
}

function choose(store: StoreApi<HeldState>, selection: Latest, selected: Selected) {
  show(store, selected)
  return selection.next()
}

/** Makes both lists of held messages and the state of the chosen one. */
export function createHeld({ host }: Ports) {
  const store = createStore<HeldState>(() => start)
  const selection = latest()
  const { list, keptList } = createLists(host, store)
  const select = (selected: Selected) => choose(store, selection, selected)
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
      if (!result.ok) return store.setState({ failure: result.failure })
      const { text, ofSender } = result.value
      return store.setState({ text, ofSender })
    },
    selectKept: (kept: KeptMessage) => void select({ kept }),
    keptMoved,
    /** The user sees the lists. */
    looked: () => {
      const { unseen, keptLooked } = store.getState()
      const newest = keptList.rows.getState().pages.get(0)?.[0]?.id ?? 0
      if (unseen > 0 || newest > keptLooked) void host.call('held.looked', { kept: newest })
    },
    ...putting({ host, store, selection, keptList }),
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
